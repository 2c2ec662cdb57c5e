"""Turns: seldom for each, not all at once, and everybody gets one."""

import pytest

from aup.controller.pace import Pace


def test_the_first_turn_is_at_once() -> None:
    assert Pace(each=5, rate=10).wait("acme", 100.0) <= 0


def test_a_key_waits_for_its_next_turn() -> None:
    pace = Pace(each=5, rate=10)
    pace.taken("acme", 100.0)
    assert pace.wait("acme", 101.0) == 4
    assert pace.wait("acme", 104.0) == 1
    assert pace.wait("acme", 105.0) <= 0


def test_turns_of_all_are_spread() -> None:
    """After a burst of a second's turns, ten a second."""
    pace = Pace(each=5, rate=10, burst=1)
    waits = [pace.wait(f"t{n}", 100.0) for n in range(40)]
    assert sum(wait <= 0 for wait in waits) == 10
    assert waits == sorted(waits)
    assert max(waits) == pytest.approx(3.0)


def test_who_asks_again_keeps_its_turn() -> None:
    """Or whoever asks most often would be passed over for ever."""
    pace = Pace(each=5, rate=1, burst=1)
    pace.wait("first", 100.0)
    waits = [pace.wait("late", 100.0 + step / 4) for step in range(5)]
    assert waits == pytest.approx([1.0, 0.75, 0.5, 0.25, 0.0])


def test_nobody_starves_when_all_are_busy() -> None:
    """Each of a hundred keys, changing all the time, is written as often as the others."""
    pace = Pace(each=5, rate=10)
    written = dict.fromkeys((f"t{n}" for n in range(100)), 0)
    for step in range(4000):
        now = step / 40
        for key in written:
            if pace.wait(key, now) <= 0:
                pace.taken(key, now)
                written[key] += 1
    assert max(written.values()) - min(written.values()) <= 1
    assert 950 <= sum(written.values()) <= 1020


def test_who_was_written_out_of_turn_waits_as_after_a_turn() -> None:
    pace = Pace(each=5, rate=10)
    pace.wait("acme", 100.0)
    pace.taken("acme", 100.0)
    assert pace.wait("acme", 100.5) == 4.5


def test_a_key_that_was_forgotten_begins_anew() -> None:
    pace = Pace(each=5, rate=10)
    pace.taken("acme", 100.0)
    pace.forget("acme")
    assert pace.wait("acme", 100.5) <= 0
