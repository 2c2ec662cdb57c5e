"""A tenant of eight namespaces with a budget that a crowd is to fill."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Final

from support.asynchronous import eventually
from support.crowd.api import Api
from support.crowd.use import CPU, PODS, Amounts
from support.crowd.writers import path, pod
from support.installation import Installation, Role
from support.provision import tenant

TENANT: Final = "acme"
NAMESPACES: Final = tuple(f"{TENANT}-{i}" for i in range(8))
HARD: Final[Amounts] = {PODS: 120, CPU: 12_000}
SIZES: Final = (50, 100, 150)
"""Of pods, in thousandths of a core: either key is the first to be short, by turns."""
EVEN: Final = (100,)
"""With pods of this size alone both keys are used up together."""
WRITERS: Final = 32
MOST: Final = 6
"""Pods that one of them wants to have: together half as much again as the budget."""
ASKED: Final = r'^aup_ledger_verdicts_total\{decision="dry_\w+"\} (\S+)$'


def values(protocol: str) -> dict[str, Any]:
    """Return values of the chart; the API server of the tests answers within five seconds."""
    budgets = {"protocol": protocol, "apiRequestSeconds": 5, "marginSeconds": 15}
    return {"budgets": budgets}


def crowded(namespaces: Sequence[str] = NAMESPACES, hard: Amounts = HARD) -> dict[str, Any]:
    """Return the tenant."""
    budget = {PODS: str(hard[PODS]), CPU: f"{hard[CPU]}m"}
    return tenant(TENANT, namespaces={"names": list(namespaces)}, budget={"hard": budget})


async def charged(
    api: Api, installation: Installation, namespaces: Sequence[str], seconds: float
) -> None:
    """Wait until every replica charges by the tenant's ledger, and has room."""

    async def charges() -> bool:
        return await admitted(api, namespaces) and all(map(_asked, installation.admission))

    await eventually(charges, seconds=seconds)


async def admitted(api: Api, namespaces: Sequence[str], times: int = 8) -> bool:
    """Tell whether pods would be admitted everywhere: by dry runs, which take nothing."""
    tries = [(path(namespace, query="dryRun=All"), pod("try", 10)) for namespace in namespaces]
    answers = await asyncio.gather(*(api.ask("POST", *each) for each in tries * times))
    return all(answer.status == 201 for answer in answers)


def _asked(role: Role) -> bool:
    """Tell whether a replica has asked a ledger."""
    found = re.findall(ASKED, role.metrics(), re.MULTILINE)
    return sum(map(float, found)) > 0
