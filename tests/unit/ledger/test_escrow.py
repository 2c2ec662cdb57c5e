"""Shares: what is admitted from memory, what is asked of the ledger, what goes back."""

from dataclasses import replace

from aup.ledger.entry import Entry
from aup.ledger.margins import Bounds
from aup.ledger.record import Count, Ledger, Share, standing
from aup.ledger.verdict import Allowed, Busy, Closed, Short, Why
from support.ledger.one import ME, One, create, escrow, ledger, shares, update
from support.ledger.traffic import Traffic

HARD = {"pods": 10, "cpu": 1000}


def holding(bounds: Bounds | None = None, **amounts: int) -> One:  # type: ignore[type-arg]  # of this protocol only
    return escrow(ledger(hard=HARD, shares=shares(me=amounts)), bounds)


def mine(found: Ledger | None) -> dict[str, int]:
    assert found is not None
    return dict(found.share(ME).amounts)


def test_what_is_checked_out_is_admitted_without_a_write() -> None:
    one = holding(pods=1, cpu=500)
    assert one.admit(create("a", pods=1, cpu=500)) == Allowed()
    assert one.account.free == {}
    assert one.write() is None


def test_of_several_keys_all_are_there_or_nothing_is_taken() -> None:
    one = holding(pods=5, cpu=100)
    verdict = one.admit(create("a", pods=1, cpu=200))
    assert verdict == Short({}, {}, {"pods": 10, "cpu": 1000})
    assert one.account.free == {"pods": 5, "cpu": 100}


def test_a_top_up_counts_once_it_is_known_to_be_stored() -> None:
    one = holding()
    entry = create("a", pods=1)
    assert isinstance(one.admit(entry), Short)
    assert mine(one.write()) == {"pods": 1}
    assert isinstance(one.admit(entry), Short)
    one.stored()
    assert one.admit(entry) == Allowed()


def test_keys_that_the_budget_does_not_name_are_not_limited() -> None:
    assert holding().admit(create("a", gpus=100)) == Allowed()


def test_what_the_whole_budget_could_never_hold_asks_for_nothing() -> None:
    one = holding()
    assert one.admit(create("a", pods=11)) == Short({"pods": 1}, {}, {"pods": 10, "cpu": 1000})
    assert one.write() is None


def test_a_refusal_says_what_is_in_flight_elsewhere() -> None:
    one = escrow(ledger(hard=HARD, shares=shares(me={"pods": 1}, other={"pods": 7})))
    verdict = one.admit(create("a", pods=4))
    assert verdict == Short({"pods": 1}, {"pods": 7}, {"pods": 3, "cpu": 1000})


def test_the_same_request_again_takes_nothing_more() -> None:
    one = holding(pods=1)
    assert one.admit(create("a", pods=1)) == one.admit(create("a", pods=1)) == Allowed()


def test_two_updates_from_one_version_hold_the_larger_growth() -> None:
    one = holding(cpu=500)
    assert one.admit(update("a", 7, cpu=100)) == Allowed()
    assert one.admit(update("a", 7, cpu=300)) == Allowed()
    assert one.account.free == {"cpu": 200}


def test_attempts_to_create_one_name_hold_the_largest_once() -> None:
    """A controller that tries the same Pod again and again, each time with another uid."""
    one = holding(cpu=500)
    for uid, cpu in (("a", 100), ("b", 300), ("c", 200)):
        assert one.admit(create(uid, "web-0", cpu=cpu)) == Allowed()
    assert one.account.free == {"cpu": 200}


def test_a_share_of_a_name_goes_back_by_a_write_when_one_attempt_was_counted() -> None:
    """Of two attempts one exists: when the other expires, what they shared is not free."""
    one = holding(cpu=300)
    for uid in ("a", "b"):
        assert one.admit(create(uid, "web-0", cpu=300)) == Allowed()
    one.sees("a", 11, cpu=300)
    one.later(2)
    one.write()
    assert mine(one.stored()) == {"cpu": 300}
    one.later(91)
    one.confirms()
    assert mine(one.write()) == {}
    assert standing(one.stored()).left == {"pods": 10, "cpu": 700}


