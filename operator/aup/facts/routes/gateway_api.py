"""Kinds of the Gateway API beside Gateway itself: routes, sets of listeners, grants.

All versions of a kind have these fields where they have them at all.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from aup.facts import claims, host_claims
from aup.facts.claims import Leaf, is_absent
from aup.facts.json_value import text_of
from aup.facts.model import (
    ClaimSource,
    HostnameClaim,
    Loan,
    ParentGateway,
    Subject,
    Surroundings,
)
from aup.facts.namespace import (
    NAME_LABEL,
    every_namespace,
    named_namespace,
    selected_namespaces,
)
from aup.facts.routes.fields import Extractor, extractor
from aup.facts.wire.tree import Tree
from aup.text import join

GROUP: Final = "gateway.networking.k8s.io"
EXPERIMENTAL: Final = "gateway.networking.x-k8s.io"

NAMED_PROTOCOLS: Final = frozenset({"HTTP", "HTTPS", "TLS", "HTTP2", "GRPC", "GRPC-WEB"})
"""Listener protocols that choose by hostname: without one they answer for every name. The last
three, and any of them in lower case, are understood by Istio. TCP and UDP have no names, and what a
vendor's protocol (Istio's HBONE) does with them is not ours to say."""

NAMES_OF_LISTENERS: Final = "the hostnames of its listeners"
_PARENTS: Final = frozenset({"Gateway", "ListenerSet", "XListenerSet"})


def route(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read the hostnames of a route; without any it takes those of the Gateways it names.

    Where a route sends requests to, and what host it writes into them, are no claims.
    """
    named = False
    for path, value in tree.each("spec.hostnames[]"):
        named = True
        claim = claims.hostname(value, path)
        yield host_claims.at_the_edge(claim, subject.namespace, surroundings)
    if not named:
        for parent in tree.objects("spec.parentRefs[]"):
            yield from _inherited(parent, subject, surroundings)


def _inherited(parent: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Yield the claim of every name of a Gateway; a Service (a mesh) has none to give."""
    group, kind = text_of(parent.one("group")), text_of(parent.one("kind")) or "Gateway"
    if group not in {"", GROUP, EXPERIMENTAL} or kind not in _PARENTS:
        return
    name = text_of(parent.one("name"))
    namespace = text_of(parent.one("namespace")) or subject.namespace
    yield HostnameClaim(
        text="",
        path="spec.hostnames",
        source=ClaimSource.SPEC,
        name="",
        catch_all=True,
        parent=ParentGateway(
            text=f"{namespace}/{name}",
            name=name,
            namespace=named_namespace(namespace, namespace, parent.path, surroundings),
        ),
    )


def listeners(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read the listeners of a set: their hostnames, and whose routes they take."""
    for listener in tree.objects("spec.listeners[]"):
        yield from listener_hostname(
            listener.one("hostname"), listener.one("protocol"), listener.at("hostname")
        )
        for path, namespaces in listener.each("allowedRoutes.namespaces"):
            yield from opened(namespaces, path, NAMES_OF_LISTENERS, surroundings)


def listener_hostname(hostname: object, protocol: object, path: str) -> Iterator[HostnameClaim]:
    """Yield the name that a listener answers for, or all where its protocol chooses by name."""
    if not is_absent(hostname):
        yield claims.hostname(hostname, path)
    elif protocol is None or text_of(protocol).upper() in NAMED_PROTOCOLS:
        yield claims.every_hostname(path)


def opened(namespaces: object, path: str, what: str, surroundings: Surroundings) -> Iterator[Loan]:
    """Yield the namespaces that something is open to: ``from`` and ``selector``, decoded."""
    given = namespaces if isinstance(namespaces, dict) else {}
    origin = given.get("from")
    if origin == "Selector":
        for found in selected_namespaces(given.get("selector"), f"{path}.selector", surroundings):
            yield Loan(what, found, NAME_LABEL)
    elif not is_absent(origin) and text_of(origin) not in {"Same", "None"}:
        yield Loan(what, every_namespace(text_of(origin), f"{path}.from"))


def grant(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read to whose objects a grant opens those of its own namespace."""
    kinds = sorted({f"{text_of(kind)}s" for _, kind in tree.each("spec.to[].kind")})
    what = join(kinds, last="and") or "objects"
    for path, value in tree.each("spec.from[].namespace"):
        text = text_of(value)
        yield Loan(what, named_namespace(text, text, path, surroundings))


GATEWAY_API: Final[Mapping[tuple[str, str], Extractor]] = {
    (GROUP, "HTTPRoute"): extractor(route),
    (GROUP, "GRPCRoute"): extractor(route),
    (GROUP, "TLSRoute"): extractor(route),
    # These have no hostnames; external-dns makes records for them all the same.
    (GROUP, "TCPRoute"): extractor(),
    (GROUP, "UDPRoute"): extractor(),
    (GROUP, "ListenerSet"): extractor(listeners),
    (EXPERIMENTAL, "XListenerSet"): extractor(listeners),
    (GROUP, "ReferenceGrant"): extractor(grant),
}
