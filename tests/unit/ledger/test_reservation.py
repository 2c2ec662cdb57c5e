"""Reservations: nothing is answered that is not written down, and nothing stays for ever."""

from dataclasses import replace

from aup.ledger.entry import Entry, Key
from aup.ledger.margins import Bounds
from aup.ledger.record import Count, Ledger, Reservation
from aup.ledger.reservation import ReservationAccount
from aup.ledger.verdict import Allowed, Busy, Closed, Short, Why
from support.ledger.one import One, create, ledger, reservation, update

HARD = {"pods": 3, "cpu": 1000}


def reserved(found: Ledger | None) -> set[str]:
    assert found is not None
    return {key.uid for key in found.reservations}


def elsewhere(*entries: Entry, version: int = 20) -> Ledger:
    """Return a ledger with reservations of another replica."""
    found = {entry.key: Reservation(entry, "other-1") for entry in entries}
    return ledger(version, hard=HARD, reservations=found)


def allowed(one: One[ReservationAccount], entry: Entry) -> bool:
    """Ask, write and ask again."""
    if one.admit(entry) == Allowed():
        return True
    if one.write() is not None:
        one.stored()
    return one.admit(entry) == Allowed()


def test_an_admission_is_allowed_once_it_is_written() -> None:
    one, entry = reservation(ledger(hard=HARD)), create("a", pods=1)
    assert isinstance(one.admit(entry), Short)
    assert reserved(one.write()) == {"a"}
    assert isinstance(one.admit(entry), Short)
    one.stored()
    assert one.admit(entry) == Allowed()


def test_what_waits_goes_into_one_write_as_far_as_there_is_room() -> None:
    one = reservation(ledger(hard=HARD))
    for uid, pods in (("a", 2), ("b", 2), ("c", 1)):
        one.admit(create(uid, pods=pods))
    assert reserved(one.write()) == {"a", "c"}


def test_what_nobody_waits_for_any_more_is_not_written() -> None:
    one = reservation(ledger(hard=HARD))
    one.admit(create("a", pods=1))
    one.later(1.5)
    assert one.write() is None


def test_a_key_that_is_not_limited_needs_no_write() -> None:
    one = reservation(ledger(hard=HARD))
    assert one.admit(create("a", gpus=1)) == Allowed()


def test_the_answer_must_come_soon_after_the_write() -> None:
    """Others count its time from when they saw it."""
    one, entry = reservation(ledger(hard=HARD)), create("a", pods=1)
    one.admit(entry)
    one.write()
    one.later(5.1)
    one.stored()
    assert isinstance(one.admit(entry), Short)


def test_what_was_not_answered_is_taken_out() -> None:
    one = reservation(ledger(hard=HARD))
    one.admit(create("a", pods=1))
    one.write()
    one.stored()
    one.later(5.1)
    assert reserved(one.write()) == set()


def test_what_another_replica_may_have_answered_stays() -> None:
    """The API server asked again, elsewhere, and did not wait for the second answer."""
    entry = create("a", pods=1)
    one = reservation(elsewhere(entry))
    one.admit(entry)
    content = one.write()
    assert content is not None
    assert content.reservations[entry.key].write == "me-1"
    one.stored()
    one.later(6)
    assert one.write() is None


def test_a_reservation_of_another_replica_is_not_enough() -> None:
    one = reservation(elsewhere(create("a", pods=1)))
    assert isinstance(one.admit(create("a", pods=1)), Short)


def test_attempts_to_create_one_name_hold_one_share_on_all_replicas() -> None:
    one = reservation(elsewhere(create("a", "web-0", pods=3)))
    assert allowed(one, create("b", "web-0", pods=3))
    assert not allowed(one, create("c", "web-1", pods=1))


def test_two_updates_from_one_version_hold_the_larger_growth() -> None:
    one = reservation(ledger(hard=HARD))
    assert allowed(one, update("a", 7, cpu=300))
    assert allowed(one, update("a", 7, cpu=100))
    assert allowed(one, update("a", 7, cpu=1000))
    found = one.account.ledger
    assert found is not None
    assert found.room() == {"pods": 3}


