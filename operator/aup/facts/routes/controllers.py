"""Kinds of ingress controllers and platforms that answer for hostnames: which fields those are.

All versions of a kind that are in use have these fields where they have them at all.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from aup.facts import claims, host_claims
from aup.facts.annotations.keys import Note
from aup.facts.annotations.snippets import nginx
from aup.facts.claims import Leaf
from aup.facts.hostname import parse_hostname
from aup.facts.json_value import text_of
from aup.facts.model import ClaimSource, Loan, PlatformSetting, Reach, Subject, Surroundings
from aup.facts.namespace import every_namespace, named_namespace
from aup.facts.routes.fields import (
    Extractor,
    Reader,
    addresses,
    extractor,
    names,
    needed,
    own_name,
    within,
)
from aup.facts.routes.traefik import ingress_route, ingress_route_tcp
from aup.facts.wire.tree import Tree

EVERYONE: Final = "*"
GENERATED: Final = "openshift.io/host.generated"


def host(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read the host of an OpenShift Route, unless the API server has made it up.

    That is ``<name>-<namespace>`` below the platform's domain, with an annotation that says so. The
    annotation can be forged, its first label then still says whose it is.
    """
    generated = False
    for part in tree.objects("metadata.annotations"):
        generated = part.members.get(GENERATED) == "true"
    for where, value in tree.each("spec.host"):
        first = text_of(value).partition(".")[0]
        if value and not (generated and first == f"{subject.name}-{subject.namespace}"):
            yield host_claims.glob(value, where)


