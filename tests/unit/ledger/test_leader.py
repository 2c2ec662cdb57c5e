"""The leader: opens ledgers, and clears up after replicas that died."""

from dataclasses import dataclass, field, replace

from aup.ledger.account import FOREVER
from aup.ledger.entry import Key
from aup.ledger.horizon import Horizon
from aup.ledger.leader import Leader
from aup.ledger.margins import Margins
from aup.ledger.record import Count, Ledger, Reservation, Share
from support.ledger.one import create, ledger, shares

HARD = {"pods": 10}
KINDS = ("Pod", "Claim")


@dataclass
class Led:
    """A leader at a moment."""

    horizon: Horizon = field(default_factory=Horizon)
    now: float = 100.0
    leader: Leader = field(init=False)

    def __post_init__(self) -> None:
        self.leader = Leader("leader", KINDS, self.horizon, Margins())
        self.leader.budget(HARD)
        self.reaches(10)

    def reaches(self, version: int) -> None:
        """Let all caches come so far."""
        for kind in KINDS:
            self.horizon.progressed(kind, version)

    def reads(self, found: Ledger | None) -> "Led":
        self.leader.refreshed(found, self.now)
        return self

    def confirms(self, after: float) -> None:
        """Read all kinds by quorum some time later, with caches that have all of it."""
        self.now += after
        for kind in self.leader.reads(self.now):
            self.horizon.read(kind, self.now, 0)

    def write(self) -> Ledger | None:
        """Return the ledger as the leader wants it, and take it as stored."""
        found = self.leader.next_write(self.now)
        if found is None:
            return None
        self.reads(replace(found.content, version=found.base + 1))
        return found.content


def test_nothing_is_written_before_the_ledger_was_looked_for() -> None:
    assert Led().write() is None


def test_a_ledger_is_not_open_at_once() -> None:
    led = Led().reads(None)
    write = led.leader.next_write(led.now)
    assert write is not None
    assert write.base == 0
    assert (write.content.hard, write.content.open) == (HARD, frozenset())


def test_it_opens_when_what_was_let_through_before_is_counted() -> None:
    led = Led().reads(None)
    led.write()
    led.confirms(91)
    assert led.write() is None
    led.leader.known(1, led.now)
    led.leader.observed("Pod", "a", 7, {"pods": 4})
    led.confirms(89)
    counted = led.write()
    assert counted is not None
    assert counted.open == set()
    led.confirms(2)
    opened = led.write()
    assert opened is not None
    assert opened.open == {"pods"}
    assert opened.counts["Pod"] == Count(10, {"pods": 4})


def test_an_edition_that_another_followed_opens_nothing() -> None:
    led = Led().reads(None)
    led.write()
    led.leader.known(1, led.now)
    led.leader.budget({"pods": 10, "cpu": 5})
    changed = led.write()
    assert changed is not None
    assert changed.edition == 2
    led.confirms(91)
    assert led.write() is None


def test_a_key_that_is_new_is_not_open_at_once_and_the_others_stay_so() -> None:
    led = Led().reads(ledger(hard=HARD))
    led.leader.budget({"pods": 10, "cpu": 5})
    found = led.write()
    assert found is not None
    assert (found.edition, sorted(found.open)) == (2, ["pods"])


def test_a_key_that_is_new_is_counted_in_the_write_that_brings_it() -> None:
    """Or all that exists of it would be given away once more."""
    led = Led().reads(ledger(hard=HARD, counts={"Pod": Count(12, {"pods": 1}), "Claim": Count(5)}))
    led.leader.observed("Pod", "a", 7, {"pods": 1, "cpu": 3})
    led.leader.budget({"pods": 10, "cpu": 5})
    assert led.write() is None, "the cache is older than the last count"
    assert led.leader.reads(led.now) == {"Pod"}
    led.horizon.progressed("Pod", 12)
    found = led.write()
    assert found is not None
    assert found.counts["Pod"] == Count(12, {"pods": 1, "cpu": 3})


def test_an_amount_that_changes_is_in_force_at_once() -> None:
    led = Led().reads(ledger(hard=HARD))
    led.leader.budget({"pods": 2})
    found = led.write()
    assert found is not None
    assert (found.hard, found.edition, sorted(found.open)) == ({"pods": 2}, 1, ["pods"])


def test_it_knows_who_has_not_acknowledged() -> None:
    led = Led().reads(
        ledger(hard=HARD, edition=2, shares={"a": Share(edition=2), "b": Share(edition=1)})
    )
    assert led.leader.unaware(["a", "b", "c"]) == {"b", "c"}
    assert led.leader.strangers(["a"]) == {"b"}


def test_a_dead_replicas_share_goes_after_the_wait_and_a_count() -> None:
    led = Led().reads(ledger(hard=HARD, shares=shares(dead={"pods": 3}, alive={"pods": 1})))
    led.leader.fence("dead", led.now)
    led.leader.observed("Pod", "a", 9, {"pods": 2})
    led.write()
    led.confirms(90)
    assert led.write() is None
    led.confirms(1)
    found = led.write()
    assert found is not None
    assert found.shares.keys() == {"alive"}
    assert found.counts["Pod"].used == {"pods": 2}


