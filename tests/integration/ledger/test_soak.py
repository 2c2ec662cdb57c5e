"""A minute at the cap of a budget, on a real control plane, while replicas die and stand still."""

import asyncio
from collections.abc import Iterator

import pytest

from support.asynchronous import asynchronous
from support.crowd.api import Api
from support.crowd.faults import Faults
from support.crowd.scene import (
    EVEN,
    HARD,
    MOST,
    NAMESPACES,
    SIZES,
    WRITERS,
    charged,
    crowded,
    values,
)
from support.crowd.use import Use
from support.crowd.writers import Crowd, Outcome, clear
from support.installation import Installation, installed
from support.provision import provide

SECONDS = 60.0
PAUSE_SECONDS = 45.0
"""Longer than the Lease of a replica, 15 s, and than what follows until its share is somebody
else's: 3 s for clocks and 20 s until nothing that it admitted can be stored any more."""
OPEN_SECONDS = 150.0
"""Until a new budget is in force on a quiet cluster."""
ENOUGH = 0.95
"""Of the budget, when more is asked for."""
FILL_SECONDS = 120.0
"""The shares of the last dead come back after 38 s; two busy cores may take their time."""


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Run the product with three replicas and a tenant of eight namespaces."""
    with installed(values("escrow"), replicas=3) as installation:
        provide(installation, crowded())
        yield installation


def full(use: Use) -> bool:
    """Tell whether enough of the budget is used."""
    return all(use.used[key] >= ENOUGH * HARD[key] for key in HARD)


@pytest.mark.timeout(600)
@asynchronous
async def test_a_crowd_at_the_cap_overruns_nothing_while_replicas_die_and_pause(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """In no state that a watch shows; afterwards the whole budget can be had again."""
    use, faults = Use(NAMESPACES, HARD), Faults(installation)
    async with Api(installation.cluster) as api:
        await charged(api, installation, NAMESPACES, OPEN_SECONDS)
        async with use.followed(api):
            churning = Crowd.of(api, "w", NAMESPACES, count=WRITERS, sizes=SIZES, most=MOST)
            await asyncio.gather(churning.churn(SECONDS), faults.befall(SECONDS, PAUSE_SECONDS))
            mean = use.mean(use.states[0].at, use.states[-1].at)
            await clear(api, NAMESPACES)
            asking = Crowd.of(api, "f", NAMESPACES, count=WRITERS, sizes=EVEN, most=MOST)
            took = await asking.fill(lambda: full(use), FILL_SECONDS)
    with capsys.disabled():
        print(
            f"\n{len(use.states)} states, {len(use.over)} over; at most {use.most} of {HARD}; "
            f"{dict(churning.outcomes)} in {SECONDS:.0f} s, mean use "
            + ", ".join(f"{key} {share:.0%}" for key, share in mean.items())
            + f"; then {use.used} after {took:.1f} s; {faults.kills} killed"
        )
    assert use.over == []
    assert full(use)
    assert faults.kills >= 2
    assert faults.paused >= PAUSE_SECONDS
    assert churning.outcomes[Outcome.CREATED] > HARD["pods"]
    assert churning.outcomes[Outcome.BUDGET] > 0
