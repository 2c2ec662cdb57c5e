"""The ledger as the API server keeps it."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.quantity import LARGEST
from aup.ledger.amounts import Amounts
from aup.ledger.entry import Entry, Key
from aup.ledger.record import Count, Ledger, Reservation, Share
from aup.ledger.wire import read_ledger, status_of

KEYS = (
    "requests.cpu",
    "requests.memory",
    "namespace/shop:pods",
    "scope/batch:requests.cpu",
    "gpu@7",
)
words = st.text("abcdefgh-", min_size=1, max_size=8)
versions = st.integers(0, 2**53)


def amounts(least: int = 1) -> st.SearchStrategy[Amounts]:
    return st.dictionaries(st.sampled_from(KEYS), st.integers(least, 2**50), max_size=4)


@st.composite
def reservations(draw: st.DrawFn) -> dict[Key, Reservation]:
    keys = draw(st.lists(st.builds(Key, words, words, versions), max_size=4, unique=True))
    return {
        key: Reservation(Entry(key, draw(words), draw(words), draw(amounts())), draw(words))
        for key in keys
    }


ledgers = st.builds(
    Ledger,
    versions,
    amounts(least=0),
    st.integers(0, 99),
    st.frozensets(st.sampled_from(KEYS)),
    st.dictionaries(words, st.builds(Count, versions, amounts())),
    st.dictionaries(words, st.builds(Share, amounts(), st.integers(0, 99), words, amounts())),
    reservations(),
)


def stored(ledger: Ledger) -> bytes:
    """Return a ledger as the API server gives it back."""
    metadata = {"name": "acme", "resourceVersion": str(ledger.version)}
    return msgspec.json.encode({"metadata": metadata, "status": status_of(ledger)})


@given(ledgers)
def test_what_is_written_is_read(ledger: Ledger) -> None:
    """A budget of zero is a budget, too."""
    assert read_ledger(stored(ledger)) == ledger


def test_a_ledger_without_a_status_is_empty() -> None:
    found = read_ledger(b'{"metadata":{"name":"acme","resourceVersion":"7"}}')
    assert found == Ledger(7)


def test_more_than_any_budget_can_be_read_again() -> None:
    """Or two objects of the largest size would make a ledger that nobody reads."""
    ledger = Ledger(
        7, {"requests.memory": 1}, counts={"pods": Count(5, {"requests.memory": 2**65})}
    )
    found = read_ledger(stored(ledger))
    assert found.counts["pods"].used == {"requests.memory": int(LARGEST)}
    assert found.room() == {"requests.memory": 1 - int(LARGEST)}