def test_a_share_stays_while_the_cache_is_older_than_the_count() -> None:
    counts = {"Pod": Count(50), "Claim": Count(5)}
    led = Led().reads(ledger(hard=HARD, counts=counts, shares=shares(dead={"pods": 3})))
    led.leader.fence("dead", led.now)
    led.confirms(91)
    assert led.write() is None
    led.reaches(50)
    found = led.write()
    assert found is not None
    assert found.shares == {}


def test_reservations_of_the_dead_go_too() -> None:
    entry = create("a", pods=1)
    led = Led().reads(ledger(hard=HARD, reservations={entry.key: Reservation(entry, "dead-1")}))
    led.confirms(91)
    found = led.write()
    assert found is not None
    assert found.reservations == {}


def test_the_count_follows_deletions_after_a_while() -> None:
    led = Led().reads(ledger(hard=HARD, counts={"Pod": Count(5, {"pods": 2}), "Claim": Count(5)}))
    found = led.write()
    assert found is not None
    assert found.counts["Pod"].used == {}
    led.leader.observed("Pod", "a", 12, {"pods": 1})
    led.reaches(12)
    assert led.write() is None
    assert led.leader.due(led.now) == led.now + 10
    led.now += 10
    assert led.write() is not None


def test_at_rest_nothing_is_written() -> None:
    led = Led().reads(ledger(hard=HARD))
    assert led.write() is None
    assert led.leader.due(led.now) == float("inf")


def test_kinds_that_are_counted_no_more_are_forgotten() -> None:
    led = Led().reads(ledger(hard=HARD, counts={"Old": Count(3, {"pods": 9})}))
    found = led.write()
    assert found is not None
    assert found.counts.keys() == set(KINDS)


def test_a_kind_that_a_budget_names_later_is_counted_from_there_on() -> None:
    led = Led().reads(ledger(hard=HARD))
    led.leader.observed("Service", "a", 7, {"services": 1})
    led.horizon.progressed("Service", 10)
    led.leader.budget({"pods": 10, "services": 5}, ["Service"])
    found = led.write()
    assert found is not None
    assert found.counts["Service"] == Count(10, {"services": 1})


def test_a_ledger_that_was_deleted_is_made_again_with_what_it_held() -> None:
    """What is in flight goes on being in flight; it may be made empty before it is written."""
    key = Key("Pod", "a", 0)
    held = ledger(
        hard=HARD,
        shares=shares(me={"pods": 3}),
        reservations={key: Reservation(create("a", pods=1), "w")},
    )
    led = Led().reads(held).reads(None)
    write = led.leader.next_write(led.now)
    assert write is not None
    assert write == replace(write, base=0, content=replace(held, version=0))
    led.reads(Ledger(77))
    again = led.leader.next_write(led.now)
    assert again is not None
    assert (again.base, again.content) == (77, replace(held, version=77))


def test_without_a_budget_no_ledger_is_made() -> None:
    led = Led().reads(None)
    led.leader.budget({})
    assert led.write() is None
    assert led.leader.due(led.now) == FOREVER


def test_a_ledger_is_idle_once_it_limits_and_holds_nothing() -> None:
    led = Led().reads(ledger(hard=HARD, shares=shares(me={"pods": 1})))
    assert led.leader.idle == 0
    led.leader.budget({})
    led.write()
    assert led.leader.idle == 0, "a share is checked out"
    led.reads(ledger(20, hard={}, shares=shares(me={})))
    assert led.leader.idle == 20
    key = Key("Pod", "a", 0)
    led.reads(ledger(21, hard={}, reservations={key: Reservation(create("a"), "w")}))
    assert led.leader.idle == 0, "an admission is in flight"


def test_a_share_that_its_replica_goes_on_writing_does_not_stall() -> None:
    """Whoever settles, tops up or hands back is at work, however much it holds."""
    led = Led()
    for write in range(20):
        held = {"a": Share({"pods": 3}, 1, f"a-{write}")}
        led.reads(ledger(20 + write, hard=HARD, shares=held))
        led.now += 60
        assert not led.leader.stalled(led.now)


def test_a_share_that_stays_as_it_is_stalls_after_five_times_the_longest_request() -> None:
    held = {"a": Share({"pods": 3}, 1, "a-1"), "b": Share({}, 1, "b-7")}
    led = Led().reads(ledger(20, hard=HARD, shares=held))
    led.now += 449
    led.reads(ledger(21, hard=HARD, shares={**held, "b": Share({"pods": 1}, 1, "b-8")}))
    led.now += 1
    assert not led.leader.stalled(led.now)
    led.now += 1
    assert led.leader.stalled(led.now)
    led.reads(ledger(22, hard=HARD, shares={"b": Share({"pods": 1}, 1, "b-8")}))
    assert not led.leader.stalled(led.now), "what is left of b is not old"


def test_a_share_of_nothing_never_stalls() -> None:
    led = Led().reads(ledger(hard=HARD, shares={"a": Share({}, 1, "a-1")}))
    assert not led.leader.stalled(led.now + 10_000)


def test_a_reservation_that_stays_as_it_is_stalls() -> None:
    entry = create("a", pods=1)
    led = Led().reads(ledger(hard=HARD, reservations={entry.key: Reservation(entry, "w-1")}))
    assert not led.leader.stalled(led.now + 450)
    assert led.leader.stalled(led.now + 451)
    led.now += 400
    led.reads(ledger(30, hard=HARD, reservations={entry.key: Reservation(entry, "w-2")}))
    assert not led.leader.stalled(led.now + 450), "it was asked for again"
