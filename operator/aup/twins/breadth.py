"""How many containers of a pod, volumes and entries of theirs twins compare."""

from typing import Final

from aup.twins.containers import LISTS, MOST
from aup.twins.hosts import CALLS, SOURCES, host
from aup.twins.model import Bound, Bounds
from aup.twins.words import ADDRESS_UNITS

_UNITS: Final = 300_000
_AT: Final = "variables.at"
_CONNECTIONS: Final = "host/kubelet-connections"
_ALL: Final = "[" + ", ".join(f"variables.spec{{side}}.?{name}" for name in LISTS) + "]"


def _size(field: str) -> str:
    """Return CEL of how long a list is."""
    return f"{field}.orValue(dyn([])).size()"


def _containers(count: str) -> str:
    """Return CEL of how many of something all containers ``c`` have together."""
    return f"{_ALL}.map(l, l.orValue(dyn([])).map(c, {count}).sum()).sum()"


def _volumes(count: str) -> str:
    """Return CEL of how many of something all volumes ``v`` have together."""
    return f"variables.spec{{side}}.?volumes.orValue(dyn([])).map(v, {count}).sum()"


BOUNDS: Final = Bounds(
    sizes=(
        Bound(
            ("host/port", "host/privileged", "host/capabilities", _CONNECTIONS),
            _AT,
            "containers",
            " + ".join(_size(f"variables.spec{{side}}.?{name}") for name in LISTS),
            f"{MOST}",
            f"{MOST}",
        ),
        Bound(
            ("host/path", _CONNECTIONS),
            f"{_AT} + '.volumes'",
            "volumes",
            _size("variables.spec{side}.?volumes"),
            f"{MOST}",
            f"{MOST}",
        ),
        Bound(
            ("host/sysctls",),
            f"{_AT} + '.securityContext.sysctls'",
            "sysctls",
            _size("variables.spec{side}.?securityContext.?sysctls"),
            f"{_UNITS} / (60 + 12 * variables.allows.size())",
            "4,100",
        ),
    ),
    sums=(
        Bound(
            ("host/path",),
            f"{_AT} + '.volumes'",
            "paths of the node",
            _volumes("has(v.hostPath) ? 1 : 0"),
            f"{_UNITS} / (100 + 8 * variables.allows.size())",
            "2,700",
        ),
        Bound(
            ("host/path",),
            f"{_AT} + '.volumes'",
            "characters of paths",
            _volumes("v.?hostPath.?path.orValue('').size()"),
            "40000",
            "40,000",
        ),
        Bound(
            (_CONNECTIONS,),
            f"{_AT} + '.volumes'",
            "servers",
            _volumes(" || ".join(f"has(v.{source})" for source, _ in SOURCES) + " ? 1 : 0"),
            f"{_UNITS} / {ADDRESS_UNITS}",
            "2,400",
        ),
        Bound(("host/port",), _AT, "ports", _containers(_size("c.?ports")), "10000", "10,000"),
        Bound(
            ("host/capabilities",),
            _AT,
            "capabilities",
            _containers(
                " + ".join(_size(f"c.?securityContext.?capabilities.?{x}") for x in ("add", "drop"))
            ),
            f"{_UNITS} / (45 + 2 * variables.allows.size())",
            "6,300",
        ),
        Bound(
            (_CONNECTIONS,),
            _AT,
            "hosts of probes and hooks",
            _containers(" + ".join(f"({host('c', field)} != '' ? 1 : 0)" for field in CALLS)),
            f"{_UNITS} / {ADDRESS_UNITS}",
            "2,400",
        ),
    ),
)
