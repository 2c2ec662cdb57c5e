"""Twins of host/kubelet-connections: hosts that the node would connect to."""

from typing import Final

from aup.twins.containers import CONTAINER, VOLUME
from aup.twins.model import Search, each_of, finding, place, plain, quoted, short, within
from aup.twins.words import LONGEST, mine

CALLS: Final = (
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


def host(container: str, field: str) -> str:
    """Return CEL of the host that a probe or hook names; empty when it names none."""
    return f"{container}.?{field.replace('.', '.?')}.?host.orValue('')"


_HOSTS: Final = ", ".join(f"[dyn({quoted(field)}), {host('e.c', field)}]" for field in CALLS)
_CONNECTIONS: Final = within(
    f"variables.containers{{side}}.map(e, [{_HOSTS}].filter(h, h[1] != '' && !{mine('h[1]')})"
    f".map(h, {place('e.p', 'h[0]', plain(short('h[1]', LONGEST)))}))",
    finding(
        "host/kubelet-connections",
        key="'probe ' + v[2]",
        path="v[0] + '.' + v[1] + '.host'",
        value="v[2]",
        words="'is connected to by the node itself, wherever it leads; leave it out, so that the"
        " pod itself is asked'",
    ),
)
SOURCES: Final = (("nfs", "server"), ("glusterfs", "endpoints"))
"""Volumes that the node mounts from elsewhere, and which field says from where."""
_SERVERS: Final = " + ".join(
    each_of(
        "variables.spec{side}.?volumes.orValue(dyn([]))",
        "v",
        f"has(v.{source}) && !{mine(f'v.{source}.{name}')}",
        finding(
            "host/kubelet-connections",
            key=f"'volume ' + {short(f'v.{source}.{name}', LONGEST)}",
            path=f"variables.at + '.volumes[' + string(i) + '].{source}.{name}'",
            value=short(f"v.{source}.{name}", LONGEST),
            words="'is connected to by the node itself, wherever it leads; use a"
            " PersistentVolumeClaim, or the address of a server of your own'",
        ),
    )
    for source, name in SOURCES
)

_CALLERS: Final = ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle")
_NAMES: Final = {
    caller: " || ".join(
        f"c.?{field.replace('.', '.?')}.?host.hasValue()"
        for field in CALLS
        if field.startswith(f"{caller}.")
    )
    for caller in _CALLERS
}
CONNECTIONS: Final = Search(
    _CONNECTIONS,
    {CONTAINER: " || ".join(f"(has(c.{caller}) && ({names}))" for caller, names in _NAMES.items())},
)
SERVERS: Final = Search(_SERVERS, {VOLUME: "has(v.nfs) || has(v.glusterfs)"})
