// Load creates one object again and again, from several clients at once, and says how long it took.
//
// Each client keeps one HTTP/1.1 connection and waits for an answer before it asks again. The
// latencies of all requests go to standard output as JSON, in microseconds, with the first answer
// that was not 201, if there was one.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

type result struct {
	Microseconds []int64 `json:"microseconds"`
	Seconds      float64 `json:"seconds"`
	Refused      int     `json:"refused"`
	Answer       string  `json:"answer,omitempty"`
}

func main() {
	url := flag.String("url", "", "where to POST, with its query")
	ca := flag.String("ca", "", "file with the certificate of the server's authority")
	tokenFile := flag.String("token-file", "", "file with the bearer token")
	body := flag.String("body", "", "file with the object, JSON")
	clients := flag.Int("clients", 1, "clients at once")
	requests := flag.Int("requests", 100, "requests of all clients together")
	flag.Parse()
	out, err := run(*url, *ca, *tokenFile, *body, *clients, *requests)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		os.Exit(1)
	}
}

func run(url, ca, tokenFile, bodyFile string, clients, requests int) (*result, error) {
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		return nil, err
	}
	body, err := os.ReadFile(bodyFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", ca)
	}
	header := "Bearer " + string(bytes.TrimSpace(token))
	jobs := make(chan struct{}, requests)
	for range requests {
		jobs <- struct{}{}
	}
	close(jobs)
	out := &result{}
	var lock sync.Mutex
	var group sync.WaitGroup
	started := time.Now()
	for range clients {
		group.Add(1)
		go func() {
			defer group.Done()
			// An empty TLSNextProto keeps HTTP/2 away: one connection for each client.
			client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
				TLSClientConfig: &tls.Config{RootCAs: roots},
				TLSNextProto:    map[string]func(string, *tls.Conn) http.RoundTripper{},
			}}
			for range jobs {
				took, refusal := once(client, url, header, body)
				lock.Lock()
				out.Microseconds = append(out.Microseconds, took.Microseconds())
				if refusal != "" {
					out.Refused++
					if out.Answer == "" {
						out.Answer = refusal
					}
				}
				lock.Unlock()
			}
		}()
	}
	group.Wait()
	out.Seconds = time.Since(started).Seconds()
	return out, nil
}

// once sends one request and returns how long it took and, unless it was a 201, what was answered.
func once(client *http.Client, url, header string, body []byte) (time.Duration, string) {
	started := time.Now()
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	request.Header.Set("Authorization", header)
	request.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		return time.Since(started), err.Error()
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	took := time.Since(started)
	if answer.StatusCode != http.StatusCreated {
		return took, fmt.Sprintf("%d: %.400s", answer.StatusCode, text)
	}
	return took, ""
}
