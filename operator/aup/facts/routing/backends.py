"""Backends that are addresses or names instead of Services, by kinds of gateways and meshes.

Whose proxies send there is not in the object: a platform's gateway sends from where it stands, past
the network policies of those that it reaches. So inside the cluster they are endpoints like those
of an EndpointSlice; back ends on the internet are what most of them are for. A name leads where a
Service of type ExternalName would.

A gateway that asks each request where to connect to, or that opens a socket of the machine that it
runs on, gets further than by any name: to its own administration, and to the node's.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from aup.facts import claims
from aup.facts.claims import Leaf
from aup.facts.external_name import LEADS_BACK, external_name
from aup.facts.json_value import text_of
from aup.facts.model import ExternalName, Facts, Subject, Surroundings
from aup.facts.routing.kind import Kinds, Reader
from aup.facts.routing.mesh import is_like_an_address, workload
from aup.facts.wire.tree import Tree, read_tree

_OPEN: Final = "lets whoever sends a request say where the gateway connects to"
_SOCKET: Final = "is a socket where the gateway runs, its own or its node's"

_SCHEME: Final = re.compile(r"\A[A-Za-z][A-Za-z0-9+.-]*://")
_BEHIND: Final = re.compile(r"[/?#]")
"""What ends the part of a URL that says where it leads."""

_Asked = tuple[str, Any]
"""Path of a field that makes an open proxy, and the value by which it does; ``None``: any."""


def backend(
    *paths: str,
    sockets: str = "",
    asked: _Asked | None = None,
    urls: bool = False,
    besides: bool = False,
) -> Reader:
    """Read the hosts at some paths, each an address or a name.

    Args:
        paths: of the hosts.
        sockets: path of Unix sockets.
        asked: what leaves it to requests where they go.
        urls: whether hosts stand in URLs, or between a scheme and a port.
        besides: whether a name of one label is a Service's beside the object.

    """

    def read(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
        tree = read_tree(raw)
        found = (host for path in paths for host in tree.each(path))
        hosts = [(at, host_of(value)) for at, value in found if value != ""] if urls else found
        leading = _leading(hosts, surroundings, besides=besides)
        return claims.exposed(subject, tree.problems, leading, _nameless(tree, sockets, asked))

    return read


def external_nodes(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read an ApisixUpstream; nodes of type Service are ExternalNames beside it."""
    tree = read_tree(raw)
    nodes = [node for node in tree.objects("spec.externalNodes[]") if node.one("type") != "Service"]
    hosts = [host for node in nodes for host in node.each("name")]
    return claims.exposed(subject, tree.problems, _leading(hosts, surroundings))


def _leading(
    hosts: Iterable[tuple[str, Any]], surroundings: Surroundings, *, besides: bool = False
) -> Iterator[Leaf]:
    """Yield where hosts lead: addresses are endpoints, and names are what a Service may name."""
    hosts = list(hosts)
    addresses = [(at, value) for at, value in hosts if is_like_an_address(value)]
    yield from claims.targets(addresses, surroundings, outward=True)
    for at, value in hosts:
        if not is_like_an_address(value):
            found = external_name(value, at, surroundings)
            if "." in found.name or not besides or found.internal == LEADS_BACK or found.problem:
                yield found


def _nameless(tree: Tree, sockets: str, asked: _Asked | None) -> Iterator[ExternalName]:
    """Yield what leads where no name does."""
    for at, value in tree.each(sockets) if sockets else ():
        yield ExternalName(text_of(value), at, problem=_SOCKET)
    path, wanted = asked or ("", None)
    for at, value in tree.each(path) if path else ():
        if wanted in (None, value):
            yield ExternalName(text_of(value), at, problem=_OPEN)


def host_of(value: Any) -> Any:
    """Return the host in a URL, or in ``https://web.acme-prod:8443`` without a scheme or port."""
    if not isinstance(value, str):
        return value
    text = _SCHEME.sub("", value)
    text = _BEHIND.split(text, maxsplit=1)[0].rpartition("@")[2]
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


_FORWARD_PROXY: Final = ("spec.dynamicForwardProxy", None)
_MAPPED: Final = backend("spec.service", urls=True, besides=True)
_MODELS: Final = ("spec.ai.provider", "spec.ai.groups[].providers[]")

BACKENDS: Final[Kinds] = {
    ("gateway.envoyproxy.io", "Backend"): backend(
        "spec.endpoints[].ip.address",
        "spec.endpoints[].fqdn.hostname",
        sockets="spec.endpoints[].unix.path",
        asked=("spec.type", "DynamicResolver"),
    ),
    ("gateway.kgateway.dev", "Backend"): backend(
        "spec.static.hosts[].host",
        "spec.gcp.host",
        "spec.aws.lambda.endpointURL",
        asked=_FORWARD_PROXY,
        urls=True,
    ),
    ("agentgateway.dev", "AgentgatewayBackend"): backend(
        "spec.static.host",
        "spec.mcp.targets[].static.host",
        *(f"{model}.{host}" for model in _MODELS for host in ("host", "azureopenai.endpoint")),
        asked=_FORWARD_PROXY,
        urls=True,
    ),
    ("gloo.solo.io", "Upstream"): backend("spec.static.hosts[].addr", sockets="spec.pipe.path"),
    **{
        (group, f"{prefix}{kind}"): _MAPPED
        for group, prefix in (("getambassador.io", ""), ("x.getambassador.io", "Ambassador"))
        for kind in ("Mapping", "TCPMapping")
    },
    ("zalando.org", "RouteGroup"): backend(
        "spec.backends[].address",
        "spec.backends[].endpoints[]",
        asked=("spec.backends[].type", "dynamic"),
        urls=True,
    ),
    ("apisix.apache.org", "ApisixUpstream"): external_nodes,
    ("workload.linkerd.io", "ExternalWorkload"): workload("spec.workloadIPs[].ip"),
}
