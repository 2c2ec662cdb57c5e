"""Kinds that tell a node's data plane what to do: Cilium's redirects, proxies and endpoints."""

from collections.abc import Iterator
from typing import Final

from aup.facts import claims
from aup.facts.address import parse_address
from aup.facts.claims import Leaf, is_absent
from aup.facts.json_value import text_of
from aup.facts.model import Capture, Facts, Subject, Surroundings
from aup.facts.namespace import named_namespace
from aup.facts.routing.kind import SPEC, Kinds, RoutingKind
from aup.facts.wire.tree import Tree, read_tree

_STATES: Final = "tells the nodes what only the platform knows"


def local_redirect(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a CiliumLocalRedirectPolicy: on every node, an address leads to the tenant's own pods.

    The address may be anybody's, that of the cloud's metadata service included. A Service may only
    be one of the policy's own namespace.
    """
    tree = read_tree(raw)
    leaves = list(_redirected(tree, subject, surroundings))
    return claims.exposed(subject, tree.problems, leaves)


def _redirected(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Yield the address that is redirected, and the namespace of a Service that is."""
    for at, value in tree.each("spec.redirectFrontend.addressMatcher.ip"):
        yield claims.address_claim(parse_address(value), at, SPEC)
    for at, value in tree.each("spec.redirectFrontend.serviceMatcher.namespace"):
        if not is_absent(value) and value != subject.namespace:
            name = text_of(value)
            reference = named_namespace(name, name, at, surroundings)
            yield Capture("redirects a Service of", reference)


DATAPLANE: Final[Kinds] = {
    ("cilium.io", "CiliumLocalRedirectPolicy"): local_redirect,
    **{
        ("cilium.io", kind): RoutingKind(detail, noted=noted)
        for kind, detail, noted in (
            ("CiliumEnvoyConfig", "configures the proxy of every node", True),
            ("CiliumClusterwideEnvoyConfig", "configures the proxy of every node", False),
            ("CiliumEndpoint", _STATES, True),
            ("CiliumEndpointSlice", _STATES, False),
            ("CiliumNode", _STATES, False),
            ("CiliumIdentity", _STATES, False),
            ("CiliumNodeConfig", "configures the network of nodes", False),
        )
    },
    ("crd.antrea.io", "PacketCapture"): RoutingKind("records the traffic of any pod"),
}
