"""Twins of host/kubelet-connections: hosts that the node would connect to."""

from typing import Final

from aup.twins.containers import CONTAINER, VOLUME, each
from aup.twins.model import Search, each_of, finding

_PROBES: Final = (
    "livenessProbe.httpGet",
    "livenessProbe.tcpSocket",
    "readinessProbe.httpGet",
    "readinessProbe.tcpSocket",
    "startupProbe.httpGet",
    "startupProbe.tcpSocket",
    "lifecycle.postStart.httpGet",
    "lifecycle.postStart.tcpSocket",
    "lifecycle.preStop.httpGet",
    "lifecycle.preStop.tcpSocket",
)


def _host(field: str) -> str:
    """Return CEL of the host that a probe or hook names; empty when it names none."""
    return f"e.c.?{field.replace('.', '.?')}.?host.orValue('')"


_CONNECTIONS: Final = " + ".join(
    each(
        f"{_host(field)} != '' && !(isIP({_host(field)})"
        f" && variables.networks.exists(net, net.containsIP(ip({_host(field)}))))",
        finding(
            "host/kubelet-connections",
            key=f"'probe ' + {_host(field)}",
            path=f"e.p + '.{field}.host'",
            value=_host(field),
            words="'is connected to by the node itself, wherever it leads; leave it out, so that"
            " the pod itself is asked'",
        ),
    )
    for field in _PROBES
)
_SERVERS: Final = " + ".join(
    each_of(
        "variables.spec{side}.?volumes.orValue(dyn([]))",
        "v",
        f"has(v.{source}) && !(isIP(v.{source}.{name}) && variables.networks.exists(net,"
        f" net.containsIP(ip(v.{source}.{name}))))",
        finding(
            "host/kubelet-connections",
            key=f"'volume ' + v.{source}.{name}",
            path=f"variables.at + '.volumes[' + string(i) + '].{source}.{name}'",
            value=f"v.{source}.{name}",
            words="'is connected to by the node itself, wherever it leads; use a"
            " PersistentVolumeClaim, or the address of a server of your own'",
        ),
    )
    for source, name in (("nfs", "server"), ("glusterfs", "endpoints"))
)

_CALLERS: Final = ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle")
_NAMES: Final = {
    caller: " || ".join(
        f"c.?{field.replace('.', '.?')}.?host.hasValue()"
        for field in _PROBES
        if field.startswith(f"{caller}.")
    )
    for caller in _CALLERS
}
CONNECTIONS: Final = Search(
    _CONNECTIONS,
    {CONTAINER: " || ".join(f"(has(c.{caller}) && ({names}))" for caller, names in _NAMES.items())},
)
SERVERS: Final = Search(_SERVERS, {VOLUME: "has(v.nfs) || has(v.glusterfs)"})
