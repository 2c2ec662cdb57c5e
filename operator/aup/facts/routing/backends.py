"""Backends that are addresses or names instead of Services, by kinds of gateways and meshes.

Whose proxies send there is not in the object: a platform's gateway sends from where it stands, past
the network policies of those that it reaches. So inside the cluster they are endpoints like those
of an EndpointSlice; back ends on the internet are what most of them are for. A name leads where a
Service of type ExternalName would.

A gateway that asks each request where to connect to, or that opens a socket of the machine that it
runs on, gets further than by any name: to its own administration, and to the node's.
"""

from collections.abc import Iterator
from typing import Any, Final

from aup.facts import claims
from aup.facts.external_name import external_name
from aup.facts.json_value import text_of
from aup.facts.model import ExternalName, Facts, Subject, Surroundings
from aup.facts.routing.kind import Kinds, Reader
from aup.facts.routing.mesh import is_like_an_address, workload
from aup.facts.wire.tree import Tree, read_tree

_OPEN: Final = "lets whoever sends a request say where the gateway connects to"
_SOCKET: Final = "is a socket where the gateway runs, its own or its node's"

_Asked = tuple[str, Any]
"""Path of a field that makes an open proxy, and the value by which it does; ``None``: any."""


def backend(*paths: str, sockets: str = "", asked: _Asked | None = None) -> Reader:
    """Read the hosts at some paths, each an address or a name.

    Args:
        paths: of the hosts.
        sockets: path of Unix sockets.
        asked: what leaves it to requests where they go.

    """

    def read(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
        tree = read_tree(raw)
        hosts = [host for path in paths for host in tree.each(path)]
        addresses = [(at, value) for at, value in hosts if is_like_an_address(value)]
        names = [(at, value) for at, value in hosts if not is_like_an_address(value)]
        return claims.exposed(
            subject,
            tree.problems,
            claims.targets(addresses, surroundings, outward=True),
            (external_name(value, at, surroundings) for at, value in names),
            _nameless(tree, sockets, asked),
        )

    return read


def _nameless(tree: Tree, sockets: str, asked: _Asked | None) -> Iterator[ExternalName]:
    """Yield what leads where no name does."""
    for at, value in tree.each(sockets) if sockets else ():
        yield ExternalName(text_of(value), at, problem=_SOCKET)
    path, wanted = asked or ("", None)
    for at, value in tree.each(path) if path else ():
        if wanted in (None, value):
            yield ExternalName(text_of(value), at, problem=_OPEN)


_FORWARD_PROXY: Final = ("spec.dynamicForwardProxy", None)
_MODELS: Final = ("spec.ai.provider", "spec.ai.groups[].providers[]")

BACKENDS: Final[Kinds] = {
    ("gateway.envoyproxy.io", "Backend"): backend(
        "spec.endpoints[].ip.address",
        "spec.endpoints[].fqdn.hostname",
        sockets="spec.endpoints[].unix.path",
        asked=("spec.type", "DynamicResolver"),
    ),
    ("gateway.kgateway.dev", "Backend"): backend(
        "spec.static.hosts[].host", "spec.gcp.host", asked=_FORWARD_PROXY
    ),
    ("agentgateway.dev", "AgentgatewayBackend"): backend(
        "spec.static.host",
        "spec.mcp.targets[].static.host",
        *(f"{model}.host" for model in _MODELS),
        asked=_FORWARD_PROXY,
    ),
    ("gloo.solo.io", "Upstream"): backend("spec.static.hosts[].addr", sockets="spec.pipe.path"),
    ("workload.linkerd.io", "ExternalWorkload"): workload("spec.workloadIPs[].ip"),
}
