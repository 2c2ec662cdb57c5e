"""How the value of an annotation is read: as addresses, networks, names, or a setting.

Each reader yields what the value claims. What it cannot read is a claim with a problem: a
controller may understand more than we do.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from aup.facts import claims
from aup.facts.address import (
    ParsedAddress,
    ParsedNetworks,
    parse_address,
    parse_interface,
    parse_network,
    parse_range,
    tokens,
)
from aup.facts.annotations.keys import Note, Reader
from aup.facts.claims import Leaf
from aup.facts.json_value import text_of, type_of
from aup.facts.model import (
    AddressClaim,
    ClaimSource,
    IPNetwork,
    NamedClaim,
    PlatformSetting,
    Reach,
    Topic,
    UnknownAnnotation,
)

HERE: Final = ClaimSource.ANNOTATION
TRUTHY: Final = frozenset({"1", "t", "true", "yes", "on", "enabled"})
"""What one controller or another takes for true, in lower case."""
MAX_RANGES: Final = 64
"""In one annotation: a range may be many networks, and honest annotations hold a few."""
_JSON = msgspec.json.Decoder()


def noted(note: Note, source: ClaimSource) -> ClaimSource:
    """Return the source of a claim: what a person alone can have written is no record."""
    return HERE if source is ClaimSource.RECORD and note.by_hand else source


Split = Callable[[Note], Iterator[object]]
"""Takes the value of an annotation apart."""


def whole(note: Note) -> Iterator[object]:
    """Yield the value as it is."""
    yield note.value


def comma(note: Note) -> Iterator[object]:
    """Yield the tokens of a comma-separated list."""
    yield from tokens(note.value)


def words(note: Note) -> Iterator[object]:
    """Yield the tokens of a list that is separated by white space."""
    yield from note.value.split() if isinstance(note.value, str) else (note.value,)


def json_list(note: Note) -> Iterator[object]:
    """Yield the elements of a JSON list; what is none is one element that cannot be read."""
    try:
        decoded = _JSON.decode(note.value) if isinstance(note.value, str) else note.value
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        decoded = note.value
    if isinstance(decoded, list):
        yield from decoded
    elif decoded is not None:
        yield NotAList(text_of(note.value))


class NotAList(str):
    """A text that stands where a JSON list belongs."""

    __slots__ = ()
    problem: Final = 'is not a JSON list such as ["one", "two"]'


def addresses(split: Split = comma, source: ClaimSource = HERE) -> Reader:
    """Read addresses."""

    def read(note: Note) -> Iterator[Leaf]:
        for value in split(note):
            yield _address(value, parse_address, note.path, noted(note, source))

    return read


def interfaces(split: Split = comma, source: ClaimSource = HERE) -> Reader:
    """Read addresses of interfaces, ``203.0.113.9/24``: the mask is no claim."""

    def read(note: Note) -> Iterator[Leaf]:
        for value in split(note):
            yield _address(value, parse_interface, note.path, noted(note, source))

    return read


def ranges(split: Split = comma, source: ClaimSource = HERE) -> Reader:
    """Read networks, ranges ``a-b`` and addresses: all that lies in them is claimed."""

    def read(note: Note) -> Iterator[Leaf]:
        for count, value in enumerate(split(note)):
            if count == MAX_RANGES:
                problem = f"has more than {MAX_RANGES} networks or ranges"
                yield AddressClaim("", note.path, source, address=None, problem=problem)
                return
            yield network_claim(parse_range(value), note.path, noted(note, source))

    return read


def names(split: Split = comma, source: ClaimSource = HERE) -> Reader:
    """Read a provider's names for addresses, networks or load balancers.

    An address that stands among them is read as one.
    """

    def read(note: Note) -> Iterator[Leaf]:
        found_in = noted(note, source)
        for value in split(note):
            parsed = parse_address(value)
            if parsed.address is not None or not isinstance(value, str):
                yield claims.address_claim(parsed, note.path, found_in)
            else:
                yield AddressClaim(value, note.path, found_in, address=None, opaque=True)

    return read


def pools(split: Split = comma) -> Reader:
    """Read pools of addresses: each by its name, or by its network."""

    def read(note: Note) -> Iterator[Leaf]:
        for value in split(note):
            yield _named(value, note.path, Topic.POOL, parse_network(value).networks)

    return read


def classes(note: Note) -> Iterator[Leaf]:
    """Read the name of a class of load balancers."""
    yield _named(note.value, note.path, Topic.CLASS)


def hostnames(split: Split = comma) -> Reader:
    """Read hostnames that the object wants to answer for."""

    def read(note: Note) -> Iterator[Leaf]:
        for value in split(note):
            yield claims.hostname(value, note.path, HERE)

    return read


def setting(
    detail: str,
    reach: Reach = Reach.ROUTING,
    *,
    only: frozenset[str] | None = None,
    source: ClaimSource = HERE,
) -> Reader:
    """Read a setting of the platform's.

    Args:
        detail: what it does; completes ``<path> <value>``.
        reach: whom it concerns.
        only: the values that do something, in lower case; by default any does.
        source: whether controllers note such a setting themselves.

    """

    def read(note: Note) -> Iterator[Leaf]:
        text = text_of(note.value)
        if only is None or text.strip().lower() in only:
            yield PlatformSetting(text, note.path, noted(note, source), reach, detail, key=note.key)

    return read


def unknown(note: Note) -> Iterator[Leaf]:
    """Take down a key that looks like a load balancer's."""
    yield UnknownAnnotation(note.key, text_of(note.value), note.path)


def nothing(note: Note) -> Iterator[Leaf]:
    """Read a value that claims nothing, whatever it is."""
    yield from ()


def network_claim(parsed: ParsedNetworks, path: str, source: ClaimSource) -> AddressClaim:
    """Return all of a network or range as one claim; a range of one is an address."""
    only = parsed.networks[0] if len(parsed.networks) == 1 else None
    if only is not None and only.num_addresses == 1:
        return AddressClaim(parsed.text, path, source, only.network_address)
    return AddressClaim(parsed.text, path, source, None, parsed.problem, networks=parsed.networks)


def _address(
    value: object, parse: Callable[[object], ParsedAddress], path: str, source: ClaimSource
) -> AddressClaim:
    """Return the claim of one address."""
    if isinstance(value, NotAList):
        return AddressClaim(value, path, source, address=None, problem=value.problem)
    return claims.address_claim(parse(value), path, source)


def _named(
    value: object, path: str, topic: Topic, networks: tuple[IPNetwork, ...] = ()
) -> NamedClaim:
    """Return a claim by name; what is no text cannot be one."""
    match value:
        case NotAList():
            problem = value.problem
        case str():
            problem = ""
        case _:
            problem = f"is {type_of(value)} where a name belongs"
    return NamedClaim(text_of(value), path, topic, problem, networks)
