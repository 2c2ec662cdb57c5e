"""A real Prometheus, and exporters whose numbers a test sets while they are scraped."""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from support.controlplane import Process, binaries
from support.controlplane.components import prometheus as component
from support.controlplane.ports import unlikely
from support.waiting import until

SCRAPE_SECONDS = 0.3


@dataclass(slots=True)
class Counter:
    """A number that grows at a rate."""

    rate: float = 0.0
    base: float = 1000.0
    since: float = field(default_factory=time.monotonic)

    @property
    def value(self) -> float:
        """Return the number now."""
        return self.base + self.rate * (time.monotonic() - self.since)

    def turn(self, rate: float) -> None:
        """Let it grow at another rate from now on."""
        self.base, self.since, self.rate = self.value, time.monotonic(), rate


class Exporter:
    """An HTTP server that exports what it is told; switched off it answers with errors."""

    def __init__(self) -> None:
        self._numbers: dict[str, float | Counter] = {}
        self._lock = threading.Lock()
        self.on = True
        exporter = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = exporter.text().encode()
                with contextlib.suppress(OSError):  # who asked has not waited
                    self.send_response(200 if exporter.on else 500)
                    self.send_header("Content-Type", "text/plain; version=0.0.4")
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)

            @override
            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Return host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def set(self, series: str, value: float) -> None:
        """Export a number."""
        with self._lock:
            self._numbers[series] = value

    def grow(self, series: str, rate: float) -> None:
        """Export a counter that grows at a rate."""
        with self._lock:
            found = self._numbers.get(series)
            if isinstance(found, Counter):
                found.turn(rate)
            else:
                self._numbers[series] = Counter(rate)

    def drop(self, series: str) -> None:
        """Export it no more."""
        with self._lock:
            self._numbers.pop(series, None)

    def text(self) -> str:
        """Return what is scraped."""
        with self._lock:
            numbers = {
                name: number.value if isinstance(number, Counter) else number
                for name, number in self._numbers.items()
            }
        return "".join(f"{name} {value}\n" for name, value in numbers.items())

    def stop(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()


@dataclass(slots=True)
class Server:
    """A running Prometheus."""

    folder: Path
    port: int
    process: Process

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Return the result of an instant query."""
        target = f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        with urllib.request.urlopen(target, timeout=5) as answer:  # noqa: S310 (our own server)
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return found

    def ready(self) -> bool:
        """Tell whether it answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2):  # noqa: S310
                return True
        except OSError:
            return False

    def restart(self) -> None:
        """Start it again on the same data."""
        self.process = _start(self.folder, self.port)
        until("Prometheus", self.ready)


@contextmanager
def prometheus(folder: Path, jobs: Mapping[str, list[Exporter]]) -> Iterator[Server]:
    """Run Prometheus over exporters, by job; a job ``forger`` may write its own labels."""
    config = {
        "global": {"scrape_interval": "300ms", "scrape_timeout": "300ms"},
        "scrape_configs": [
            {
                "job_name": name,
                "honor_labels": name == "forger",
                "static_configs": [{"targets": [exporter.address for exporter in exporters]}],
            }
            for name, exporters in jobs.items()
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    (port,) = unlikely(1)
    server = Server(folder, port, _start(folder, port))
    try:
        until("Prometheus", server.ready)
        yield server
    finally:
        server.process.stop()


def promtool() -> Path:
    """Return the path of promtool."""
    return binaries.provide([component()])["promtool"]


def _start(folder: Path, port: int) -> Process:
    program = binaries.provide([component()])["prometheus"]
    return Process(
        "prometheus",
        [
            program,
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'prometheus'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        ],
        folder,
    )
