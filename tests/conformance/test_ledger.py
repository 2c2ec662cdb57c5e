"""Never does more exist than the budget, and nothing of it is lost: both protocols, all faults."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from support.ledger.mutants import MUTANTS, SEEDS, Mutant
from support.ledger.steps import STEPS, Step, take, walk
from support.ledger.world import MakeAccount, OverrunError, World, escrow, reservation

WALKS = 600
SEARCH = 4000
"""Walks until a broken rule must have been found."""
LONGEST = 40
"""Steps of a walk."""
PROTOCOLS = pytest.mark.parametrize(
    "protocol", [pytest.param(escrow, id="escrow"), pytest.param(reservation, id="reservation")]
)


class Histories(RuleBasedStateMachine):
    """Any history of one protocol: each step of `STEPS` is a rule."""

    protocol: MakeAccount = staticmethod(escrow)
    world: World

    @initialize(
        replicas=st.integers(2, 3),
        names=st.integers(1, 3),
        kinds=st.integers(1, 2),
        leads=st.integers(0, 2),
        before=st.lists(
            st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 5)), max_size=2
        ),
    )
    def begin(
        self,
        replicas: int,
        names: int,
        kinds: int,
        leads: int,
        before: list[tuple[int, int, int]],
    ) -> None:
        self.world = World(self.protocol, replicas=replicas, names=names, kinds=kinds, leads=leads)
        if before:
            self.world.begin(before)
        else:
            self.world.opened()

    @override
    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.press(0)
            self.world.quiet()
            assert_nothing_is_stranded(self.world)


def _rule(step: Step) -> Callable[..., None]:
    """Return a rule that takes a step."""
    numbers = st.tuples(*(st.integers(0, limit - 1) for limit in step.ranges))

    def taken(self: Histories, numbers: tuple[int, ...]) -> None:
        take(self.world, step.name, numbers)

    taken.__name__ = step.name
    return rule(numbers=numbers)(taken)


for _step in STEPS:
    setattr(Histories, f"take_{_step.name}", _rule(_step))


def assert_nothing_is_stranded(world: World) -> None:
    """After quiet the ledger holds what exists and nothing else, and the rest can be had."""
    ledger, used = world.store.ledger, world.store.used()
    assert ledger is not None
    assert ledger.open == ledger.hard.keys()
    live = {process.identity.uid for process in world.replicas}
    assert {r: share.amounts for r, share in ledger.shares.items() if share.amounts} == {}
    assert ledger.shares.keys() <= live
    assert ledger.reservations == {}
    assert {key: used.get(key, 0) + left for key, left in ledger.room().items()} == {
        key: hard for key, hard in ledger.hard.items() if hard != used.get(key, 0)
    }
    writes = world.store.stored
    world.quiet()
    assert world.store.stored == writes, "the ledger is written although nothing happens"
    assert world.takes_the_rest(0)


@PROTOCOLS
def test_no_history_overruns_the_budget_and_nothing_is_stranded(protocol: MakeAccount) -> None:
    """Hypothesis looks for a history that does, and would make it short."""

    class Machine(Histories):
        pass

    Machine.protocol = staticmethod(protocol)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=150,
            stateful_step_count=LONGEST,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@PROTOCOLS
def test_no_walk_overruns_the_budget(protocol: MakeAccount) -> None:
    """The same steps, by seed: the search that finds each of the mutants below."""
    for seed in range(WALKS):
        walk(_worlds(protocol), by(seed), LONGEST)


class Opening(World):
    """A world in which two objects are on their way that nobody has charged."""

    @override
    def opened(self) -> World:
        self.begin(((0, 0, 0), (1, 1, 3)))
        return self


@PROTOCOLS
def test_nothing_but_what_came_before_is_beyond_a_budget_that_opens(protocol: MakeAccount) -> None:
    """It is charged from its first write on, so nobody waits until it is open."""
    for seed in range(WALKS // 2):
        walk(lambda **size: Opening(protocol, **size), by(seed), LONGEST)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_rule_is_found(mutant: Mutant) -> None:
    """Or the search above would prove nothing."""
    first = SEEDS.get(mutant.name, 0)
    assert any(overruns(mutant, seed) for seed in range(first, first + SEARCH))


def overruns(mutant: Mutant, seed: int) -> bool:
    try:
        walk(mutant.make, by(seed), 14, mutant.steps)
    except OverrunError:
        return True
    return False


def by(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - chance that can be repeated


def _worlds(protocol: MakeAccount) -> Callable[..., World]:
    return lambda **size: World(protocol, **size)
