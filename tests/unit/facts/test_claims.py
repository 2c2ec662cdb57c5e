"""Claims out of fields: what is absent, what is unreadable, and how many are looked at."""

from collections.abc import Iterator

import pytest

from aup.facts import claims
from aup.facts.claims import MAX_CLAIMS, MAX_INTERNATIONAL
from aup.facts.model import AddressClaim, ClaimSource, Facts, Problem, Subject
from aup.facts.wire.shape import WHOLE, too_many

SUBJECT = Subject("", "Service", "acme-prod", "web")
FOREIGN = "203.0.113.9"


def endless() -> Iterator[AddressClaim]:
    while True:
        yield from claims.address(FOREIGN, "p", ClaimSource.SPEC)


@pytest.mark.parametrize("value", [None, ""])
def test_null_and_empty_scalars_are_absent(value: object) -> None:
    assert claims.is_absent(value)
    assert list(claims.address(value, "p", ClaimSource.SPEC)) == []


@pytest.mark.parametrize("value", [False, 0, [], {}, " "])
def test_what_is_merely_false_is_a_claim_that_cannot_be_read(value: object) -> None:
    (claim,) = claims.address(value, "p", ClaimSource.STATUS)
    assert (claim.address, claim.source) == (None, ClaimSource.STATUS)
    assert claim.problem


def test_an_empty_element_is_not_an_absent_one() -> None:
    (claim,) = claims.address_list([None, ""], "spec.externalIPs")
    assert (claim.path, claim.problem) == (
        "spec.externalIPs[1]",
        "is empty where an address belongs",
    )


@pytest.mark.parametrize(("over", "problems"), [(0, ()), (1, ("addresses",))])
def test_an_object_with_more_claims_than_are_looked_at_has_a_problem(
    over: int, problems: tuple[str, ...]
) -> None:
    values = [FOREIGN] * (MAX_CLAIMS + over)
    found = claims.exposed(SUBJECT, (), claims.address_list(values, "p"))
    assert found.exposure is not None
    assert len(found.exposure.addresses) == MAX_CLAIMS
    assert found.problems == tuple(too_many(WHOLE, 4096, p) for p in problems)


def test_claims_of_all_sorts_are_counted_together() -> None:
    """Sixteen sorts with a limit each would be sixteen times as much to judge."""
    addresses = claims.address_list([FOREIGN] * (MAX_CLAIMS // 2), "p")
    names = (claims.hostname("www.acme.example", "q") for _ in range(MAX_CLAIMS))
    found = claims.exposed(SUBJECT, (), addresses, names)
    assert found.exposure is not None
    assert len(found.exposure.addresses) + len(found.exposure.hostnames) == MAX_CLAIMS
    what = "hostnames, counted together with what else it asks of the network"
    assert found.problems == (too_many(WHOLE, MAX_CLAIMS, what),)


@pytest.mark.parametrize(("over", "problems"), [(0, ()), (1, ("names beyond ASCII",))])
def test_names_that_take_long_to_read_are_fewer(over: int, problems: tuple[str, ...]) -> None:
    """Of names that are written in ASCII there may be more."""
    names = ["www.bücher.example"] * (MAX_INTERNATIONAL + over) + ["www.acme.example"] * 2000
    leaves = (claims.hostname(name, "p", ClaimSource.SPEC) for name in reversed(names))
    found = claims.exposed(SUBJECT, (), leaves)
    assert found.problems == tuple(too_many(WHOLE, 512, p) for p in problems)
    assert found.exposure is not None
    assert len(found.exposure.hostnames) == MAX_INTERNATIONAL + 2000


def test_claims_past_the_limit_are_not_even_made() -> None:
    earlier = Problem("spec", "", "is a list where an object belongs")
    found = claims.exposed(SUBJECT, (earlier,), endless())
    assert found.problems == (
        earlier,
        too_many(WHOLE, 4096, "addresses"),
    )


def test_what_is_added_stands_behind_what_is_known_and_each_thing_once() -> None:
    known = claims.exposed(SUBJECT, (), claims.address_list([FOREIGN], "p"))
    assert known.exposure is not None
    more = claims.also(known, claims.address_list([FOREIGN, "203.0.113.10"], "p"))
    assert more.exposure is not None
    assert [(c.path, c.text) for c in more.exposure.addresses] == [
        ("p[0]", FOREIGN),
        ("p[1]", "203.0.113.10"),
    ]
    assert more.exposure.writer == known.exposure.writer


def test_what_is_added_has_the_limit_of_what_is_known() -> None:
    plain = Facts(SUBJECT)
    found = claims.also(plain, endless())
    assert found.problems == (too_many(WHOLE, 4096, "addresses"),)
