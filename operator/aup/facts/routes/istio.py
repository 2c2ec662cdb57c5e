"""Kinds of Istio: names at the edge of a mesh, and names inside of it.

Inside a mesh a name is redirected for whoever the object is exported to, which by default is
every namespace. What is exported to no other tenant redirects nobody else's requests.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from aup.facts import claims, host_claims
from aup.facts.claims import Leaf
from aup.facts.json_value import text_of
from aup.facts.model import (
    ClaimSource,
    HostnameClaim,
    Loan,
    NamespaceReference,
    OpenPort,
    ParentGateway,
    Subject,
    Surroundings,
)
from aup.facts.namespace import every_namespace, named_namespace
from aup.facts.routes.fields import Extractor, extractor
from aup.facts.routes.gateway_api import NAMED_PROTOCOLS
from aup.facts.routing.mesh import shared_addresses
from aup.facts.wire.tree import Tree

GROUP: Final = "networking.istio.io"
MESH: Final = "mesh"
"""What a VirtualService calls the sidecars, as opposed to a Gateway."""
EVERYONE: Final = "*"
OWN: Final = frozenset({".", "~"})
"""The object's own namespace, and nobody at all."""
KEEP_TO_YOURSELF: Final = 'set exportTo: ["."]'


def gateway(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read the ports and hosts of a Gateway: ``www.acme.example``, ``acme-prod/www.acme.example``.

    Before the slash stands whose routes may use the host; without it anybody's may, as they may by
    default.
    """
    for server in tree.objects("spec.servers[]"):
        protocol = text_of(server.one("port.protocol")).upper()
        number = server.one("port.number")
        # All of its protocols use TCP; a number that is none is the CRD's to refuse.
        if isinstance(number, int) and not isinstance(number, bool):
            yield OpenPort(number, server.at("port.number"))
        for path, value in server.each("hosts[]"):
            before, slash, host = text_of(value).rpartition("/")
            if slash and before not in {*OWN, EVERYONE}:
                lent = named_namespace(before, before, path, surroundings)
                yield Loan("the hostnames of its servers", lent)
            if host != EVERYONE or protocol in NAMED_PROTOCOLS or not protocol:
                yield _host(value, host, path)


def virtual_service(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read the hosts of a VirtualService, at Gateways and in the mesh."""
    yield from _exports(tree, subject, surroundings, "its routes")
    for path, value in tree.each("spec.http[].delegate.namespace"):
        text = text_of(value)
        yield Loan("its hostnames", named_namespace(text, text, path, surroundings))
    gateways = [text_of(value) for _, value in tree.each("spec.gateways[]")] or [MESH]
    edges = [gateway for gateway in gateways if gateway != MESH]
    private = not edges and _is_private(tree, subject, surroundings)
    for path, value in tree.each("spec.hosts[]"):
        if value == EVERYONE and edges:
            yield from _inherited(edges, path, subject, surroundings)
        if not private and not (value == EVERYONE and MESH not in gateways):
            yield from _mesh_host(value, path, subject, surroundings)


def service_entry(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read the hosts and addresses of a ServiceEntry, redirected wherever it is exported to."""
    yield from _exports(tree, subject, surroundings, "its hosts")
    if not _is_private(tree, subject, surroundings):
        for path, value in tree.each("spec.hosts[]"):
            yield from _mesh_host(value, path, subject, surroundings)
        yield from shared_addresses(tree, surroundings)


def _host(value: object, host: str, path: str) -> HostnameClaim:
    """Return the claim of a host at the edge, cited as it is written."""
    if not isinstance(value, str):
        return claims.hostname(value, path)
    return replace(host_claims.glob(host, path), text=value)


def _mesh_host(
    value: object, path: str, subject: Subject, surroundings: Surroundings
) -> Iterable[HostnameClaim]:
    """Yield the claim of a host in the mesh: short names are those of the own namespace."""
    if value == EVERYONE:
        yield replace(host_claims.glob(value, path), instead=KEEP_TO_YOURSELF)
    for claim in host_claims.inside_or_outside(value, path, subject.namespace, surroundings):
        if value != EVERYONE:
            yield replace(claim, instead=KEEP_TO_YOURSELF)


def _inherited(
    gateways: Iterable[str], path: str, subject: Subject, surroundings: Surroundings
) -> Iterator[HostnameClaim]:
    """Yield the claim of every name of the Gateways that a VirtualService is bound to."""
    for gateway in gateways:
        before, slash, name = gateway.rpartition("/")
        namespace = before if slash and before not in OWN else subject.namespace
        yield HostnameClaim(
            text=EVERYONE,
            path=path,
            source=ClaimSource.SPEC,
            name="",
            catch_all=True,
            parent=ParentGateway(
                text=f"{namespace}/{name}",
                name=name,
                namespace=named_namespace(namespace, namespace, path, surroundings),
            ),
        )


def _exports(tree: Tree, subject: Subject, surroundings: Surroundings, what: str) -> Iterator[Loan]:
    """Yield other namespaces that are named in ``exportTo``; all of them is the default."""
    for reference in _exported_to(tree, subject, surroundings):
        if not reference.everyone and reference.text not in OWN:
            yield Loan(what, reference)


def _is_private(tree: Tree, subject: Subject, surroundings: Surroundings) -> bool:
    """Tell whether an object is exported to namespaces of its own tenant alone."""
    references = list(_exported_to(tree, subject, surroundings))
    tenant = surroundings.tenant_of(subject.namespace)
    return bool(references) and all(
        reference.text in {*OWN, subject.namespace}
        or (not reference.everyone and (reference.owner == tenant or not reference.known))
        for reference in references
    )


def _exported_to(
    tree: Tree, subject: Subject, surroundings: Surroundings
) -> Iterator[NamespaceReference]:
    """Yield each namespace of ``exportTo``."""
    for path, value in tree.each("spec.exportTo[]"):
        text = text_of(value)
        if text == EVERYONE:
            yield every_namespace(text, path)
        else:
            yield named_namespace(text, text, path, surroundings)


ISTIO: Final[Mapping[tuple[str, str], Extractor]] = {
    (GROUP, "Gateway"): extractor(gateway),
    (GROUP, "VirtualService"): extractor(virtual_service),
    (GROUP, "ServiceEntry"): extractor(service_entry),
}
