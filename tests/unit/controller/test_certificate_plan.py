"""The certificate's rotation as a walk: what is served is trusted at every step."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from aup.controller.certificate_plan import (
    Issued,
    Mark,
    Rest,
    Stage,
    Step,
    Stored,
    Swap,
    Trust,
    next_step,
)
from support.replacing import replace

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LIFETIME = timedelta(days=90)
PAUSE = timedelta(seconds=60)
HOSTS = frozenset({"aup.example"})


def issued(number: int, at: datetime = NOW, hosts: frozenset[str] = HOSTS) -> Issued:
    return Issued(f"leaf {number}", f"key {number}", f"ca {number}", at, at + LIFETIME, hosts)


OLD, NEW = issued(1), issued(2)


def ask(stored: Stored, *trusted: str, now: datetime = NOW) -> Step:
    return next_step(stored, trusted, HOSTS, now, LIFETIME)


def test_the_first_one_is_trusted_and_served_without_a_pause() -> None:
    assert ask(Stored()) == Stage()
    assert ask(Stored(staged=NEW)) == Trust(("ca 2",))
    assert ask(Stored(staged=NEW), "ca 2") == Swap()


def test_a_good_one_rests_until_two_thirds_of_its_life() -> None:
    assert ask(Stored(serving=OLD), "ca 1") == Rest(NOW + timedelta(days=60))


def test_an_emptied_bundle_is_filled_at_once() -> None:
    assert ask(Stored(serving=OLD)) == Trust(("ca 1",))
    assert ask(Stored(serving=OLD), "somebody's") == Trust(("somebody's", "ca 1"))


def test_an_emptied_bundle_is_filled_with_both_during_a_rotation() -> None:
    assert ask(Stored(OLD, NEW, NOW)) == Trust(("ca 1", "ca 2"))


def test_another_host_needs_another_certificate() -> None:
    other = issued(1, hosts=frozenset({"elsewhere.example"}))
    assert ask(Stored(serving=other), "ca 1") == Stage()


def test_a_lost_secret_is_replaced_as_a_rotation() -> None:
    """Replicas still serve what was lost, so the new one needs the API server's trust first."""
    assert ask(Stored(), "ca 1") == Stage()
    assert ask(Stored(staged=NEW), "ca 1") == Trust(("ca 1", "ca 2"))
    assert ask(Stored(staged=NEW), "ca 1", "ca 2") == Mark()


def test_a_staged_one_that_came_of_age_is_made_anew() -> None:
    late = NOW + timedelta(days=61)
    assert ask(Stored(OLD, NEW, NOW), "ca 1", "ca 2", now=late) == Stage()


def walk(stored: Stored, trusted: tuple[str, ...], now: datetime) -> Iterator[Step]:
    """Do what is said, and check after each step that what is served is trusted."""
    for _ in range(20):
        step = next_step(stored, trusted, HOSTS, now, LIFETIME)
        yield step
        match step:
            case Stage():
                stored = replace(stored, staged=issued(2, now), since=None)
            case Trust(authorities):
                trusted = authorities
            case Mark():
                stored = replace(stored, since=now)
            case Swap():
                stored = Stored(serving=stored.staged, since=now)
            case Rest(until) if until - now > PAUSE:
                return
            case Rest(until):
                now = until
        if stored.serving:
            assert stored.serving.authority in trusted


def test_a_rotation_trusts_then_waits_then_serves_then_waits_then_forgets() -> None:
    due = NOW + timedelta(days=60)
    steps = list(walk(Stored(serving=OLD), ("ca 1",), due))
    assert steps == [
        Stage(),
        Trust(("ca 1", "ca 2")),
        Mark(),
        Rest(due + PAUSE),
        Swap(),
        Rest(due + 2 * PAUSE),
        Trust(("ca 2",)),
        Rest(due + 2 * PAUSE - 2 * PAUSE + timedelta(days=60)),
    ]


def test_a_short_life_has_short_pauses() -> None:
    brief = timedelta(seconds=40)
    due = replace(OLD, not_after=NOW + brief)
    fresh = replace(NEW, not_before=NOW + brief, not_after=NOW + 2 * brief)
    step = next_step(Stored(due, fresh, NOW), ("ca 1", "ca 2"), HOSTS, NOW, brief)
    assert step == Rest(NOW + timedelta(seconds=2))
