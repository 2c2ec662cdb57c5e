"""A crowd at a tenant's budget, held in each way that there is: ``make bench ONLY=budget``.

Every way gets a control plane of its own and the same loads: eight writers that want less than half
of the budget, and 32 that want half as much again as there is. A watch shows every state.
"""

import asyncio
import os
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench.writes import Writes, written
from support.asynchronous import eventually
from support.crowd.api import Api
from support.crowd.scene import (
    HARD,
    MOST,
    NAMESPACES,
    SIZES,
    TENANT,
    WRITERS,
    admitted,
    charged,
    crowded,
    values,
)
from support.crowd.use import Use
from support.crowd.writers import Attempt, Crowd, Outcome, clear
from support.installation import Installation, installed
from support.provision import provide, tenant

ROUNDS: Final = int(os.environ.get("ROUNDS", "") or 3)
SECONDS: Final = 20 * float(os.environ.get("SCALE", "") or 1)
"""Of each load."""
OPEN_SECONDS: Final = 150.0


@dataclass(frozen=True, slots=True)
class Way:
    """How a budget is held."""

    name: str
    protocol: str
    budget: bool = True
    namespaces: Sequence[str] = NAMESPACES

    def provide(self, installation: Installation) -> None:
        """Bring the tenant about."""
        found = crowded(self.namespaces)
        if not self.budget:
            found = tenant(TENANT, namespaces={"names": list(self.namespaces)})
        provide(installation, found)


WAYS: Final = (
    Way("no budget", "native", budget=False),
    Way("quotas", "native"),
    Way("one quota", "native", namespaces=NAMESPACES[:1]),
    Way("reservation", "reservation"),
    Way("escrow", "escrow"),
    Way("escrow, one namespace", "escrow", namespaces=NAMESPACES[:1]),
)
"""In the order of the table; what one adds is what it takes beyond the first."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many writers ask."""

    name: str
    writers: int


LOADS: Final = (Load("with room", 8), Load("at the cap", WRITERS))


@dataclass(frozen=True, slots=True)
class Turn:
    """What one way did under one load in one round."""

    attempts: Sequence[Attempt]
    use: Use
    mean: float
    writes: Writes
    load: float

    @property
    def created(self) -> int:
        """Return how many pods were admitted and stored."""
        return sum(a.outcome is Outcome.CREATED for a in self.attempts)

    @property
    def refused(self) -> Sequence[Attempt]:
        """Return who was refused for want of room."""
        return [a for a in self.attempts if a.refused]

    def percentile(self, percent: int) -> float:
        """Return a percentile of what those waited that were admitted, in milliseconds."""
        waits = [a.answered - a.sent for a in self.attempts if a.outcome is Outcome.CREATED]
        return 1000 * statistics.quantiles(waits, n=100)[percent - 1]


@dataclass(frozen=True, slots=True)
class Row:
    """One way under one load: sums of the rounds, and medians of what is a time or a rate."""

    budget: str
    load: str
    admitted: int
    refused: int
    by_quota: int
    """Of these: by a native quota; where there is a ledger, it had admitted them."""
    in_room: int
    """Of all refused: although there was room all the time between request and answer."""
    failed: int
    """Neither admitted nor refused for want of room."""
    states: int
    over: int
    """States in which more than the budget was in use."""
    above: float
    """By how much at most, in per cent of the budget."""
    use: float
    """Mean use of the key that was used more, in per cent of the budget."""
    p50: float
    """Milliseconds, of creates that were admitted."""
    p99: float
    added_p50: float
    added_p99: float
    ledger_writes: float
    """Requests of the operator that write a ledger, for 1,000 admissions; conflicts included."""
    quota_writes: float
    """The same of the API server and its controller, for native quotas."""
    machine: float
    """Load of the machine in that minute."""


