"""Network: a tenant answers for hostnames that were verified as its own.

network/hostname
    Fields read   Ingress spec.rules, spec.tls, spec.defaultBackend; Gateway listeners and
                  addresses of type Hostname; status hostnames of Service, Ingress and Gateway
    Allowed       verified domains, the names below them where subdomains are included, and
                  wildcards below those; no name at all only where the terms allow catch-alls
    Serves        "accurate domain registration", "no phishing, spoofing" (asergo/6.1, 1.4)

A status is believed of the platform alone; a spec or an annotation of nobody.
"""

from collections.abc import Iterator

from aup.api.sections.choice import Permission
from aup.facts.model import Exposure, HostnameClaim
from aup.policy.terms import Domain, NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.network.platform import is_judged, is_platform
from aup.rules.paths import unindexed
from aup.text import join


def hostname(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each hostname that is claimed and not verified for the tenant."""
    trusted = is_platform(exposure.writer, terms)
    for claim in exposure.hostnames:
        if is_judged(claim.source, exposure, trusted=trusted) and not _is_verified(claim, terms):
            yield Violation(
                path=claim.path,
                value=claim.text,
                detail=claim.problem or _not_verified(claim, terms),
                remedy=_use_own_hostname(claim, terms),
                key=(unindexed(claim.path), _whole(claim) or claim.text),
                hostname=_whole(claim),
            )


def _is_verified(claim: HostnameClaim, terms: NetworkTerms) -> bool:
    """Tell whether the tenant may answer for the names of a claim."""
    if claim.problem:
        return False
    if claim.catch_all:
        return terms.catch_all is Permission.ALLOWED
    return any(_covers(domain, claim) for domain in terms.domains)


def _covers(domain: Domain, claim: HostnameClaim) -> bool:
    """Tell whether every name of a claim is the domain's, comparing whole labels."""
    if claim.name == domain.name:
        # ``*.acme.example`` is about the names below, not about acme.example.
        return domain.include_subdomains or not claim.wildcard
    return domain.include_subdomains and claim.name.endswith(f".{domain.name}")


def _not_verified(claim: HostnameClaim, terms: NetworkTerms) -> str:
    """Say what is wrong with a hostname that can be read."""
    if claim.catch_all:
        return "answers for every hostname" if _is_backend(claim) else "is open to every hostname"
    if claim.wildcard:
        return f"covers names that are not verified for {terms.tenant}"
    if not claim.text.isascii():
        return f"is {claim.name}, which is not verified for {terms.tenant}"
    return f"is not verified for {terms.tenant}"


def _is_backend(claim: HostnameClaim) -> bool:
    """Tell whether a catch-all is a field of its own, not one that lacks a name."""
    return claim.catch_all and claim.path.endswith("Backend")


def _use_own_hostname(claim: HostnameClaim, terms: NetworkTerms) -> str:
    """Say which names may be used, or how to have one verified."""
    if _is_backend(claim):
        return f"leave it out, and in a rule with a host {_own_hostnames(terms)}"
    return _own_hostnames(terms)


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
        "Annotations that add names (server-alias, external-dns, snippets), HTTPRoutes and "
        "other routes, ExternalName Services, certificates, and routes of controllers with "
        "kinds of their own. Whether DNS points here is not looked up."
    ),
)
