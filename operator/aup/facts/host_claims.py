"""Claims of hostnames that are not plain names: expressions, names of Services, what is implied."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from aup.facts import claims
from aup.facts.cluster_name import ZONE, ClusterName, read_cluster_name
from aup.facts.host_pattern import parse_host_pattern
from aup.facts.hostname import parse_hostname
from aup.facts.model import ClaimSource, HostnameClaim, Surroundings
from aup.facts.namespace import named_namespace
from aup.facts.suffixes import is_top_level_domain

_OTHERS: Final = frozenset(
    {"corp", "home", "internal", "intranet", "lan", "local", "localdomain", "mail", "private"}
    | {"pod", "svc"}
)
"""Ends of names that networks use among themselves (RFC 6762, appendix G, and others), and of those
of clusters."""


def pattern(text: str, path: str, source: ClaimSource = ClaimSource.SPEC) -> HostnameClaim:
    """Return the claim of a regular expression: of the domain that bounds it."""
    found = parse_host_pattern(text)
    return HostnameClaim(
        text=text,
        path=path,
        source=source,
        name=found.name,
        wildcard=found.below,
        problem=found.problem,
        reading="stands for",
    )


def glob(value: object, path: str, source: ClaimSource = ClaimSource.SPEC) -> HostnameClaim:
    """Return the claim of a name in which ``*`` alone is every name."""
    if value == "*":
        return HostnameClaim(text="*", path=path, source=source, name="", catch_all=True)
    return claims.hostname(value, path, source)


def implied(
    text: str, path: str, name: str, reading: str, source: ClaimSource = ClaimSource.SPEC
) -> HostnameClaim:
    """Return the claim of a name that a value brings about without being it.

    Args:
        text: the value.
        path: where it stands.
        name: what is claimed, with its ``*.``.
        reading: how the one comes to the other: ``also answers for``.
        source: where it is claimed.

    """
    parsed = parse_hostname(name)
    return HostnameClaim(
        text, path, source, parsed.name, parsed.wildcard, problem=parsed.problem, reading=reading
    )


def inside_or_outside(
    value: object,
    path: str,
    namespace: str,
    surroundings: Surroundings,
    source: ClaimSource = ClaimSource.SPEC,
) -> Iterator[HostnameClaim]:
    """Yield the claim of a name where names of the cluster may stand as well.

    Names without a dot are the namespace's own, and those of its Services are judged by whose
    namespace it is: a mesh, and certificates of one's own authority, live on them.
    """
    claim = claims.hostname(value, path, source)
    if not claim.problem and "." not in claim.name:
        yield from _short(claim, namespace, surroundings)
    else:
        yield _of_a_service(claim, namespace, surroundings)


def at_the_edge(claim: HostnameClaim, namespace: str, surroundings: Surroundings) -> HostnameClaim:
    """Return the claim of a name that a controller answers for, to the cluster or to the world.

    Knative has Services routed under their own names, by objects beside them.
    """
    name = f".{claim.name}"
    if "." in claim.name and any(name.endswith(end) for end in service_names(namespace)):
        service = named_namespace(namespace, namespace, claim.path, surroundings)
        return replace(claim, service=service)
    return claim


def service_names(namespace: str) -> tuple[str, ...]:
    """Return the ends of the names of a namespace's Services, each with its dot.

    The short one, of ``db.acme-prod``, is none where it may be the end of other names: of those
    of the internet, of a company's own, or of all Services.
    """
    if not namespace:
        return ()
    full = f".{namespace}.svc", f".{namespace}.svc.{ZONE}"
    taken = namespace in _OTHERS or is_top_level_domain(namespace)
    return full if taken else (f".{namespace}", *full)


def _of_a_service(
    claim: HostnameClaim, namespace: str, surroundings: Surroundings
) -> HostnameClaim:
    """Return a claim with the namespace, if its name is that of a Service."""
    found = read_cluster_name(claim.name) or _pod_of_a_service(claim.name, namespace, surroundings)
    if found is None or (found.guessed and not _is_own(claim.name, found, namespace, surroundings)):
        return claim
    service = named_namespace(found.namespace, found.namespace, claim.path, surroundings)
    return replace(claim, service=service)


def _pod_of_a_service(name: str, namespace: str, surroundings: Surroundings) -> ClusterName | None:
    """Read ``db-0.db.acme-prod``, which resolvers complete as they do ``db.acme-prod``.

    Names of the internet have three labels, too: only a namespace that is known ends one.
    """
    labels = name.split(".")
    if len(labels) != 3:
        return None
    known = labels[2] == namespace or surroundings.tenant_of(labels[2]) is not None
    return ClusterName(labels[2], guessed=True) if known else None


def _short(
    claim: HostnameClaim, namespace: str, surroundings: Surroundings
) -> Iterator[HostnameClaim]:
    """Yield the claim of a name without a dot, unless it is the namespace's own."""
    if not claim.text.isascii():
        yield claim  # No Service is called so.
    elif claim.wildcard and claim.name != "localhost":
        # ``*.acme-prod`` are the Services of a namespace, ``*.local`` would be those of everybody.
        services = ClusterName(claim.name, guessed=True)
        if not _is_own(f"*.{claim.name}", services, namespace, surroundings):
            yield replace(claim, instead=_in_full(claim.name, namespace))
        elif not namespace:
            service = named_namespace(claim.name, claim.name, claim.path, surroundings)
            yield replace(claim, service=service)


def _in_full(service: str, namespace: str) -> str:
    """Say how to write ``*.db``, the pods of a Service, so that nobody takes them for others."""
    known = service in {"local", "svc"} or is_top_level_domain(service)
    return "" if known else f"write *.{service}.{namespace}.svc for the pods of a Service"


def _is_own(name: str, found: ClusterName, namespace: str, surroundings: Surroundings) -> bool:
    """Tell whether ``db.acme-dev`` is a Service of one's own: no registry has such a domain.

    Outside of namespaces it is a Service wherever its namespace may be somebody's: whose, others
    judge.
    """
    tenant, holder = surroundings.tenant_of(namespace), surroundings.tenant_of(found.namespace)
    if namespace:
        own = found.namespace == namespace or (tenant is not None and holder == tenant)
    else:
        own = holder is not None or not surroundings.pods_known
    ends = name.endswith(f".{found.namespace}") and not is_top_level_domain(found.namespace)
    return own and ends
