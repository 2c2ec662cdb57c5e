"""Which connection gives way to a new one."""

from dataclasses import dataclass

import pytest

from aup.server.crowd import Crowd


@dataclass(eq=False)
class Guest:
    """A connection that counts how often it was closed."""

    gives_way: tuple[bool, float] | None
    closed: int = 0

    def abort(self) -> None:
        self.closed += 1


def idle(since: float) -> Guest:
    return Guest((False, since))


def slow(since: float) -> Guest:
    return Guest((True, since))


def waiting() -> Guest:
    return Guest(None)


@pytest.mark.parametrize(
    ("there", "leaves"),
    [
        ([idle(3), idle(2), idle(4)], 1),
        ([slow(1), idle(9), waiting()], 1),
        ([slow(7), waiting(), slow(5)], 2),
        ([waiting(), slow(7), waiting()], 1),
    ],
)
def test_the_longest_idle_leaves_then_the_slowest_and_never_who_waits(
    there: list[Guest], leaves: int
) -> None:
    crowd: Crowd[Guest] = Crowd(3)
    new = idle(10)
    for one in (*there, new):
        crowd.add(one)
    assert [one.closed for one in there] == [int(n == leaves) for n in range(3)]
    assert set(crowd) == {*there, new} - {there[leaves]}


def test_where_everybody_waits_for_an_answer_a_new_one_is_let_in_nevertheless() -> None:
    crowd: Crowd[Guest] = Crowd(2)
    there = [waiting(), waiting(), idle(1)]
    for one in there:
        crowd.add(one)
    assert set(crowd) == set(there)
    assert not any(one.closed for one in there)


def test_who_has_left_makes_room() -> None:
    crowd: Crowd[Guest] = Crowd(1)
    first, second = waiting(), waiting()
    crowd.add(first)
    crowd.discard(first)
    crowd.add(second)
    assert (first.closed, second.closed, len(crowd)) == (0, 0, 1)
