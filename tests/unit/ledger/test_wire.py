"""The ledger as the API server keeps it: what is written is read, and what is odd never opens."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.quantity import LARGEST
from aup.ledger.amounts import Amounts
from aup.ledger.entry import Entry, Key
from aup.ledger.margins import Bounds
from aup.ledger.record import Count, Ledger, Reservation, Share
from aup.ledger.wire import read_ledger, status_of
from aup.live.counted import KINDS
from support.replacing import replace
from support.schema import crds, validator

KEYS = (
    "requests.cpu",
    "requests.memory",
    "namespace/shop:pods",
    "scope/batch:requests.cpu",
    "gpu@7",
    "license/acme-db.cores",
    "requests.storage",
)
(CRD,) = (crd for crd in crds() if crd.kind == "BudgetLedger")
SCHEMA = validator(CRD.schema["properties"]["status"])
ETCD_BYTES = 1_500_000
"""What etcd takes in one request, by default 1.5 MiB."""
words = st.text("abcdefgh-", min_size=1, max_size=8)
versions = st.integers(0, 2**53)


def amounts(least: int = 1, most: int = 2**50) -> st.SearchStrategy[Amounts]:
    return st.dictionaries(st.sampled_from(KEYS), st.integers(least, most), max_size=4)


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
    st.dictionaries(words, st.builds(Count, versions, amounts()), max_size=4),
    st.dictionaries(
        words, st.builds(Share, amounts(), st.integers(0, 99), words, amounts()), max_size=4
    ),
    reservations(),
)


def stored(ledger: Ledger) -> bytes:
    """Return a ledger as the API server gives it back."""
    return written(status_of(ledger), str(ledger.version))


def written(status: Any, version: str = "7") -> bytes:
    """Return a BudgetLedger with a status that somebody wrote."""
    return json.dumps(
        {"metadata": {"name": "acme", "resourceVersion": version}, "status": status}
    ).encode()


def refusals(ledger: Ledger) -> list[str]:
    """Return what the schema of the CRD says against a ledger as it is sent."""
    sent = json.loads(msgspec.json.encode(status_of(ledger)))
    return [error.message for error in SCHEMA.iter_errors(sent)]


@given(ledgers)
def test_what_is_written_is_read(ledger: Ledger) -> None:
    """A budget of zero is a budget, too."""
    assert read_ledger(stored(ledger)) == ledger


@given(ledgers)
def test_what_is_written_is_written_again_alike(ledger: Ledger) -> None:
    """Whatever the order in which it was put together: a write that changes nothing is none."""
    found = read_ledger(stored(ledger))
    assert msgspec.json.encode(status_of(found)) == msgspec.json.encode(status_of(ledger))


@given(ledgers, amounts(most=2**80))
def test_what_is_written_the_api_server_takes(ledger: Ledger, used: Amounts) -> None:
    """However much exists: the schema of the CRD refuses it nowhere."""
    much = {**ledger.counts, "pods": Count(5, used)}
    assert refusals(replace(ledger, counts=much)) == []


def test_a_ledger_full_of_reservations_is_stored() -> None:
    """As many as the protocol writes down, with the longest names that there are."""
    kept = {
        key: Reservation(
            Entry(key, f"{'n' * 63}/{'p' * 253}", "o" * 36, dict.fromkeys(KEYS, 2**40)), "w" * 40
        )
        for key in (Key("pods", f"{i:036}", 2**53) for i in range(Bounds().reservations))
    }
    ledger = Ledger(7, dict.fromkeys(KEYS, 2**50), reservations=kept)
    assert read_ledger(stored(ledger)) == ledger
    assert len(stored(ledger)) < ETCD_BYTES
    assert refusals(ledger) == []


def test_every_counted_kind_has_its_place() -> None:
    counts = CRD.schema["properties"]["status"]["properties"]["counts"]
    assert len(KINDS) <= counts["maxProperties"]
    assert refusals(Ledger(7, counts={kind: Count(1) for kind in KINDS})) == []


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


def test_what_lies_between_steps_leaves_less_room() -> None:
    """A budget is rounded down, and what is taken up; neither is ever written so."""
    used = {"asOf": "1", "used": {"requests.cpu": "100u", "pods": "0"}}
    share = {"amounts": {"requests.cpu": "1n"}, "wants": {"pods": "500m"}}
    reserved = {"kind": "pods", "uid": "u", "name": "a/b", "write": "w", "amounts": {"pods": "1m"}}
    found = read_ledger(
        written(
            {
                "hard": {"requests.cpu": "1999u", "pods": "2500m"},
                "counts": {"pods": used},
                "escrow": {"r": share},
                "reservations": [reserved],
            }
        )
    )
    assert found.hard == {"requests.cpu": 1, "pods": 2}
    assert found.counts["pods"].used == {"requests.cpu": 1}
    assert found.shares["r"] == Share({"requests.cpu": 1}, wants={"pods": 1})
    (reservation,) = found.reservations.values()
    assert reservation.entry.amounts == {"pods": 1}


def test_fields_of_another_version_are_ignored_and_not_written() -> None:
    """So the next write of this version drops them: nobody may rely on one without a new name."""
    status = status_of(Ledger(7, {"pods": 3}, counts={"pods": Count(5, {"pods": 1})}))
    newer = json.loads(msgspec.json.encode(status)) | {"borrowed": {"pods": "2"}}
    newer["counts"]["pods"]["until"] = "9"
    found = read_ledger(written(newer))
    assert status_of(found) == status


ONE = {"kind": "pods", "uid": "u", "name": "a/b", "write": "w"}


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ({"hard": {"pods": "many"}}, "status.hard[pods]: 'many' is no quantity"),
        ({"hard": {"pods": "-1"}}, "status.hard[pods]: '-1' is negative"),
        ({"hard": {"pods": "1" * 41}}, f"status.hard[pods]: '{'1' * 41}' is larger than"),
        ({"hard": {"gpu@x": "1"}}, "status.hard[gpu@x]: invalid literal"),
        ({"counts": {"pods": {"asOf": ""}}}, "status.counts[pods].asOf: '' is no resource"),
        ({"counts": {"pods": {"asOf": "-5"}}}, "status.counts[pods].asOf: '-5' is no"),
        ({"counts": {"pods": {"asOf": "1_0"}}}, "status.counts[pods].asOf: '1_0' is no"),
        ({"counts": {"pods": {"asOf": "٣"}}}, "status.counts[pods].asOf: '٣' is no"),
        ({"counts": {"pods": {"asOf": "9" * 5000}}}, "status.counts[pods].asOf: '999"),
        (
            {"counts": {"pods": {"asOf": "1", "used": {"pods": "-3"}}}},
            "status.counts[pods].used[pods]: '-3' is negative",
        ),
        (
            {"escrow": {"r": {"amounts": {"pods": "1 Gi"}}}},
            "status.escrow[r].amounts[pods]: '1 Gi' is no quantity",
        ),
        (
            {"escrow": {"r": {"wants": {"pods": ""}}}},
            "status.escrow[r].wants[pods]: '' is no quantity",
        ),
        (
            {"reservations": [{**ONE, "amounts": {"pods": "x"}}]},
            "status.reservations[0].amounts[pods]: 'x' is no quantity",
        ),
        # Of two the first would be forgotten, and its share given away.
        ({"reservations": [ONE, ONE]}, "status.reservations[1]: pods u is reserved twice from 0"),
    ],
)
def test_what_cannot_be_read_says_where(status: Any, says: str) -> None:
    """Nothing is admitted by a ledger that is not understood; so somebody must find the place."""
    with pytest.raises(ValueError, match=r"^status\.") as refused:
        read_ledger(written(status))
    assert str(refused.value).startswith(says)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("version", ["", "x", "0x7", "7 ", "+7", "-7", "7.0"])
def test_a_version_that_is_no_number_is_refused(version: str) -> None:
    """Python's own parser would take some of them."""
    with pytest.raises(ValueError, match=r"^metadata\.resourceVersion: .* is no resourceVersion$"):
        read_ledger(written({}, version))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b'{"status":{}}',
        b'{"metadata":{"resourceVersion":7}}',
        written(None),
        written({"hard": ["pods"]}),
        written({"hard": {"pods": 3}}),
        written({"edition": "1"}),
        written({"counts": {"pods": {}}}),
        written({"reservations": [{"kind": "pods"}]}),
        written({"escrow": {"r": None}}),
    ],
    ids=lambda raw: raw.decode(errors="replace")[:40],
)
def test_what_has_another_form_is_refused(raw: bytes) -> None:
    """By the one family of errors that readers of the API server expect."""
    with pytest.raises(msgspec.MsgspecError):
        read_ledger(raw)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["hard", "counts", "escrow", "reservations", "asOf", "used", "pods"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(values)
def test_whatever_stands_there_gets_an_answer(status: Any) -> None:
    """A ledger, or one of the two errors that are caught."""
    try:
        found = read_ledger(written(status))
    except (msgspec.MsgspecError, ValueError):
        return
    assert found.version == 7
