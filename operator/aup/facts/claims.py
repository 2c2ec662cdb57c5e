"""Claims out of fields: each keeps its path, and none is lost between reading and the facts.

Null and empty scalars are absent, as for the API server. An empty *element* of a list is not: it
is a claim that cannot be read.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from aup.facts.address import ParsedAddress, parse_address, parse_addresses
from aup.facts.hostname import parse_hostname
from aup.facts.model import (
    AddressClaim,
    ClaimSource,
    EndpointTarget,
    Exposure,
    Facts,
    HostnameClaim,
    Problem,
    Subject,
    Surroundings,
)
from aup.facts.wire.shape import WHOLE, Wire, too_many

ADDRESS_ANNOTATIONS = ("metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs")
"""Keys under which MetalLB takes addresses. It reads the first that exists; all are checked, since
which one exists is the tenant's choice."""

MAX_CLAIMS = 4096
"""Of a sort in one object. An EndpointSlice may hold 1000 endpoints and honest objects hold fewer;
without a limit one object of a few MiB costs seconds."""

T = TypeVar("T")
W = TypeVar("W", bound=Wire)
Addresses = Iterator[AddressClaim]
Hostnames = Iterator[HostnameClaim]


def exposed(
    subject: Subject,
    problems: tuple[Problem, ...],
    *,
    addresses: Iterable[AddressClaim] = (),
    hostnames: Iterable[HostnameClaim] = (),
    endpoints: Iterable[EndpointTarget] = (),
) -> Facts:
    """Put the facts of one object together."""
    too_many: list[Problem] = []
    exposure = Exposure(
        namespace=subject.namespace,
        addresses=_bounded(addresses, "addresses", too_many),
        endpoints=_bounded(endpoints, "endpoints", too_many),
        hostnames=_bounded(hostnames, "hostnames", too_many),
        writer=subject.writer,
        writes_status=subject.subresource == "status",
    )
    return Facts(subject=subject, exposure=exposure, problems=(*problems, *too_many))


def _bounded(items: Iterable[T], what: str, problems: list[Problem]) -> tuple[T, ...]:
    """Return the items, or as many as are looked at and a problem that refuses the object."""
    taken = tuple(islice(items, MAX_CLAIMS + 1))
    if len(taken) > MAX_CLAIMS:
        problems.append(too_many(WHOLE, MAX_CLAIMS, what))
    return taken[:MAX_CLAIMS]


def each(items: Iterable[W | None] | None, empty: W) -> Iterator[tuple[int, W]]:
    """Yield each element with its index; null is an empty one, as Go decodes it."""
    for index, item in enumerate(items or ()):
        yield index, item or empty


def is_absent(value: object) -> bool:
    """Tell whether a scalar field is as good as not there."""
    return value is None or value == ""


def address(value: object, path: str, source: ClaimSource) -> Addresses:
    """Yield the address of a scalar field."""
    if not is_absent(value):
        yield _claim(parse_address(value), path, source)


def address_list(values: Iterable[object] | None, path: str) -> Addresses:
    """Yield the addresses of a list in the spec."""
    for index, value in enumerate(values or ()):
        if value is not None:
            yield _claim(parse_address(value), f"{path}[{index}]", ClaimSource.SPEC)


def annotated_addresses(annotations: dict[str, Any] | None, path: str) -> Addresses:
    """Yield the addresses in the annotations of load-balancer controllers.

    All tokens of a list have one path: the citation is the token.
    """
    for key in ADDRESS_ANNOTATIONS:
        for parsed in parse_addresses((annotations or {}).get(key)):
            yield _claim(parsed, f'{path}["{key}"]', ClaimSource.ANNOTATION)


def opaque_address(value: object, path: str, source: ClaimSource) -> Addresses:
    """Yield a provider's name for an address, which only the provider can resolve."""
    if isinstance(value, str):
        yield AddressClaim(value, path, source, address=None, opaque=True)
    else:
        yield from address(value, path, source)


def hostname(value: object, path: str, source: ClaimSource = ClaimSource.SPEC) -> HostnameClaim:
    """Return the claim of a hostname that is written somewhere."""
    parsed = parse_hostname(value)
    return HostnameClaim(
        text=parsed.text,
        path=path,
        source=source,
        name=parsed.name,
        wildcard=parsed.wildcard,
        problem=parsed.problem,
    )


def every_hostname(path: str) -> HostnameClaim:
    """Return the claim of every name, by the field that would have limited it."""
    return HostnameClaim(text="", path=path, source=ClaimSource.SPEC, name="", catch_all=True)


def targets(
    values: Iterable[tuple[str, object]], surroundings: Surroundings
) -> Iterator[EndpointTarget]:
    """Yield each address that traffic is sent to, with the tenant whose pod has it now.

    Args:
        values: path and value of each.
        surroundings: who has which address.

    """
    known = surroundings.pods_known
    for path, value in values:
        if value is None:
            continue
        parsed = parse_address(value)
        owner = surroundings.owner_of(parsed.address) if parsed.address and known else None
        yield EndpointTarget(
            text=parsed.text,
            path=path,
            address=parsed.address,
            problem=parsed.problem,
            owner=owner,
            ownership_known=known,
        )


def _claim(parsed: ParsedAddress, path: str, source: ClaimSource) -> AddressClaim:
    """Return an address with where it was claimed."""
    return AddressClaim(parsed.text, path, source, parsed.address, parsed.problem)
