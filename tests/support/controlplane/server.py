"""A real Kubernetes control plane on loopback ports: etcd, API server, controllers; no nodes."""

import contextlib
import http
import http.client
import json
import secrets
import shutil
import ssl
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from support.controlplane import binaries, commands, gateway, nodes, ports, process
from support.controlplane.client import Client
from support.controlplane.credentials import Authority, certificate_user, write_kubeconfig
from support.controlplane.errors import RefusedError, StartError
from support.controlplane.provision import chosen_version, components_of

READY_SECONDS = 60.0
"""Ready takes about four seconds on an idle machine; tests may share two busy cores."""


class ControlPlane:
    """A control plane of its own, ready inside the ``with`` block and gone after it.

    Any number can run side by side. Everything that it writes is in ``folder``, which is removed
    on exit. If this process dies, however, its processes die too, and the next run removes the
    folder.

    Attributes
    ----------
    url, ca_file, admin_token, kubeconfig
        How a client enters as administrator.
    store_url
        Of etcd, for what must go past the API server.
    version
        Of Kubernetes, for example ``1.36.3``.
    start_seconds
        How long it took to become ready.
    """

    def __init__(self, version: str | None = None) -> None:
        """Prepare. ``version`` defaults to $AUP_KUBERNETES_VERSION, then to the newest."""
        self.version = version or chosen_version()
        self.components = components_of(self.version)
        self._processes: list[process.Process] = []
        self._guests: list[process.Process] = []
        self._detached = False
        self.start_seconds = 0.0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Get the programs, start the processes and wait until the server is ready."""
        process.reap()
        self.programs = binaries.provide(self.components)
        started = time.monotonic()
        self.folder = process.new_run()
        try:
            self._prepare()
            self._launch()
        except BaseException:
            self.stop()
            raise
        self.start_seconds = time.monotonic() - started

    def stop(self) -> None:
        """End all processes and remove everything they wrote, unless it was detached."""
        if self._detached:
            return
        # Users before servers: without its store the API server would wait instead of ending.
        for running in reversed([*self._processes, *self._guests]):
            running.stop()
        self._processes.clear()
        self._guests.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(
        self,
        name: str,
        command: Sequence[str | Path],
        environment: Mapping[str, str] | None = None,
    ) -> process.Process:
        """Start a program beside the control plane; it ends before the control plane does."""
        guest = process.Process(name, command, self.folder, environment=environment)
        self._guests.append(guest)
        return guest

    def pid_of(self, name: str) -> int:
        """Return the process of a part of the control plane, for example ``kube-apiserver``."""
        return next(running.pid for running in self._processes if running.name == name)

    def detach(self) -> None:
        """Leave everything running when this process ends: ``down`` stops it then."""
        process.disown(self.folder)
        for running in (*self._processes, *self._guests):
            running.let_go()
        self._detached = True

    def _prepare(self) -> None:
        """Write the credentials that the processes and the administrator need."""
        self._authority = Authority()
        self.ca_file = self.folder / "ca.crt"
        self.admin_token = secrets.token_urlsafe(32)
        commands.write_credentials(self.folder, self._authority, self.admin_token)

    def _launch(self) -> None:
        """Start everything at once: each process waits for the one that it needs."""
        with ports.reserved(3) as (api, store, peer):
            self.url = f"https://127.0.0.1:{api}"
            self.store_url = f"http://127.0.0.1:{store}"
            self.kubeconfig = self._write("admin", {"token": self.admin_token})
            user = certificate_user(self._authority.user("system:kube-controller-manager"))
            controllers = self._write("kube-controller-manager", user)
            lines = {
                "etcd": commands.etcd(self.folder, store, peer),
                "kube-apiserver": commands.kube_apiserver(self.folder, api, store),
            }
            for name, line in lines.items():
                self._start(name, line)
            self._wait_until_ready()
        # It gives up when the server is not there after ten seconds, so it comes last.
        self._start("kube-controller-manager", commands.controllers(self.folder, controllers))
        self._wait_for_controllers()

    def _start(self, name: str, line: Sequence[str]) -> None:
        command: list[str | Path] = [self.programs[name], *line]
        running = process.Process(name, command, self.folder)
        self._processes.append(running)

    def _wait_until_ready(self) -> None:
        self._wait_for("/readyz", "the API server is not ready")

    def _wait_for_controllers(self) -> None:
        """Wait for the ServiceAccount of ``default``: without it no pod can be created there."""
        path = "/api/v1/namespaces/default/serviceaccounts/default"
        self._wait_for(path, "the controllers do not work")

    def _wait_for(self, path: str, problem: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            dead = [running for running in self._processes if not running.running]
            if dead:
                raise StartError(f"{dead[0].name} ended while starting:\n{dead[0].tail()}")
            with contextlib.suppress(RefusedError, http.client.HTTPException, OSError):
                self.get(path)
                return
            time.sleep(0.05)
        tails = "\n".join(f"{running.name}:\n{running.tail()}" for running in self._processes)
        raise StartError(f"after {READY_SECONDS:.0f} s {problem}:\n{tails}")

    def get(self, path: str) -> bytes:
        """Return what the server answers to the administrator at a path, for example ``/version``.

        Raises ``RefusedError`` for any answer but 200, and ``OSError`` when there is none.
        """
        context = ssl.create_default_context(cafile=str(self.ca_file))
        address = self.url.removeprefix("https://")
        with contextlib.closing(
            http.client.HTTPSConnection(address, timeout=10, context=context)
        ) as connection:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.admin_token}"})
            answer = connection.getresponse()
            body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RefusedError(path=path, status=answer.status, body=body)
        return body

    @property
    def admin(self) -> Client:
        """The administrator's command line."""
        return self._client(self.kubeconfig)

    def kubectl(
        self,
        *args: str | Path,
        input: str | None = None,  # noqa: A002 (the word that subprocess uses)
        as_user: str | None = None,
        as_groups: Sequence[str] = (),
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl as administrator, or as the user whom the administrator impersonates."""
        return self.admin.kubectl(
            *args, input=input, as_user=as_user, as_groups=as_groups, check=check
        )

    def helm(self, *args: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run helm as administrator."""
        return self.admin.helm(*args, check=check)

    def as_user(self, name: str, groups: Sequence[str] = ()) -> Client:
        """Return the command line of a person, who may do what RBAC grants that name."""
        return self._client(self.user_kubeconfig(name, groups))

    def as_service_account(self, namespace: str, name: str) -> Client:
        """Return the command line of a ServiceAccount."""
        path = self.folder / f"sa-{namespace}-{name}.kubeconfig"
        return self._client(self.service_account_kubeconfig(namespace, name, path))

    def user_kubeconfig(self, name: str, groups: Sequence[str] = ()) -> Path:
        """Write a kubeconfig for a user, who is known by a client certificate."""
        user = certificate_user(self._authority.user(name, tuple(groups)))
        return self._write(f"user-{secrets.token_hex(4)}", user)

    def service_account_token(self, namespace: str, name: str, *, hours: int = 8) -> str:
        """Return a token of an existing ServiceAccount, as a pod of it would hold."""
        return self.kubectl(
            *("create", "token", name, "--namespace", namespace, f"--duration={hours}h")
        ).stdout.strip()

    def service_account_kubeconfig(self, namespace: str, name: str, path: Path) -> Path:
        """Write a kubeconfig with which a process acts as a ServiceAccount, as in its pod."""
        token = self.service_account_token(namespace, name)
        return write_kubeconfig(
            path,
            url=self.url,
            authority=self._authority.certificate,
            user={"token": token},
            name=name,
            namespace=namespace,
        )

    def create_namespace(self, name: str, labels: Mapping[str, str] | None = None) -> None:
        """Create a namespace and wait until pods can be created in it."""
        manifest = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": dict(labels or {})},
        }
        self.kubectl("create", "-f", "-", input=json.dumps(manifest))
        # Without its ServiceAccount, which a controller makes, every pod would be refused.
        self._wait_for(
            f"/api/v1/namespaces/{name}/serviceaccounts/default",
            f"namespace {name} got no ServiceAccount",
        )

    def nodes(self, count: int, labels: Mapping[str, str] | None = None) -> list[str]:
        """Create nodes that are Ready and have no kubelet; return their names."""
        return nodes.create_nodes(self.admin, count, labels or {})

    def run_pod(self, namespace: str, name: str, *, node: str | None = None) -> str:
        """Do a kubelet's part for a pod: bind it, report it Running; return its address."""
        return nodes.run_pod(self.admin, namespace, name, node)

    def install_gateway_api(self) -> None:
        """Install the Gateway API's definitions (standard channel) and wait until served."""
        gateway.install(self.admin)

    def server_version(self) -> str:
        """Return what the running server calls itself, for example ``v1.36.3``."""
        return str(json.loads(self.get("/version"))["gitVersion"])

    def _client(self, kubeconfig: Path) -> Client:
        return Client(kubeconfig=kubeconfig, programs=self.programs, home=self.folder)

    def _write(self, name: str, user: dict[str, str]) -> Path:
        return write_kubeconfig(
            self.folder / f"{name}.kubeconfig",
            url=self.url,
            authority=self._authority.certificate,
            user=user,
            name=name,
        )
