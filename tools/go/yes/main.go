// Yes is an admission webhook that admits everything: the least that asking anybody costs.
//
// It reads a review as far as its uid, with the standard library alone, over HTTP/1.1 as the API
// server speaks it to webhooks that offer nothing else.
package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
)

type review struct {
	Request struct {
		UID string `json:"uid"`
	} `json:"request"`
}

const answer = `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":%q,"allowed":true}}`

func main() {
	address := flag.String("address", "", "host and port to listen on")
	certificate := flag.String("cert", "", "file with the certificate")
	key := flag.String("key", "", "file with its key")
	flag.Parse()
	server := &http.Server{
		Addr:         *address,
		Handler:      http.HandlerFunc(admit),
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	fmt.Fprintln(os.Stderr, server.ListenAndServeTLS(*certificate, *key))
	os.Exit(1)
}

func admit(writer http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	var asked review
	if err == nil {
		err = json.Unmarshal(body, &asked)
	}
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	writer.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(writer, answer, asked.Request.UID)
}
