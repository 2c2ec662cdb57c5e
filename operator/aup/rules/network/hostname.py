"""Network: a tenant answers for hostnames that were verified as its own.

network/hostname
    Fields read   Ingress spec.rules, spec.tls, spec.defaultBackend, and the annotations by which
                  ingress controllers add names (aliases, redirects from www, conditions, rules,
                  snippets); Gateway listeners and addresses of type Hostname, ListenerSets;
                  hostnames of HTTPRoutes, GRPCRoutes and TLSRoutes; external-dns' annotations on
                  whatever carries them, DNSEndpoints; certificates, orders and challenges of
                  cert-manager and Gardener, and the certificate requests in them, in
                  CertificateRequests and in CertificateSigningRequests; the kinds of
                  OpenShift, Contour, Traefik, Istio, Knative, Kong, APISIX, Emissary, Gloo, F5,
                  NGINX, Skipper, ngrok and Tailscale that answer for names; status hostnames of
                  Services, Ingresses, Gateways and Routes
    Allowed       verified domains, the names below them where subdomains are included, and
                  wildcards and expressions bounded by those; names of the tenant's own Services
                  where a mesh or a certificate speaks of them, and those of its namespace, in
                  full, where an Ingress or a route does; no name at all only where the terms
                  allow catch-alls, or on a Gateway of the tenant's own
    Serves        "accurate domain registration", "no phishing, spoofing" (asergo/6.1, 1.4)

A status is believed of the platform alone; a spec or an annotation of nobody. Where a request is
sent on to (redirects, rewrites, mirrors, logins) is not a name that anybody answers for here.
"""

from collections.abc import Iterator

from aup.api.sections.choice import Permission
from aup.facts.model import Exposure, HostnameClaim, NamespaceReference, Reach
from aup.policy.terms import LapsedDomain, NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.network.platform import is_judged, is_platform, is_read
from aup.rules.network.settings import settings
from aup.rules.paths import unindexed
from aup.text import join


