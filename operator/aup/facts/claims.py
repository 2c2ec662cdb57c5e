"""Claims out of fields: each keeps its path, and none is lost between reading and the facts.

Null and empty scalars are absent, as for the API server. An empty *element* of a list is not: it
is a claim that cannot be read.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from aup.facts.address import ParsedAddress, parse_address
from aup.facts.hostname import parse_hostname
from aup.facts.model import (
    AddressClaim,
    Attachment,
    Capture,
    ClaimSource,
    ClusterAddress,
    EndpointTarget,
    Exposure,
    ExternalName,
    Facts,
    HostnameClaim,
    Loan,
    NamedClaim,
    NodePort,
    OpenPort,
    Passage,
    PlatformSetting,
    Plugin,
    Problem,
    SharingClaim,
    Subject,
    Surroundings,
    UnknownAnnotation,
)
from aup.facts.wire.shape import WHOLE, Wire, too_many

MAX_CLAIMS = 4096
"""Of all sorts in one object. An EndpointSlice may hold 1000 endpoints, and honest objects hold
fewer; without a limit one object of a few MiB costs seconds."""
MAX_INTERNATIONAL = 512
"""Of names with letters beyond ASCII: to read one takes as long as to read dozens without."""

W = TypeVar("W", bound=Wire)
Leaf = (
    AddressClaim
    | Attachment
    | Capture
    | ClusterAddress
    | EndpointTarget
    | ExternalName
    | HostnameClaim
    | Loan
    | NamedClaim
    | NodePort
    | OpenPort
    | Passage
    | PlatformSetting
    | Plugin
    | SharingClaim
    | UnknownAnnotation
)
"""What an object says of how it is reached: one of the parts of an Exposure."""
SORTS: Final[Mapping[type[Leaf], str]] = {
    AddressClaim: "addresses",
    Attachment: "attachments",
    Capture: "captures",
    ClusterAddress: "cluster_addresses",
    EndpointTarget: "endpoints",
    ExternalName: "external_names",
    HostnameClaim: "hostnames",
    Loan: "loans",
    NamedClaim: "names",
    NodePort: "node_ports",
    OpenPort: "open_ports",
    Passage: "passages",
    PlatformSetting: "settings",
    Plugin: "plugins",
    SharingClaim: "sharing",
    UnknownAnnotation: "unknown_annotations",
}
"""The field of Exposure for each."""
_NAMES: Final = (HostnameClaim, ExternalName)
Addresses = Iterator[AddressClaim]
Hostnames = Iterator[HostnameClaim]


def exposed(subject: Subject, problems: tuple[Problem, ...], *leaves: Iterable[Leaf]) -> Facts:
    """Put the facts of one object together: leaves of any sort, each into its field."""
    sorts: dict[str, list[Leaf]] = {}
    international = 0
    for count, leaf in enumerate(chain.from_iterable(leaves)):
        sort = SORTS[type(leaf)]
        held = sorts.setdefault(sort, [])
        international += isinstance(leaf, _NAMES) and not leaf.text.isascii()
        if international > MAX_INTERNATIONAL:
            problems = (*problems, too_many(WHOLE, MAX_INTERNATIONAL, "names beyond ASCII"))
            break
        if count == MAX_CLAIMS:
            what = sort.replace("_", " ")
            if len(sorts) > 1:
                what += ", counted together with what else it asks of the network"
            problems = (*problems, too_many(WHOLE, MAX_CLAIMS, what))
            break
        held.append(leaf)
    fields: dict[str, Any] = {sort: tuple(held) for sort, held in sorts.items()}
    exposure = Exposure(
        namespace=subject.namespace,
        writer=subject.writer,
        writes_status=subject.subresource == "status",
        **fields,
    )
    return Facts(subject=subject, exposure=exposure, problems=problems)


def also(facts: Facts, *leaves: Iterable[Leaf]) -> Facts:
    """Add what more an object says of how it is reached."""
    more = exposed(facts.subject, facts.problems, *leaves)
    exposure = merged(facts.exposure, more.exposure)
    return replace(facts, exposure=exposure, problems=more.problems)


def merged(one: Exposure | None, other: Exposure | None) -> Exposure | None:
    """Return what two readers of an object found; what both of them did is there once."""
    if one is None or other is None:
        return one or other
    fields: dict[str, Any] = {}
    for sort in SORTS.values():
        found = getattr(one, sort)
        known = frozenset(found)
        fields[sort] = found + tuple(leaf for leaf in getattr(other, sort) if leaf not in known)
    return replace(one, **fields)


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
        yield address_claim(parse_address(value), path, source)


def address_list(values: Iterable[object] | None, path: str) -> Addresses:
    """Yield the addresses of a list in the spec."""
    for index, value in enumerate(values or ()):
        if value is not None:
            yield address_claim(parse_address(value), f"{path}[{index}]", ClaimSource.SPEC)


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
    values: Iterable[tuple[str, object]], surroundings: Surroundings, *, outward: bool = False
) -> Iterator[EndpointTarget]:
    """Yield each address that traffic is sent to, with the tenant whose pod has it now.

    Args:
        values: path and value of each.
        surroundings: who has which address.
        outward: whether it may lie on the internet.

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
            outward=outward,
        )


def address_claim(parsed: ParsedAddress, path: str, source: ClaimSource) -> AddressClaim:
    """Return an address with where it was claimed."""
    return AddressClaim(parsed.text, path, source, parsed.address, parsed.problem)
