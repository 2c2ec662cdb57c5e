"""The steps that a history is made of, as data: for hypothesis, and for long walks by a seed."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from support.ledger.world import World

SECONDS = (1, 4, 16, 31, 68, 76)
"""How long nothing but time may happen: within and beyond leases, requests and margins."""


class Step(NamedTuple):
    """A step, how often it is taken, and from how many values each number is drawn."""

    name: str
    weight: int
    ranges: tuple[int, ...] = ()


STEPS = (
    Step("create", 10, (3, 2, 3, 6, 6)),
    Step("update", 6, (3, 4, 6, 5)),
    Step("ask", 3, (3, 4)),
    Step("persist", 5, (4,)),
    Step("delete", 4, (4,)),
    Step("touch", 2, (4,)),
    Step("exchange", 8, (3, 6)),
    Step("arrive", 2, (2,)),
    Step("refresh", 2, (3,)),
    Step("watch", 6, (4, 2, 4)),
    Step("catch_up", 6, (4,)),
    Step("relist", 1, (4, 2)),
    Step("glimpse", 1, (4, 2, 3)),
    Step("quorum", 2, (4,)),
    Step("restart", 1, (3,)),
    Step("reopen", 1, (3, 2)),
    Step("pause", 2, (3,)),
    Step("manage", 3, (3, 4)),
    Step("elect", 1),
    Step("rebudget", 1, (4,)),
    Step("lose", 1),
    Step("tick", 5, (len(SECONDS),)),
)


def take(world: World, name: str, numbers: tuple[int, ...]) -> None:
    """Take a step; see `STEPS` for what the numbers are."""
    match name:
        case "exchange":
            replica, fate = numbers
            world.exchange(replica, max(0, fate - 2))
        case "watch":
            process, kind, events = numbers
            world.watch(process, kind, events or 1_000_000)
        case "manage":
            fresh, lost = numbers
            world.manage(fresh=bool(fresh), lost=not lost)
        case "reopen":
            replica, stale = numbers
            world.reopen(replica, stale=bool(stale))
        case "tick":
            world.tick(SECONDS[numbers[0]])
        case _:
            getattr(world, name)(*numbers)
    world.check()


def walk(make: Callable[..., World], random: Random, steps: int, only: str = "") -> World:
    """Take some steps by chance in a world of some size, and then all that can be had.

    Args:
        make: makes the world.
        random: decides.
        steps: at most.
        only: names of steps to choose from; else each walk chooses some kinds of steps itself.

    """
    world = make(
        names=random.randint(1, 3), kinds=random.randint(1, 2), leads=random.randrange(3)
    ).opened()
    names = only.split() or [step.name for step in STEPS if random.random() < 0.75]
    chosen = [step for step in STEPS if step.name in names] or list(STEPS)
    weights = [1 if only else step.weight for step in chosen]
    for step in random.choices(chosen, weights, k=random.randint(3, steps)):
        take(world, step.name, tuple(random.randrange(limit) for limit in step.ranges))
    world.press(random.randrange(8))
    return world