def test_attempts_on_one_name_are_bounded() -> None:
    one = holding(Bounds(name_attempts=2), cpu=100)
    for uid in ("a", "b"):
        assert one.admit(create(uid, "web-0", cpu=100)) == Allowed()
    verdict = one.admit(create("c", "web-0", cpu=100))
    assert isinstance(verdict, Short)
    assert verdict.busy is Busy.NAME


def test_an_owner_whose_attempt_did_not_appear_takes_no_second_share() -> None:
    """Generated names may all come to exist, so that they cannot share; they wait instead."""
    one = holding(pods=5)
    assert one.admit(create("a", "web-x1", "owner", pods=1)) == Allowed()
    assert one.admit(create("b", "web-x2", "owner", pods=1)) == Allowed()
    one.later(6)
    assert one.account.reads(one.now) == {"Pod"}
    one.confirms()
    verdict = one.admit(create("c", "web-x3", "owner", pods=1))
    assert isinstance(verdict, Short)
    assert verdict.busy is Busy.ORIGIN
    assert one.admit(create("d", "api-x1", "other", pods=1)) == Allowed()


def test_what_has_appeared_is_settled_within_a_second() -> None:
    one = holding(pods=2)
    one.admit(create("a", pods=1))
    one.sees("a", 11, pods=1)
    one.write()
    found = one.stored()
    assert found.counts["Pod"] == Count(11, {"pods": 1})
    assert found.share(ME).amounts == {"pods": 1}


def test_what_was_deleted_is_free_at_once() -> None:
    one = holding(pods=1)
    one.admit(create("a", pods=1))
    one.sees("a", 11, pods=1)
    one.account.deleted("Pod", "a")
    assert one.admit(create("b", pods=1)) == Allowed()


def test_what_never_appeared_is_free_after_the_wait_and_a_look() -> None:
    one = holding(pods=1)
    one.admit(create("a", pods=1))
    one.later(90.5)
    assert isinstance(one.admit(create("b", pods=1)), Short)
    one.confirms()
    assert one.admit(create("b", pods=1)) == Allowed()


def test_an_object_that_went_with_its_namespace_holds_its_share() -> None:
    """Its update may still be persisted, for the next tenant to be counted."""
    one = holding(cpu=100)
    one.admit(update("a", 7, cpu=100))
    one.account.departed("Pod", "a")
    assert isinstance(one.admit(create("b", cpu=100)), Short)


def test_an_older_cache_settles_nothing() -> None:
    one = escrow(
        ledger(hard=HARD, shares=shares(me={"pods": 1}), counts={"Pod": Count(50, {"pods": 3})})
    )
    one.admit(create("a", pods=1))
    one.sees("a", 11, pods=1)
    one.later(2)
    assert one.write() is None


def test_what_is_not_used_goes_back_within_two_seconds() -> None:
    one = holding(pods=3)
    one.admit(create("a", pods=1))
    one.write()
    one.later(1.1)
    assert mine(one.write()) == {"pods": 1}


def test_what_another_replica_waits_for_goes_back_at_once() -> None:
    one = holding(pods=3, cpu=100)
    one.admit(create("a", pods=1))
    waiting = replace(shares(other={})["other"], wants={"pods": 5})
    found = one.account.ledger
    assert found is not None
    one.read(replace(found.with_share("other", waiting), version=11))
    assert mine(one.write()) == {"pods": 1, "cpu": 100}


def test_of_two_that_wait_the_first_by_name_keeps_what_it_has() -> None:
    """Or each would hold a half for ever."""
    for other, kept in (("a", {}), ("z", {"pods": 1})):
        one = escrow(ledger(hard={"pods": 2}, shares=shares(me={"pods": 1})))
        found = replace(
            ledger(11, hard={"pods": 2}),
            shares={"me": Share({"pods": 1}, 1), other: Share({"pods": 1}, 1, "", {"pods": 1})},
        )
        one.read(found)
        one.admit(create("x", pods=2))
        assert mine(one.write()) == kept


