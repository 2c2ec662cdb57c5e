"""A Service in front of admission replicas that run beside the cluster.

It does what kube-proxy and the kubelet do together: new connections go to replicas in turn, and a
replica gets none once its readiness probe has failed. Connections that are open stay open.
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import aiohttp


@dataclass(slots=True)
class Backend:
    """A replica: where it answers, and where it says that it is ready."""

    port: int
    health_port: int
    ready: bool = False
    failures: int = 0
    connections: set[asyncio.Task[None]] = field(default_factory=set)


class Balancer:
    """Spreads connections to one loopback port over ready replicas."""

    def __init__(self, backends: list[Backend], *, period: float = 1.0, failures: int = 2) -> None:
        """Args: ``period`` seconds between probes; ``failures`` in a row take a replica out."""
        self._backends = backends
        self._period = period
        self._failures = failures
        self._turn = 0
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._stop = asyncio.Event()
        self.port = 0

    @contextlib.contextmanager
    def running(self, port: int = 0) -> Iterator["Balancer"]:
        """Serve on a loopback port (0: a free one) for as long as the body runs."""
        thread = threading.Thread(target=self._run, args=(port,), daemon=True)
        thread.start()
        if not self._started.wait(10):
            raise TimeoutError("the balancer did not start")
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._stop.set)
            thread.join(10)

    def _run(self, port: int) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(port))

    async def _serve(self, port: int) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        probes = [asyncio.create_task(self._probe(backend)) for backend in self._backends]
        await self._stop.wait()
        server.close()
        open_connections = [task for b in self._backends for task in b.connections]
        for task in (*probes, *open_connections):
            task.cancel()
        await asyncio.gather(*probes, *open_connections, return_exceptions=True)

    def backend(self, port: int) -> Backend:
        """Return the replica that answers at a port."""
        return next(backend for backend in self._backends if backend.port == port)

    def busiest(self) -> int:
        """Return the port of the replica that most open connections lead to."""
        return max(self._backends, key=lambda backend: len(backend.connections)).port

    async def _probe(self, backend: Backend) -> None:
        """Ask a replica again and again whether it is ready."""
        limits = aiohttp.ClientTimeout(total=1)
        async with aiohttp.ClientSession(timeout=limits) as session:
            while True:
                try:
                    url = f"http://127.0.0.1:{backend.health_port}/readyz"
                    async with session.get(url) as answer:
                        ok = answer.status == 200
                except (aiohttp.ClientError, TimeoutError):
                    ok = False
                backend.failures = 0 if ok else backend.failures + 1
                backend.ready = ok or (backend.ready and backend.failures < self._failures)
                await asyncio.sleep(self._period)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to the next replica that is ready."""
        ready = [backend for backend in self._backends if backend.ready]
        if not ready:
            writer.close()
            return
        self._turn += 1
        backend = ready[self._turn % len(ready)]
        task = asyncio.current_task()
        assert task is not None
        backend.connections.add(task)
        try:
            inner, outer = await asyncio.open_connection("127.0.0.1", backend.port)
            await asyncio.gather(_copy(reader, outer), _copy(inner, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            backend.connections.discard(task)
            writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy bytes until one side ends, and tell the other."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
