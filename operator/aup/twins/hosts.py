"""Twins of host/kubelet-connections: hosts that the node would connect to."""

from typing import Final

from aup.twins.containers import each
from aup.twins.model import finding

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


CONNECTIONS: Final = " + ".join(
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
SERVERS: Final = " + ".join(
    "variables.spec{side}.?volumes.orValue(dyn([])).transformList(i, v, "
    f"has(v.{source}) && !(isIP(v.{source}.{name}) && variables.networks.exists(net,"
    f" net.containsIP(ip(v.{source}.{name})))), "
    + finding(
        "host/kubelet-connections",
        key=f"'volume ' + v.{source}.{name}",
        path=f"variables.at + '.volumes[' + string(i) + '].{source}.{name}'",
        value=f"v.{source}.{name}",
        words="'is connected to by the node itself, wherever it leads; use a"
        " PersistentVolumeClaim, or the address of a server of your own'",
    )
    + ")"
    for source, name in (("nfs", "server"), ("glusterfs", "endpoints"))
)
