"""Kinds of Traefik: routers whose rules name hosts, in a language of their own."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from aup.facts import claims, host_claims
from aup.facts.json_value import text_of, type_of
from aup.facts.model import ClaimSource, HostnameClaim, Subject, Surroundings
from aup.facts.routes.traefik_rule import RuleHost, parse_rule
from aup.facts.wire.tree import Tree

ANY: Final = "*"
HTTP_ENTRY_POINTS: Final = frozenset({"web", "websecure", "http", "https", "traefik"})
"""Names that entry points for requests go by, where a router without names takes all of them."""

WITH_A_NAME: Final = "repeat the Host of its parents in the rule"

MAX_RULES: Final = 128 << 10
"""Characters of all rules of an object together; a route of many hosts has a few thousand."""


def rule_hosts(
    value: object, path: str, source: ClaimSource = ClaimSource.SPEC
) -> Iterator[HostnameClaim]:
    """Yield the names that a rule answers for, and all names where it is bound to none."""
    if not isinstance(value, str):
        problem = f"is {type_of(value)} where a rule belongs"
        yield HostnameClaim(text_of(value), path, source, "", problem=problem)
        return
    rule = parse_rule(value)
    if rule.problem:
        yield HostnameClaim(value, path, source, "", problem=rule.problem)
        return
    if not rule.bounded:
        yield HostnameClaim(value, path, source, "", catch_all=True)
    for host in rule.hosts:
        yield _host(host, path, source)


def ingress_route(
    tree: Tree, subject: Subject, surroundings: Surroundings
) -> Iterator[HostnameClaim]:
    """Read an IngressRoute: a route without names takes every request of its entry points.

    Its parents are no bound: what they are bound to is written elsewhere and may change, and a
    Traefik before 3.6 takes every request to a child that has been let in.
    """
    has_parents = any(True for _ in tree.each("spec.parentRefs[]"))
    for claim in _routes(tree):
        yield replace(claim, instead=WITH_A_NAME) if has_parents and claim.catch_all else claim
    yield from _certificates(tree)


def ingress_route_tcp(
    tree: Tree, subject: Subject, surroundings: Surroundings
) -> Iterator[HostnameClaim]:
    """Read an IngressRouteTCP.

    Without TLS there are no names, and ``HostSNI(`*`)`` is all that a rule can say; that is no
    claim on an entry point of one's own, and one of every name on those that requests come in by.
    """
    entry_points = {text_of(value) for _, value in tree.each("spec.entryPoints[]")}
    shared = not entry_points or entry_points & HTTP_ENTRY_POINTS
    named = tree.one("spec.tls") is not None or shared
    for claim in _routes(tree):
        if named or not claim.catch_all:
            yield claim
    yield from _certificates(tree)


def _routes(tree: Tree) -> Iterator[HostnameClaim]:
    """Yield the names of all rules, of which there are as many as can be read while others wait."""
    read = 0
    for route in tree.objects("spec.routes[]"):
        rule, at = route.one("match") or "", route.at("match")
        read += len(text_of(rule))
        if read > MAX_RULES:
            problem = f"ends beyond {MAX_RULES} characters of rules in one object"
            instead = "write the rules into several objects"
            text = text_of(rule)
            yield HostnameClaim(text, at, ClaimSource.SPEC, "", problem=problem, instead=instead)
            return
        yield from rule_hosts(rule, at)


def _certificates(tree: Tree) -> Iterator[HostnameClaim]:
    """Yield the names that certificates are asked for."""
    for field in ("spec.tls.domains[].main", "spec.tls.domains[].sans[]"):
        for path, value in tree.each(field):
            yield claims.hostname(value, path)


def _host(host: RuleHost, path: str, source: ClaimSource) -> HostnameClaim:
    """Return the claim of one name of a rule."""
    if host.is_pattern:
        found = host_claims.pattern(host.value, path, source)
    else:
        # Version 3.8 has ``**.acme.example`` for names at any depth.
        name = ANY if host.value == ANY else host.value.replace("**.", "*.", 1)
        found = host_claims.glob(name, path, source)
    return replace(found, text=host.text)