def wildcard_policy(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read OpenShift's way of saying ``*``: all names beside the host of the Route."""
    host = parse_hostname(tree.one("spec.host")).name
    for where, value in tree.each("spec.wildcardPolicy"):
        if value == "Subdomain" and host:
            parent = host.partition(".")[2]
            yield host_claims.implied(value, where, f"*.{parent}", "covers")


def generated_below(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read a label that a Route chooses below the platform's own domain."""
    for where, value in tree.each("spec.subdomain"):
        if value:
            yield host_claims.glob(value, where)


def includes(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read to which namespaces an HTTPProxy hands paths of its host."""
    for where, value in tree.each("spec.includes[].namespace"):
        yield _lent("its hostname", text_of(value), where, surroundings)


def delegations(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read to which namespaces Contour gives the use of a certificate."""
    for where, value in tree.each("spec.delegations[].targetNamespaces[]"):
        yield _lent("its certificates", text_of(value), where, surroundings)


def sub_routes(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read to which namespaces a VirtualServer hands paths of its host: ``namespace/name``."""
    for where, value in tree.each("spec.routes[].route"):
        namespace, slash, _ = text_of(value).partition("/")
        if slash:
            yield Loan(
                "its hostname", named_namespace(namespace, text_of(value), where, surroundings)
            )


def mapping(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read the host of a Mapping: a name, a glob, or with ``host_regex`` an expression."""
    found = False
    for field in ("spec.hostname", "spec.host"):
        for where, value in tree.each(field):
            found = True
            if field == "spec.host" and tree.one("spec.host_regex") is True:
                yield host_claims.pattern(text_of(value), where)
            else:
                yield host_claims.glob(value, where)
    if not found:
        yield claims.every_hostname("spec.hostname")


def snippets(*paths: str) -> Reader:
    """Read configuration of NGINX in free text."""

    def read(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
        for path in paths:
            for where, value in tree.each(path):
                yield from nginx(Note("", value, where, subject.namespace, surroundings))

    return read


def _lent(what: str, namespace: str, path: str, surroundings: Surroundings) -> Loan:
    if namespace == EVERYONE:
        return Loan(what, every_namespace(namespace, path))
    return Loan(what, named_namespace(namespace, namespace, path, surroundings))


def setting(path: str, detail: str) -> Reader:
    """Read an object that is the platform's to make as a whole.

    Args:
        path: of what the denial cites.
        detail: what the object does; completes ``<path> <value>``.

    """

    def read(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
        for where, value in tree.each(path):
            yield PlatformSetting(text_of(value), where, ClaimSource.SPEC, Reach.NAMES, detail)

    return read


STATUS: Final = ClaimSource.STATUS
EMISSARY: Final[Mapping[str, Extractor]] = {
    "Mapping": extractor(mapping),
    "Host": extractor(needed("spec.hostname")),
    "TCPMapping": extractor(names("spec.host")),
    "TLSContext": extractor(names("spec.hosts[]")),
}
TRAEFIK: Final[Mapping[str, Extractor]] = {
    "IngressRoute": extractor(ingress_route),
    "IngressRouteTCP": extractor(ingress_route_tcp),
    "TLSStore": extractor(setting("metadata.name", "sets the certificate of names of others")),
}

CONTROLLERS: Final[Mapping[tuple[str, str], Extractor]] = {
    ("route.openshift.io", "Route"): extractor(
        host, wildcard_policy, generated_below, names("status.ingress[].host", source=STATUS)
    ),
    ("projectcontour.io", "HTTPProxy"): extractor(names("spec.virtualhost.fqdn"), includes),
    ("projectcontour.io", "TLSCertificateDelegation"): extractor(delegations),
    ("serving.knative.dev", "DomainMapping"): extractor(own_name),
    ("networking.internal.knative.dev", "ClusterDomainClaim"): extractor(own_name),
    ("configuration.konghq.com", "TCPIngress"): extractor(
        names("spec.rules[].host", "spec.tls[].hosts[]")
    ),
    ("configuration.konghq.com", "KongRoute"): extractor(needed("spec.hosts[]", "spec.snis[]")),
    ("configuration.konghq.com", "KongSNI"): extractor(names("spec.name")),
    ("ingress.k8s.ngrok.com", "Domain"): extractor(names("spec.domain")),
    ("networking.gke.io", "MultiClusterIngress"): extractor(
        names("spec.template.spec.rules[].host", "spec.template.spec.tls[].hosts[]")
    ),
    ("apisix.apache.org", "ApisixRoute"): extractor(
        within("spec.http[]", needed("match.hosts[]")), names("spec.stream[].match.host")
    ),
    ("apisix.apache.org", "ApisixTls"): extractor(names("spec.hosts[]")),
    ("zalando.org", "RouteGroup"): extractor(needed("spec.hosts[]")),
    ("gateway.solo.io", "VirtualService"): extractor(
        needed("spec.virtualHost.domains[]"), names("spec.sslConfig.sniDomains[]")
    ),
    ("k8s.nginx.org", "VirtualServer"): extractor(
        names("spec.host"),
        sub_routes,
        snippets("spec.server-snippets", "spec.http-snippets", "spec.routes[].location-snippets"),
    ),
    ("k8s.nginx.org", "VirtualServerRoute"): extractor(
        names("spec.host"), snippets("spec.subroutes[].location-snippets")
    ),
    ("k8s.nginx.org", "TransportServer"): extractor(
        names("spec.host"), snippets("spec.serverSnippets", "spec.streamSnippets")
    ),
    ("cis.f5.com", "VirtualServer"): extractor(
        names("spec.host", "spec.hostAliases[]"),
        addresses("spec.virtualServerAddress", "spec.additionalVirtualServerAddresses[]"),
    ),
    ("cis.f5.com", "TransportServer"): extractor(
        names("spec.host"), addresses("spec.virtualServerAddress")
    ),
    ("cis.f5.com", "IngressLink"): extractor(
        names("spec.host"), addresses("spec.virtualServerAddress")
    ),
    ("cis.f5.com", "TLSProfile"): extractor(names("spec.hosts[]")),
    ("gateway.envoyproxy.io", "EnvoyPatchPolicy"): extractor(
        setting("spec.targetRef.name", "is a proxy that patches may let answer for any hostname")
    ),
    **{("traefik.io", kind): found for kind, found in TRAEFIK.items()},
    **{("traefik.containo.us", kind): found for kind, found in TRAEFIK.items()},
    **{("getambassador.io", kind): found for kind, found in EMISSARY.items()},
    **{("x.getambassador.io", f"Ambassador{kind}"): found for kind, found in EMISSARY.items()},
}
