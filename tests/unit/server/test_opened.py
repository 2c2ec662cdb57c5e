"""How an admission waits at its tenant's account: for its share, and not beyond its time."""

import asyncio
import time
from typing import Any

from aup.api.tenant import Budget
from aup.budget.meter import meter
from aup.kube.lease import steady
from aup.ledger.entry import Entry
from aup.ledger.escrow import EscrowAccount
from aup.ledger.verdict import Allowed, Closed, Short, Why
from aup.live.budgets import Held
from aup.live.drivers import Driver
from aup.server.opened import Opened, Waits, admission
from support.asynchronous import asynchronous
from support.ledger.one import One, create, escrow, ledger
from support.world import terms

ENTRY = create("a", pods=1)


def opened() -> tuple[One[EscrowAccount], Opened]:
    """Return an account of five pods that has checked nothing out, and what drives it."""
    one = escrow(ledger(hard={"pods": 5}))
    one.now = steady()
    one.identity.renewed(one.now)
    held, problems = meter(terms(), Budget(hard={"pods": "5"}))
    assert problems == ()
    # It is not run: the test carries the writes out.
    nowhere: Any = None
    driver = Driver("acme", one.account, one.account, nowhere, nowhere)
    return one, Opened(one.account, driver, Held(held, {"pods": 5}))


def top_up(one: One[EscrowAccount], at: Opened) -> None:
    """Check out what is waited for, and tell."""
    one.now = steady()
    assert one.write() is not None
    one.stored()
    assert one.account.free == {"pods": 1}
    at.driver.tell()


def waits(until: float, end: float) -> Waits:
    now = steady()
    return Waits(now + until, now + end, set())


async def begun(at: Opened, entry: Entry, times: Waits) -> asyncio.Task[Any]:
    """Begin an admission, and let it come to where it waits."""
    task = asyncio.create_task(admission(lambda: at, entry, times))
    await asyncio.sleep(0)
    assert times.wanting == {at.driver}
    return task


@asynchronous
async def test_a_share_that_comes_in_time_is_taken() -> None:
    one, at = opened()
    times = waits(60, 60)
    task = await begun(at, ENTRY, times)
    top_up(one, at)
    assert await task == Allowed()
    assert (one.account.free, times.wanting) == ({}, set())


@asynchronous
async def test_what_comes_too_late_takes_nothing() -> None:
    """A refusal follows, and nobody could give the share back before the object cannot appear."""
    one, at = opened()
    await_share = await begun(at, ENTRY, waits(60, 60))
    top_up(one, at)
    await_share.cancel()
    assert await admission(lambda: at, ENTRY, waits(-1, 0)) == Short()
    assert one.account.free == {"pods": 1}
    assert await admission(lambda: at, ENTRY, waits(-1, 60)) == Allowed(), "it is not too late yet"


@asynchronous
async def test_whoever_wakes_too_late_takes_nothing() -> None:
    """Where the process had no time for him: his share was there meanwhile."""
    one, at = opened()
    times = waits(60, 0.3)
    task = await begun(at, ENTRY, times)
    top_up(one, at)
    time.sleep(0.35)  # noqa: ASYNC251 - it is the loop that is held up
    assert await task == Short()
    assert one.account.free == {"pods": 1}


@asynchronous
async def test_whoever_goes_away_takes_nothing_and_waits_no_more() -> None:
    one, at = opened()
    times = waits(60, 60)
    task = await begun(at, ENTRY, times)
    task.cancel()
    top_up(one, at)
    await asyncio.wait([task])
    assert task.cancelled()
    assert (one.account.free, times.wanting) == ({"pods": 1}, set())


@asynchronous
async def test_whoever_goes_away_leaves_the_others_waiting() -> None:
    """They are told, too, when a watch has come further."""
    one, at = opened()
    times = waits(60, 60)
    other = await begun(at, create("b", pods=1), times)
    task = await begun(at, ENTRY, times)
    task.cancel()
    await asyncio.wait([task])
    assert times.wanting == {at.driver}
    one.now = steady()
    assert one.write() is not None
    one.stored()
    at.driver.tell()
    assert await other == Allowed()
    assert times.wanting == set()


@asynchronous
async def test_without_an_account_nothing_is_admitted() -> None:
    assert await admission(lambda: None, ENTRY, waits(1, 1)) == Closed(Why.NO_LEDGER)
    _, at = opened()
    at.account.refreshed(ledger(99, hard={}), steady())
    assert await admission(lambda: at, ENTRY, waits(-1, 1)) == Closed(Why.NO_LEDGER)
