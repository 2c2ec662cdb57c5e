"""Pods that break one of the rules of the node in one way, in each kind and each list."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from support.workloads import manifest

LISTS: Final = ("containers", "initContainers")
"""Lists of containers that can be created; ephemeral containers come by a subresource."""
_HANDLERS: Final = ("httpGet", "tcpSocket")
_CALLERS: Final = (
    *(("livenessProbe",), ("readinessProbe",), ("startupProbe",)),
    *(("lifecycle", "postStart"), ("lifecycle", "preStop")),
)


@dataclass(frozen=True, slots=True)
class Breach:
    """A pod and the rule that it breaks."""

    name: str
    rule: str
    spec: dict[str, Any]
    namespace: str = "acme-prod"


def pods() -> Iterator[Breach]:
    """Yield breaches of the pod itself and of its volumes."""
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        yield Breach(name, "host/namespaces", {**_pod(), name: True})
    ports = [{"containerPort": 8080}]
    yield Breach("port of the node", "host/port", _pod({"ports": ports}, hostNetwork=True))
    yield Breach(
        "hostProcess",
        "host/privileged",
        _pod(hostNetwork=True, securityContext={"windowsOptions": {"hostProcess": True}}),
    )
    sysctls = [{"name": "net.ipv4.ip_forward", "value": "1"}]
    yield Breach("sysctl", "host/sysctls", _pod(securityContext={"sysctls": sysctls}))
    for rule, source in (
        ("host/path", {"hostPath": {"path": "/srv"}}),
        ("host/kubelet-connections", {"nfs": {"server": "203.0.113.9", "path": "/"}}),
        ("host/kubelet-connections", {"glusterfs": {"endpoints": "others", "path": "/"}}),
    ):
        yield Breach(f"volume {next(iter(source))}", rule, _pod(volumes=[{"name": "v", **source}]))


def containers(place: str) -> Iterator[Breach]:
    """Yield breaches of one container in a list."""
    for breach in (*confinement(), *_probes()):
        yield Breach(
            f"{place} {breach.name}",
            breach.rule,
            # What a container may see of /proc is checked only beside users of its own.
            {**_pod(breach.spec, place), **({"hostUsers": False} if "proc" in breach.name else {})},
            breach.namespace,
        )
    ports = [{"containerPort": 1}, {"containerPort": 8080, "hostPort": 8080}]
    yield Breach(f"{place} hostPort", "host/port", _pod({"ports": ports}, place))


def confinement() -> Iterator[Breach]:
    """Yield breaches of a container's security context, which every list of them has."""
    for name, rule, security in (
        ("privileged", "host/privileged", {"privileged": True}),
        ("procMount", "host/privileged", {"procMount": "Unmasked"}),
        ("capability", "host/capabilities", _adds("NET_ADMIN")),
        ("capability in small letters", "host/capabilities", _adds("sys_admin")),
        ("capability with a prefix", "host/capabilities", _adds("CAP_SYS_PTRACE")),
        ("all capabilities", "host/capabilities", _adds("KILL", "all")),
    ):
        yield Breach(name, rule, {"securityContext": security})
    for name, drop in (("nothing", []), ("another", ["KILL"]), ("no list", None)):
        security = {"capabilities": {"drop": drop}}
        kept = {"securityContext": security}
        yield Breach(f"drops {name}", "host/capabilities", kept, "rho-prod")
    yield Breach("says nothing", "host/capabilities", {"securityContext": None}, "rho-prod")


def _probes() -> Iterator[Breach]:
    """Yield each field in which a host is named that the node would call."""
    for caller in _CALLERS:
        for handler in _HANDLERS:
            held: dict[str, Any] = {handler: {"host": "203.0.113.9", "port": 80}}
            for step in reversed(caller):
                held = {step: held}
            yield Breach(".".join((*caller, handler)), "host/kubelet-connections", held)


def _adds(*capabilities: str) -> dict[str, Any]:
    return {"capabilities": {"add": list(capabilities), "drop": ["ALL"]}}


def _pod(
    container: dict[str, Any] | None = None, place: str = LISTS[0], **spec: Any
) -> dict[str, Any]:
    """Return the spec of a pod whose last container in a list is special; others are ordinary."""
    found: dict[str, Any] = {name: [_plain(f"{name.lower()}-0")] for name in LISTS}
    found[place].append(_plain("special") | (container or {}))
    for sidecar in found["initContainers"]:
        sidecar["restartPolicy"] = "Always"  # others have neither probes nor hooks
    return found | spec


def _plain(name: str) -> dict[str, Any]:
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    return {"name": name, "image": "registry.example/web/app:1", "securityContext": security}


def held(kind: tuple[str, str], spec: dict[str, Any]) -> dict[str, Any]:
    """Return an object of a kind around a pod's spec, complete enough for an API server."""
    ends = kind[0] == "batch"
    pod = json.loads(json.dumps({**spec, "restartPolicy": "Never"} if ends else spec))
    obj = manifest(kind, pod, {"app": "web"})
    obj["metadata"] = {**obj.get("metadata", {}), "name": "web"}
    if kind[0] == "apps":
        obj["spec"]["selector"] = {"matchLabels": {"app": "web"}}
    if kind[1] == "StatefulSet":
        obj["spec"]["serviceName"] = "web"
    if kind[1] == "CronJob":
        obj["spec"]["schedule"] = "0 0 * * *"
    return obj


ODD: Final[dict[str, Any]] = {
    "hostNetwork": False,
    "hostPID": None,
    "initContainers": None,
    "ephemeralContainers": [],
    "volumes": [{"name": "data", "emptyDir": {}}, {"name": "none"}],
    "securityContext": {"windowsOptions": None, "sysctls": []},
    "containers": [
        _plain("full")
        | {
            "ports": [{"containerPort": 8080, "hostPort": 0}],
            "livenessProbe": {"httpGet": {"host": "", "port": 80}},
            "readinessProbe": {"exec": {"command": ["true"]}},
            "startupProbe": {"tcpSocket": {"host": None, "port": 80}},
            "lifecycle": {"preStop": {"sleep": {"seconds": 1}}, "postStart": None},
            "securityContext": {
                "privileged": False,
                "procMount": None,
                "windowsOptions": None,
                "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": None},
            },
        },
        {"name": "null", "image": "registry.example/web/app:1"}
        | dict.fromkeys(("ports", "livenessProbe", "lifecycle", "securityContext")),
        _plain("empty")
        | {"ports": [], "lifecycle": {}, "securityContext": {"capabilities": {"add": []}}},
    ],
}
"""A pod that breaks no rule, with everything that can be empty or null."""