def test_what_has_appeared_is_counted_and_taken_out() -> None:
    one = reservation(elsewhere(create("a", pods=1)))
    one.sees("a", 21, pods=1)
    content = one.write()
    assert reserved(content) == set()
    assert content is not None
    assert content.counts["Pod"] == Count(21, {"pods": 1})


def test_what_was_deleted_is_taken_out() -> None:
    one = reservation(elsewhere(create("a", pods=1)))
    one.account.deleted("Pod", "a")
    assert reserved(one.write()) == set()


def test_what_never_appeared_is_taken_out_after_the_wait_and_a_look() -> None:
    """The time counts from when the reservation was first seen here."""
    one = reservation(elsewhere(create("a", pods=1)))
    one.later(90.5)
    assert one.write() is None
    assert one.account.reads(one.now) == {"Pod"}
    one.confirms()
    assert reserved(one.write()) == set()


def test_a_reservation_that_was_made_anew_counts_from_then() -> None:
    entry = create("a", pods=1)
    one = reservation(elsewhere(entry))
    one.later(60)
    one.read(ledger(21, hard=HARD, reservations={entry.key: Reservation(entry, "other-2")}))
    one.later(31)
    one.confirms()
    assert one.write() is None


def test_a_lost_answer_is_found_by_the_id() -> None:
    one, entry = reservation(ledger(hard=HARD)), create("a", pods=1)
    one.admit(entry)
    one.write()
    one.account.unknown(one.now)
    assert one.account.next_write(one.now) == one.sent[0]
    one.account.conflicted(replace(one.sent[0].content, version=30), one.now)
    assert one.admit(entry) == Allowed()


def test_a_conflict_asks_for_another_write() -> None:
    one, entry = reservation(ledger(hard=HARD)), create("a", pods=1)
    one.admit(entry)
    one.write()
    one.account.conflicted(elsewhere(create("b", pods=1)), one.now)
    assert reserved(one.write()) == {"a", "b"}


def test_a_ledger_holds_a_bounded_number() -> None:
    one = reservation(elsewhere(create("a", pods=1)), Bounds(reservations=1))
    verdict = one.admit(create("b", pods=1))
    assert isinstance(verdict, Short)
    assert verdict.busy is Busy.LEDGER


def test_an_owner_whose_attempt_did_not_appear_takes_no_second_share() -> None:
    one = reservation(elsewhere(create("a", "web-x1", "owner", pods=1)))
    one.later(6)
    one.confirms()
    verdict = one.admit(create("b", "web-x2", "owner", pods=1))
    assert isinstance(verdict, Short)
    assert verdict.busy is Busy.ORIGIN


def test_a_refusal_says_what_is_reserved() -> None:
    one = reservation(elsewhere(create("a", pods=2)))
    verdict = one.admit(create("b", pods=2))
    assert verdict == Short({"pods": 1}, {"pods": 2}, {"pods": 1, "cpu": 1000})


def test_a_dry_run_reserves_nothing() -> None:
    one = reservation(ledger(hard=HARD))
    assert one.account.look(create("a", pods=3), one.now) == Allowed()
    assert isinstance(one.account.look(create("a", pods=4), one.now), Short)
    assert one.write() is None


def test_a_replica_that_ends_admits_nothing() -> None:
    one = reservation(ledger(hard=HARD))
    one.account.drain()
    assert one.admit(create("a", pods=1)) == Closed(Why.DRAINING)


def test_at_rest_nothing_is_due() -> None:
    one = reservation(ledger(hard=HARD))
    assert one.write() is None
    assert one.account.due(one.now) == float("inf")


def test_a_key_names_the_kind_too() -> None:
    """A Pod and a claim of one name do not share."""
    one = reservation(elsewhere(create("a", "web-0", cpu=900)))
    claim = Entry(Key("Claim", "b", 0), "shop/web-0", "", {"cpu": 900})
    assert not allowed(one, claim)