def measure() -> list[Row]:
    """Measure all ways in turn, as many times as there are rounds."""
    found: defaultdict[tuple[str, str], list[Turn]] = defaultdict(list)
    for number in range(ROUNDS):
        for way in WAYS:
            print(f"round {number + 1} of {ROUNDS}: {way.name}", flush=True)
            for load, turn in zip(LOADS, asyncio.run(_turns(way)), strict=True):
                found[way.name, load.name].append(turn)
    return [
        _row(way.name, load.name, found[way.name, load.name], found[WAYS[0].name, load.name])
        for load in LOADS
        for way in WAYS
    ]


async def _turns(way: Way) -> list[Turn]:
    """Run the product with three replicas, and let each load come after the other."""
    with installed(values(way.protocol), replicas=3) as installation:
        way.provide(installation)
        async with Api(installation.cluster) as api:
            await _ready(api, installation, way)
            return [await _turn(api, installation, way, load) for load in LOADS]


async def _ready(api: Api, installation: Installation, way: Way) -> None:
    if way.protocol != "native":
        await charged(api, installation, way.namespaces, OPEN_SECONDS)
        return
    await eventually(lambda: admitted(api, way.namespaces), seconds=OPEN_SECONDS)


async def _turn(api: Api, installation: Installation, way: Way, load: Load) -> Turn:
    use = Use(way.namespaces, HARD)
    # A prefix of its own, so that no name is used twice.
    crowd = Crowd.of(
        api, f"{load.writers}-", way.namespaces, count=load.writers, sizes=SIZES, most=MOST
    )
    async with use.followed(api):
        await crowd.churn(min(SECONDS / 4, 3.0))
        warm, before = len(use.states), written(installation.cluster)
        skipped = {id(attempt) for attempt in crowd.attempts}
        since = use.states[-1].at
        await crowd.churn(SECONDS)
        writes = written(installation.cluster) - before
        attempts = [a for a in crowd.attempts if id(a) not in skipped]
        mean = max(use.mean(since, use.states[-1].at).values())
    await clear(api, way.namespaces)
    del use.states[: warm - 1]
    return Turn(attempts, use, mean, writes, os.getloadavg()[0])


def _row(way: str, load: str, turns: Sequence[Turn], none: Sequence[Turn]) -> Row:
    """Put the rounds together."""
    median, admitted_ = statistics.median, sum(turn.created for turn in turns)
    p50, p99 = [turn.percentile(50) for turn in turns], [turn.percentile(99) for turn in turns]
    return Row(
        budget=way,
        load=load,
        admitted=admitted_,
        refused=sum(len(turn.refused) for turn in turns),
        by_quota=sum(a.outcome is Outcome.QUOTA for turn in turns for a in turn.refused),
        in_room=sum(
            turn.use.had_room(a.need, a.sent, a.answered) for turn in turns for a in turn.refused
        ),
        failed=sum(a.outcome is Outcome.FAILED for turn in turns for a in turn.attempts),
        states=sum(len(turn.use.states) for turn in turns),
        over=sum(len(turn.use.over) for turn in turns),
        above=100 * max(max(0.0, *_above(turn.use)) for turn in turns),
        use=100 * median(turn.mean for turn in turns),
        p50=median(p50),
        p99=median(p99),
        added_p50=median(own - n.percentile(50) for own, n in zip(p50, none, strict=True)),
        added_p99=median(own - n.percentile(99) for own, n in zip(p99, none, strict=True)),
        ledger_writes=1000 * sum(turn.writes.ledgers for turn in turns) / admitted_,
        quota_writes=1000 * sum(turn.writes.quotas for turn in turns) / admitted_,
        machine=median(turn.load for turn in turns),
    )


def _above(use: Use) -> list[float]:
    """Return by how much of the budget each key was exceeded at most."""
    return [use.most[key] / hard - 1 for key, hard in use.hard.items()]


def as_json(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what was measured, and how."""
    scene = {"hard": dict(HARD), "writers": {load.name: load.writers for load in LOADS}}
    return {"budget": {**scene, "seconds": SECONDS, "rows": [asdict(row) for row in rows]}}