def test_a_budget_that_was_lowered_calls_shares_in() -> None:
    one = holding(pods=3)
    one.admit(create("a", pods=1))
    found = one.account.ledger
    assert found is not None
    one.read(replace(found, version=11, hard={"pods": 1, "cpu": 1000}))
    assert mine(one.write()) == {"pods": 1}


def test_a_key_that_left_the_budget_goes_back() -> None:
    one = holding(pods=3)
    one.read(replace(ledger(11, hard={"cpu": 1000}), shares=shares(me={"pods": 3})))
    assert mine(one.write()) == {}


def test_a_replica_that_ends_admits_nothing_and_hands_back() -> None:
    one = holding(pods=3)
    one.admit(create("a", pods=1))
    one.account.drain()
    assert one.admit(create("b", pods=1)) == Closed(Why.DRAINING)
    assert mine(one.write()) == {"pods": 1}


def test_nothing_is_admitted_that_is_not_measured_here() -> None:
    one = holding(pods=1)
    one.read(ledger(11, hard={**HARD, "gpus": 1}, shares=shares(me={"pods": 1})))
    assert one.admit(create("a", pods=1)) == Closed(Why.UNMEASURED)


def test_a_key_is_charged_before_it_is_open() -> None:
    """Who comes while it opens is not refused, and holds a share like everybody."""
    one = escrow(ledger(hard={"pods": 1}, open=frozenset(), edition=2))
    entry = create("a", pods=1)
    one.admit(entry)
    assert mine(one.write()) == {"pods": 1}
    one.stored()
    assert one.admit(entry) == Allowed()
    assert isinstance(one.admit(create("b", pods=1)), Short)


def test_without_a_ledger_nothing_is_admitted() -> None:
    assert escrow().admit(create("a", pods=1)) == Closed(Why.NO_LEDGER)


def test_a_lease_that_was_not_renewed_admits_nothing() -> None:
    one = holding(pods=1)
    one.now += 15
    assert one.admit(create("a", pods=1)) == Closed(Why.INVALID)
    assert one.write() is None


def test_a_share_that_is_gone_ends_the_identity() -> None:
    one = holding(pods=1)
    one.read(ledger(11, hard=HARD))
    assert one.account.fenced
    assert one.identity.lost
    assert isinstance(one.admit(create("a", pods=1)), Closed)


def test_a_dry_run_takes_nothing() -> None:
    one = holding(pods=1)
    for _ in range(3):
        assert one.account.look(create("a", pods=10), one.now) == Allowed()
    assert isinstance(one.account.look(create("a", pods=11), one.now), Short)
    assert one.account.free == {"pods": 1}


def waiting() -> tuple[One, Entry]:  # type: ignore[type-arg]  # of this protocol only
    """Return an account whose top-up is on its way."""
    one, entry = holding(), create("a", pods=1)
    one.admit(entry)
    assert one.write() is not None
    return one, entry


def test_a_write_of_unknown_outcome_is_sent_again_as_it_was() -> None:
    one, _ = waiting()
    assert one.account.next_write(one.now) is None
    one.account.unknown(one.now)
    assert one.account.due(one.now) == one.now
    assert one.account.next_write(one.now + 1) == one.sent[0]


def test_a_conflict_is_a_success_if_the_write_is_found() -> None:
    one, entry = waiting()
    one.account.unknown(one.now)
    one.account.conflicted(replace(one.sent[0].content, version=20), one.now)
    assert one.admit(entry) == Allowed()


def test_a_conflict_is_a_failure_if_it_is_not() -> None:
    one, entry = waiting()
    one.account.conflicted(ledger(20, hard=HARD, shares=shares(me={})), one.now)
    assert isinstance(one.admit(entry), Short)
    write = one.account.next_write(one.now)
    assert write is not None
    assert write.base == 20


def test_the_old_version_tells_nothing() -> None:
    one, entry = waiting()
    one.account.conflicted(ledger(10, hard=HARD, shares=shares(me={})), one.now)
    assert isinstance(one.admit(entry), Short)
    assert one.account.next_write(one.now) == one.sent[0]


def test_a_refusal_after_a_lost_answer_leaves_the_outcome_open() -> None:
    one, _ = waiting()
    one.account.unknown(one.now)
    one.account.next_write(one.now)
    one.account.failed(one.now)
    assert one.account.next_write(one.now) == one.sent[0]


