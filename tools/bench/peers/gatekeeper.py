"""Gatekeeper's validating webhook with six constraints, in CEL or in Rego."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench.checks import CHECKS, CONTAINERS_CEL, CONTAINERS_REGO, Check
from bench.contender import apply, apply_soon, delete, prove
from bench.peers.programs import GATEKEEPER, Release, released, running
from support.controlplane import ControlPlane
from support.controlplane.credentials import Authority
from support.controlplane.ports import unlikely

_NAMESPACE: Final = "gatekeeper-system"
_WEBHOOK: Final = "validation.gatekeeper.sh"
_POD: Final[dict[str, Any]] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "bench", "namespace": _NAMESPACE},
    "spec": {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "manager",
                "image": "registry.example/gatekeeper",
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]},
                },
            }
        ],
    },
}
"""Who owns the statuses that it writes. It never runs; were there none, each status would be
collected as garbage while Gatekeeper waits for it, and templates would not be taken in."""


class Gatekeeper:
    """Gatekeeper, deciding by templates in one language."""

    def __init__(self, cluster: ControlPlane, language: str) -> None:
        """Args: ``language`` is CEL or Rego."""
        self._cluster = cluster
        self._language = language
        self._release = released(GATEKEEPER)
        self._templates = [_template(language, check) for check in CHECKS]
        self.name = f"Gatekeeper {language}"

    @contextmanager
    def standing(self) -> Iterator[tuple[int, ...]]:
        """Run it with its constraints for as long as the body runs."""
        authority, port = Authority(), unlikely(1)[0]
        folder = _certificates(self._cluster.folder / "gatekeeper", authority)
        apply(self._cluster, *self._release.objects)
        apply_soon(self._cluster, _POD)
        command = _command(self._release, folder, port)
        environment = {
            "KUBECONFIG": str(self._cluster.kubeconfig),
            "POD_NAMESPACE": _NAMESPACE,
            "POD_NAME": _POD["metadata"]["name"],
        }
        constraints = [_constraint(self._language, check) for check in CHECKS]
        webhook = _webhook(self._release, authority.certificate, port)
        with running(self._cluster, "gatekeeper", command, environment) as process:
            apply(self._cluster, *self._templates)
            # Their kinds are made by Gatekeeper, of the templates.
            apply_soon(self._cluster, *constraints)
            apply(self._cluster, webhook)
            try:
                prove(self._cluster, _WEBHOOK)
                yield (process.pid,)
            finally:
                delete(self._cluster, webhook, *constraints)


def _command(release: Release, certificates: Path, port: int) -> list[str | Path]:
    """Return how it is started: as released, but beside the cluster."""
    health, metrics = unlikely(2)
    return [
        release.program,
        *release.arguments,
        # Without it no template becomes a kind: the webhook would admit everything, silently.
        "--operation=generate",
        # Else it writes policies for the API server, which would decide instead of it.
        *("--default-create-vap-for-templates=false",),
        *("--default-create-vap-binding-for-constraints=false",),
        *("--disable-cert-rotation", "--shutdown-delay=0"),
        *("--host=127.0.0.1", f"--port={port}", f"--cert-dir={certificates}"),
        *(f"--health-addr=127.0.0.1:{health}", f"--prometheus-port={metrics}"),
    ]


def _certificates(folder: Path, authority: Authority) -> Path:
    """Write the certificate of the webhook."""
    pair = authority.server()
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "tls.crt").write_bytes(pair.certificate)
    (folder / "tls.key").write_bytes(pair.key)
    return folder


def _webhook(release: Release, authority: bytes, port: int) -> dict[str, Any]:
    """Return the released registration, with an address here, refusing when nobody answers."""
    whole = release.webhooks[0]
    webhook = next(w for w in whole["webhooks"] if w["name"] == _WEBHOOK)
    path = webhook["clientConfig"]["service"]["path"]
    here = {
        "url": f"https://127.0.0.1:{port}{path}",
        "caBundle": b64encode(authority).decode(),
    }
    # It is released with Ignore after three seconds: what timed out would count as fast.
    patient = {"failurePolicy": "Fail", "timeoutSeconds": 30}
    return {**whole, "webhooks": [{**webhook, "clientConfig": here, **patient}]}


def _kind(language: str, check: Check) -> str:
    return f"Bench{language}{check.name.title().replace('-', '')}"


def _template(language: str, check: Check) -> dict[str, Any]:
    if language == "CEL":
        source = {
            "generateVAP": False,
            "variables": [{"name": "containers", "expression": CONTAINERS_CEL}],
            "validations": [{"expression": check.cel, "message": check.message}],
        }
        code = {"engine": "K8sNativeValidation", "source": source}
    else:
        rule = f'violation[{{"msg": msg}}] {{ {check.rego}; msg := "{check.message}" }}'
        code = {"engine": "Rego", "source": {"rego": f"package bench\n{CONTAINERS_REGO}{rule}\n"}}
    kind = _kind(language, check)
    return {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": kind.lower()},
        "spec": {
            "crd": {"spec": {"names": {"kind": kind}}},
            "targets": [{"target": "admission.k8s.gatekeeper.sh", "code": [code]}],
        },
    }


def _constraint(language: str, check: Check) -> dict[str, Any]:
    return {
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": _kind(language, check),
        "metadata": {"name": f"bench-{check.name}"},
        "spec": {"match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}},
    }
