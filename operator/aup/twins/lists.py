"""Twins of what containers list: ports of the node and capabilities."""

from typing import Final

from aup.api.meta import NET_RAW_LABEL, NetRaw
from aup.rules.capability import BASELINE, CONFINED, NOTICEABLE, REACHING
from aup.twins.containers import CONTAINER, FEW, PLACE, POD, REPOSITORY, SECURITY, each
from aup.twins.model import (
    ONE,
    Asked,
    Bound,
    Search,
    each_of,
    finding,
    flat,
    listed,
    quoted,
    some,
)

_ON_NODE: Final = "variables.spec{side}.?hostNetwork.orValue(false)"
_PORT_NUMBER: Final = (
    f"(has(p.hostPort) && p.hostPort != 0 ? p.hostPort : ({_ON_NODE} ? p.containerPort : 0))"
)
# One list for each container, joined into one: the language has no flattening on 1.33.
_PORT: Final = "'hostports' in variables.allows ? [] : " + flat(
    f"variables.containers{{side}}.filter(e, has(e.c.ports)"
    f" && e.c.ports.exists(p, {_PORT_NUMBER} != 0))"
    + some(
        "e",
        each_of(
            "e.c.ports",
            "p",
            f"{_PORT_NUMBER} != 0",
            finding(
                "host/port",
                key=f"string({_PORT_NUMBER})",
                path=f"{PLACE}.ports[' + string(j) + '].' +"
                f" ({_ON_NODE} ? 'containerPort' : 'hostPort')",
                value=f"string({_PORT_NUMBER})",
                words=(
                    f"'is opened on the node\\'s own address; leave out ' + ({_ON_NODE} ?"
                    " 'hostNetwork' : 'hostPort') + ', and publish the port through a Service'"
                ),
            ),
            index="j",
        ),
    )
)
_PORT_SIGNS: Final = {
    POD: "has(s.hostNetwork)",
    CONTAINER: "has(c.ports) && c.ports.exists(p, has(p.hostPort))",
}

_CAPABILITY: Final = "t.upperAscii().replace('CAP_', '', 1)"
"""CEL: a capability in one spelling. No name holds the prefix in its middle."""
_WORDS: Final = (
    "{"
    + ", ".join(f"{quoted(name)}: {quoted(words)}" for name, words in sorted(REACHING.items()))
    + "}"
)
_USUAL: Final = listed(sorted(BASELINE | CONFINED | NOTICEABLE.keys()))
_ADDS: Final = (
    "c.securityContext.?capabilities.?add.hasValue()"
    f" && c.securityContext.capabilities.add.exists(t, !(t in {_USUAL}))"
)
_UNUSUAL: Final = (
    f"!({_CAPABILITY} in {_USUAL}) && !(('capability:' + {_CAPABILITY}) in variables.allows)"
)
_CAPABILITIES: Final = flat(
    "'capability:ALL' in variables.allows ? [] :"
    " variables.containers{side}.filter(e, has(e.c.securityContext)"
    " && e.c.securityContext.?capabilities.?add.hasValue()"
    f" && e.c.securityContext.capabilities.add.exists(t, {_UNUSUAL}))"
    + some(
        "e",
        each_of(
            "e.c.securityContext.capabilities.add",
            "t",
            _UNUSUAL,
            finding(
                "host/capabilities",
                key=f"{_CAPABILITY} + ' ' + {REPOSITORY}",
                path=f"{PLACE}.securityContext.capabilities.add[' + string(i) + ']'",
                value="t",
                words=f"'is a capability that ' + {_WORDS}[?{_CAPABILITY}].orValue("
                "'may do anything, since nobody knows the name') + '; leave it out'",
            ),
        ),
    )
)
_DROP_NET_RAW: Final = Asked(
    allowance="dropnetraw",
    label=NET_RAW_LABEL,
    unasked=NetRaw.MAY_KEEP,
    purpose="Containers drop NET_RAW where terms ask for it, while the operator is away.",
)
_DROPS: Final = (
    "'dropnetraw' in variables.allows"
    " && variables.spec{side}.?os.?name.orValue('') != 'windows' ? "
    + each(
        "!e.c.?securityContext.?privileged.orValue(false)"
        " && !e.c.?securityContext.?capabilities.?drop.orValue(dyn([]))"
        ".exists(t, t.upperAscii() in ['ALL', 'NET_RAW'])",
        finding(
            "host/capabilities",
            key=f"'drop ' + {REPOSITORY}",
            path=f"{PLACE}.securityContext.capabilities.drop'",
            value="''",
            words="'does not list NET_RAW, which runtimes give by default and which sends packets"
            ' under any address; write drop: ["ALL"], or drop: ["NET_RAW"]\'',
        ),
    )
    + " : []"
)
_KEEPS: Final = (
    "!c.?securityContext.?capabilities.?drop.orValue(dyn([])).exists(t, t in ['ALL', 'NET_RAW'])"
)

_GIVEN: Final = "e.c.?securityContext.?capabilities"
_INNER: Final = {
    "ports": ("e.c.?ports", "22"),
    "added": (f"{_GIVEN}.?add", "(41 + 2 * variables.allows.size())"),
    "dropped": (f"{_GIVEN}.?drop", "10"),
}
"""Lists of containers, and what an entry costs."""


def _inner(name: str) -> str:
    return f"{_INNER[name][0]}.orValue(dyn([])).size()"


COUNTED: Final = (
    # One look at all three: which of them it is, is asked where it is too much.
    (
        "inner",
        "variables.containers{side}.map(e, "
        + " + ".join(f"{_inner(name)} * {each}" for name, (_, each) in _INNER.items())
        + ").sum()",
    ),
    *(
        (
            name,
            (
                f"variables.inner{{side}} <= {ONE} ? 0 :"
                f" variables.containers{{side}}.map(e, {_inner(name)}).sum()"
            ),
        )
        for name in _INNER
    ),
)
"""How many entries lists of containers have together."""

PORTS: Final = Search(
    _PORT,
    _PORT_SIGNS,
    bounds=(FEW, Bound("ports", "variables.at", "variables.ports{side}", _INNER["ports"][1])),
)
CAPABILITIES: Final = (
    Search(
        _CAPABILITIES,
        {SECURITY: _ADDS},
        bounds=(
            FEW,
            Bound("capabilities", "variables.at", "variables.added{side}", _INNER["added"][1]),
        ),
    ),
    Search(
        _DROPS,
        {CONTAINER: _KEEPS},
        asked=_DROP_NET_RAW,
        bounds=(
            FEW,
            Bound(
                "capabilities",
                "variables.at",
                "'dropnetraw' in variables.allows ? variables.dropped{side} : 0",
                _INNER["dropped"][1],
            ),
        ),
    ),
)