def test_at_rest_nothing_is_due() -> None:
    one = holding()
    assert one.write() is None
    assert one.account.due(one.now) == float("inf")


def test_a_replica_acknowledges_what_is_to_be_opened() -> None:
    """A ledger of which everything is open needs no word of those who begin later."""
    one = escrow(ledger(hard=HARD))
    assert one.write() is None
    one = escrow(ledger(hard=HARD, open=frozenset({"cpu"}), edition=2))
    content = one.write()
    assert content is not None
    assert content.share(ME).edition == 2


def test_grants_grow_with_the_rate_and_the_last_unit_is_had_within_a_second() -> None:
    """Three replicas at 750 admissions a second; then one of them takes all that is left."""
    traffic = Traffic(replicas=3, hard={"pods": 1000})
    traffic.run(5, until=900)
    assert traffic.admitted >= 900
    assert traffic.writes < 90
    began = traffic.time
    assert traffic.takes(1000 - traffic.admitted)
    assert traffic.time - began <= 1.0


def test_the_outlook_counts_what_is_free_here_as_left() -> None:
    """What another replica holds may be free there, or admitted: it stays in flight."""
    one = escrow(ledger(hard=HARD, shares=shares(me={"pods": 4}, other={"pods": 3})))
    one.admit(create("a", pods=1))
    found = one.account.outlook
    assert found is not None
    assert (found.left["pods"], found.in_flight) == (6, {"pods": 4})
    one.sees("b", 6, pods=2)
    seen = one.account.outlook
    assert seen is not None
    assert (seen.used, seen.left["pods"]) == ({"pods": 2}, 4)


def test_without_a_ledger_there_is_no_outlook() -> None:
    assert escrow().account.outlook is None


def test_of_a_budget_that_was_lowered_nothing_is_admitted_beyond_it() -> None:
    """Although a share is at hand: it was checked out of more than there is now."""
    counts = {"Pod": Count(5, {"pods": 6}), "Claim": Count(5)}
    one = escrow(ledger(hard={"pods": 10}, counts=counts, shares=shares(me={"pods": 3})))
    one.read(ledger(11, hard={"pods": 8}, counts=counts, shares=shares(me={"pods": 3})))
    assert one.admit(create("a", pods=2)) == Allowed()
    assert isinstance(one.admit(create("b", pods=1)), Short)
    one.read(ledger(12, hard={"pods": 5}, counts=counts, shares=shares(me={"pods": 3})))
    assert isinstance(one.admit(create("c", pods=1)), Short)
    assert isinstance(one.account.look(create("c", pods=1), one.now), Short)


def test_a_ledger_that_is_away_admits_nothing_and_ends_nobody() -> None:
    """It comes back with the same share, and what is in flight holds its part of that."""
    one = holding(pods=3)
    assert one.admit(create("a", pods=1)) == Allowed()
    one.read(None)
    assert one.admit(create("b", pods=1)) == Closed(Why.NO_LEDGER)
    one.read(ledger(20, hard=HARD, shares=shares(me={"pods": 3})))
    assert not one.account.fenced
    assert one.account.free == {"pods": 2}


def test_a_ledger_without_the_share_that_it_had_ends_the_identity() -> None:
    one = holding(pods=3)
    one.read(None)
    one.read(ledger(20, hard=HARD))
    assert one.account.fenced


def test_who_had_nothing_checked_out_loses_nothing() -> None:
    """So that a ledger that goes with its budget, and comes again, disturbs no other tenant."""
    one = holding()
    one.read(None)
    one.read(ledger(20, hard=HARD))
    assert not one.account.fenced


def test_what_was_on_its_way_to_a_ledger_that_went_is_told_by_the_next() -> None:
    one = holding()
    entry = create("a", pods=1)
    one.admit(entry)
    sent = one.write()
    assert sent is not None
    one.account.conflicted(None, one.now)
    assert one.account.ledger is None
    assert one.write() == sent
    one.account.conflicted(replace(sent, version=30), one.now)
    assert one.admit(entry) == Allowed()