def hostname(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each hostname that is claimed and not verified for the tenant."""
    trusted = is_platform(exposure.writer, terms)
    foreign = [
        claim
        for claim in exposure.hostnames
        if is_judged(claim.source, exposure, trusted=trusted)
        and is_read(claim.prefix, terms)
        and not _is_own(claim, exposure, terms)
    ]
    own = _own_hostnames(terms) if foreign else ""
    for claim in foreign:
        yield Violation(
            path=claim.path,
            value=claim.text,
            detail=claim.problem or _not_own(claim, terms),
            remedy=_remedy(claim, terms, own),
            key=(unindexed(claim.path), _whole(claim) or claim.text, *_gateway(claim)),
            hostname=_whole(claim),
        )
    yield from settings(exposure, terms, Reach.NAMES, trusted=trusted)


def is_verified(name: str, terms: NetworkTerms, *, wildcard: bool = False) -> bool:
    """Tell whether a canonical name, or all below it, is the tenant's."""
    return terms.domains_by_name.first(name, wildcard=wildcard) is not None


def _gateway(claim: HostnameClaim) -> tuple[str, ...]:
    """Return the Gateway whose names are taken; nothing where none are."""
    return () if claim.parent is None else (claim.parent.text,)


def _is_own(claim: HostnameClaim, exposure: Exposure, terms: NetworkTerms) -> bool:
    """Tell whether the tenant may answer for the names of a claim."""
    if claim.problem:
        return False
    if claim.parent is not None:
        gateway = (claim.parent.namespace.text, claim.parent.name)
        own = _is_own_namespace(claim.parent.namespace, exposure, terms)
        return (own and gateway not in terms.shared_gateways) or _may_catch_all(terms)
    if claim.catch_all:
        return _may_catch_all(terms)
    if claim.service is not None:
        return _is_own_namespace(claim.service, exposure, terms)
    return is_verified(claim.name, terms, wildcard=claim.wildcard)


def _is_own_namespace(
    namespace: NamespaceReference, exposure: Exposure, terms: NetworkTerms
) -> bool:
    """Tell whether a namespace is the tenant's, or whether that cannot be said from here."""
    if not namespace.text:
        return False
    if namespace.text == exposure.namespace or namespace.owner == terms.tenant:
        return True
    return not namespace.known and namespace.text not in terms.platform_namespaces


def _may_catch_all(terms: NetworkTerms) -> bool:
    return terms.catch_all is Permission.ALLOWED


def _not_own(claim: HostnameClaim, terms: NetworkTerms) -> str:
    """Say what is wrong with a hostname that can be read."""
    if claim.parent is not None:
        return f"takes every hostname of the Gateway {claim.parent.text}, which others share"
    if claim.catch_all:
        return "answers for every hostname" if _is_backend(claim) else "is open to every hostname"
    if claim.service is not None:
        return _not_own_service(claim, terms)
    if lapsed := _lapsed(claim, terms):
        return (
            f"{_read_as(claim)}is in {lapsed.domain.name}, whose verification for {terms.tenant} "
            f"ended on {lapsed.ended_at:%Y-%m-%d}"
        )
    if claim.wildcard and not claim.reading:
        return f"covers names that are not verified for {terms.tenant}"
    return f"{_read_as(claim)}is not verified for {terms.tenant}"


def _not_own_service(claim: HostnameClaim, terms: NetworkTerms) -> str:
    """Say what is wrong with the name of a Service, or of an account, of others."""
    if claim.identity:
        return f"is an identity in a namespace that is not {terms.tenant}'s"
    return f"is a name in the cluster's own domain, and not of a Service of {terms.tenant}"


def _read_as(claim: HostnameClaim) -> str:
    """Return ``is xn--exmple-4nf.com, which `` where the text does not show what the name is."""
    if claim.reading:
        return f"{claim.reading} {_whole(claim)}, which "
    return "" if claim.text.isascii() else f"is {_whole(claim)}, which "


def _lapsed(claim: HostnameClaim, terms: NetworkTerms) -> LapsedDomain | None:
    """Return the domain through which the claim was the tenant's until its verification ended."""
    if claim.problem or not claim.name:
        return None
    found = terms.lapsed_by_name.first(claim.name, wildcard=claim.wildcard)
    return None if found is None else terms.lapsed[found]


def _is_backend(claim: HostnameClaim) -> bool:
    """Tell whether a catch-all is a field of its own, not one that lacks a name."""
    return claim.catch_all and claim.path.lower().endswith("backend")


def _remedy(claim: HostnameClaim, terms: NetworkTerms, own: str) -> str:
    """Say which names may be used, ``own`` among them, or how to have one verified."""
    if claim.service is not None:
        service = f"name {'a namespace' if claim.identity else 'a Service'} of {terms.tenant}"
        first = f"{claim.instead}, or {service}" if claim.instead else service
        return f"{first}, or ask {terms.contact}"
    if lapsed := _lapsed(claim, terms):
        return f"ask {terms.contact} to verify {lapsed.domain.name} again"
    if _is_backend(claim):
        return f"leave it out, and in a rule with a host {own}"
    return f"{claim.instead}, or {own}" if claim.instead else own


def _own_hostnames(terms: NetworkTerms) -> str:
    """Return the names that are the tenant's, as a remedy."""
    if not terms.domains:
        return f"ask {terms.contact} to verify the domain for {terms.tenant}"
    wide = [d.name for d in terms.domains if d.include_subdomains]
    exact = [d.name for d in terms.domains if not d.include_subdomains]
    at_most = 2 if wide and exact else 4
    names = [f"a name in {join(wide, at_most=at_most)}"] if wide else []
    names += [join(exact, at_most=at_most)] if exact else []
    return f"use {', or '.join(names)}, or ask {terms.contact} to verify another domain"


def _whole(claim: HostnameClaim) -> str:
    """Return a canonical hostname with its ``*.``; empty when there is none."""
    return f"*.{claim.name}" if claim.wildcard and claim.name else claim.name


RULE = Rule(
    id="network/hostname",
    title="Only verified hostnames are answered for",
    reads=Exposure,
    terms=lambda terms: terms.network,
    check=hostname,
    blind=(
        "Names in certificates that no program compares with a server's (directoryName, e-mail, "
        "otherName but for SRV, XMPP and realms). A PodCertificateRequest, which kubelets write "
        "(who else may is for rights to say) and signers take a key from, and what "
        "userAnnotations of a pod's volume tell a signer, which each signer defines. "
        "Annotations and kinds of controllers that are not listed above, and of listed ones "
        "under a prefix of their own (external-dns' prefix is a term). Names that Knative, "
        "OpenShift and others generate below the platform's domain. Names that a tenant's own "
        "proxy answers for behind its own address. Whether DNS points here is not looked up."
    ),
)
