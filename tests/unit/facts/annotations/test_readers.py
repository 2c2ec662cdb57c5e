"""How values are read: what each claims, and that nothing unreadable is lost."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.annotations.keys import Note, Reader
from aup.facts.annotations.readers import (
    MAX_RANGES,
    addresses,
    classes,
    hostnames,
    interfaces,
    json_list,
    names,
    nothing,
    pools,
    ranges,
    setting,
    unknown,
    whole,
    words,
)
from aup.facts.claims import Leaf
from aup.facts.model import (
    AddressClaim,
    ClaimSource,
    HostnameClaim,
    NamedClaim,
    Offline,
    PlatformSetting,
    Reach,
    Topic,
    UnknownAnnotation,
)

AT = 'metadata.annotations["k"]'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
SPELT = st.text(alphabet='0123456789abcf:./,-[]"{} *%', max_size=40)


def read(reader: Reader, value: object) -> list[Leaf]:
    return list(reader(Note("k", value, AT, "acme-prod", Offline())))


def told(reader: Reader, value: object) -> list[tuple[str, str]]:
    """Return text and what is claimed, or what is wrong with it."""
    found = []
    for leaf in read(reader, value):
        assert isinstance(leaf, AddressClaim)
        assert (leaf.path, leaf.source) == (AT, ClaimSource.ANNOTATION)
        claimed = " ".join(map(str, leaf.networks)) or str(leaf.address or "")
        found.append((leaf.text, leaf.problem or ("opaque" if leaf.opaque else claimed)))
    return found


def test_a_comma_separated_list_of_addresses() -> None:
    assert told(addresses(), "198.51.100.17, ::ffff:203.0.113.9,,x") == [
        ("198.51.100.17", "198.51.100.17"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("x", "is not an IP address"),
    ]


def test_a_whole_value_is_not_split_and_not_trimmed() -> None:
    assert told(addresses(whole), "198.51.100.17,198.51.100.18") == [
        ("198.51.100.17,198.51.100.18", "is not an IP address")
    ]
    assert told(addresses(whole), " 198.51.100.17") == [(" 198.51.100.17", "has white space in it")]


def test_a_list_that_is_separated_by_white_space() -> None:
    assert told(addresses(words), " 198.51.100.17\t198.51.100.18 ") == [
        ("198.51.100.17", "198.51.100.17"),
        ("198.51.100.18", "198.51.100.18"),
    ]
    assert told(addresses(words), 7) == [("7", "is a number where an address belongs")]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('["198.51.100.17", "2001:db8:a::1"]', ["198.51.100.17", "2001:db8:a::1"]),
        (' [ "198.51.100.17" ] ', ["198.51.100.17"]),
        ('["198.51.100.17 "]', ["has white space in it"]),
        ("[]", []),
        ("null", []),
        ("[null]", ["is null where an address belongs"]),
        ('["198.51.100.17"', ['is not a JSON list such as ["one", "two"]']),
        ("198.51.100.17", ['is not a JSON list such as ["one", "two"]']),
        ('"198.51.100.17"', ['is not a JSON list such as ["one", "two"]']),
        ('{"a": "198.51.100.17"}', ['is not a JSON list such as ["one", "two"]']),
        ("[" * 5000, ['is not a JSON list such as ["one", "two"]']),
        ("7", ['is not a JSON list such as ["one", "two"]']),
    ],
)
def test_a_json_list_of_addresses(value: str, found: list[str]) -> None:
    assert [claimed for _, claimed in told(addresses(json_list), value)] == found


def test_of_an_interface_the_address_is_claimed() -> None:
    assert told(interfaces(), "203.0.113.9/24") == [("203.0.113.9/24", "203.0.113.9")]


def test_of_a_network_or_a_range_all_is_claimed() -> None:
    assert told(ranges(), "198.51.100.9/28,198.51.100.17-198.51.100.19,198.51.100.5,x/1") == [
        ("198.51.100.9/28", "198.51.100.0/28"),
        ("198.51.100.17-198.51.100.19", "198.51.100.17/32 198.51.100.18/31"),
        ("198.51.100.5", "198.51.100.5"),
        ("x/1", "is not an IP address"),
    ]


def test_a_range_of_one_is_an_address_that_an_exemption_may_name() -> None:
    (claim,) = read(ranges(), "203.0.113.9/32")
    assert isinstance(claim, AddressClaim)
    assert (claim.address, claim.networks) == (ip_address("203.0.113.9"), ())


def test_of_many_ranges_only_so_many_are_looked_at_and_the_rest_is_refused() -> None:
    listed = ",".join(["198.51.100.17-198.51.100.19"] * (MAX_RANGES + 5))
    found = told(ranges(), listed)
    assert len(found) == MAX_RANGES + 1
    assert found[-1] == ("", "has more than 64 networks or ranges")


def test_a_name_is_opaque_and_an_address_among_names_is_one() -> None:
    assert told(names(), "eipalloc-1, 203.0.113.9") == [
        ("eipalloc-1", "opaque"),
        ("203.0.113.9", "203.0.113.9"),
    ]
    assert told(names(whole), "a, b") == [("a, b", "opaque")]
    assert told(names(), 7) == [("7", "is a number where an address belongs")]


def test_a_note_of_a_controller_says_that_it_is_one() -> None:
    for reader in (names(whole, ClaimSource.RECORD), addresses(whole, ClaimSource.RECORD)):
        (claim,) = read(reader, "203.0.113.9")
        assert isinstance(claim, AddressClaim)
        assert claim.source is ClaimSource.RECORD


def test_what_a_person_alone_can_have_written_is_no_note() -> None:
    note = Note("k", "203.0.113.9", AT, "acme-prod", Offline(), by_hand=True)
    for reader in (
        *(names(whole, ClaimSource.RECORD), addresses(whole, ClaimSource.RECORD)),
        *(ranges(whole, ClaimSource.RECORD), setting("does", source=ClaimSource.RECORD)),
    ):
        (claim,) = reader(note)
        assert isinstance(claim, AddressClaim | PlatformSetting)
        assert claim.source is ClaimSource.ANNOTATION


def test_pools_go_by_name_or_by_network() -> None:
    assert read(pools(json_list), '["public", "198.51.100.17/28"]') == [
        NamedClaim("public", AT, Topic.POOL),
        NamedClaim("198.51.100.17/28", AT, Topic.POOL, networks=(ip_network("198.51.100.16/28"),)),
    ]
    assert read(pools(json_list), '["public"') == [
        NamedClaim('["public"', AT, Topic.POOL, 'is not a JSON list such as ["one", "two"]')
    ]
    assert read(pools(), 7) == [NamedClaim("7", AT, Topic.POOL, "is a number where a name belongs")]


def test_a_class_is_a_name() -> None:
    assert read(classes, "premium") == [NamedClaim("premium", AT, Topic.CLASS)]
    assert read(classes, ["x"]) == [
        NamedClaim("", AT, Topic.CLASS, "is a list where a name belongs")
    ]


def test_hostnames_are_read_by_their_own_reader() -> None:
    (found,) = read(hostnames(), "WWW.Acme.Example.")
    assert isinstance(found, HostnameClaim)
    assert (found.name, found.source) == ("www.acme.example", ClaimSource.ANNOTATION)


@pytest.mark.parametrize("value", ["true", "True", " TRUE ", True])
def test_a_setting_is_one_in_every_spelling_of_what_it_does(value: object) -> None:
    (found,) = read(setting("opens a door", only=frozenset({"true"})), value)
    assert isinstance(found, PlatformSetting)
    assert (found.reach, found.detail, found.key) == (Reach.ROUTING, "opens a door", "k")


@pytest.mark.parametrize("value", ["false", "", "truely", 1])
def test_a_value_that_does_nothing_is_no_setting(value: object) -> None:
    assert read(setting("opens a door", only=frozenset({"true"})), value) == []


def test_a_setting_without_values_is_always_one() -> None:
    (found,) = read(setting("loosens a check", Reach.SPOOFING), "0")
    assert isinstance(found, PlatformSetting)
    assert (found.text, found.reach) == ("0", Reach.SPOOFING)


def test_an_unknown_key_is_taken_down_and_a_harmless_one_is_not() -> None:
    assert read(unknown, "x") == [UnknownAnnotation("k", "x", AT)]
    assert read(nothing, "x") == []


READERS = [
    *(
        reader(split)
        for reader in (addresses, interfaces, ranges, names)
        for split in (whole, words)
    ),
    *(addresses(json_list), addresses(), ranges(), names(), pools(), pools(json_list), classes),
    *(hostnames(), setting("does"), unknown, nothing),
]


@given(st.sampled_from(READERS), JSON | SPELT)
def test_any_value_is_read_without_an_error(reader: Reader, value: object) -> None:
    for leaf in read(reader, value):
        assert leaf.path == AT  # type: ignore[union-attr]  # all that annotations yield have one


@given(st.sampled_from([addresses(), ranges(), names(), addresses(words)]), SPELT)
def test_no_address_that_stands_between_commas_is_lost(reader: Reader, value: str) -> None:
    """Whatever surrounds it, a claim is a foreign address, or it says what is wrong."""
    texts = [leaf.text for leaf in read(reader, f"{value},203.0.113.9") if hasattr(leaf, "text")]
    assert any("203.0.113.9" in text for text in texts)
