"""Two admissions that race for the last unit of a budget, each at another replica."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

import pytest

from support.asynchronous import asynchronous, eventually
from support.crowd.api import Api
from support.crowd.scene import charged, values
from support.crowd.writers import Outcome, judged, path, pod
from support.installation import Installation, Role, installed
from support.provision import provide, tenant

TENANTS = 10
ROUNDS = 100
"""Of each tenant: a thousand together. All race side by side, since each loser has to wait."""
PATIENCE_SECONDS = 0.3
"""How long a loser waits for the unit: less than the second of the default, for a shorter test. On
a busy machine that may be over before the unit has come back, and nobody gets it: not a race."""
OPEN_SECONDS = 150.0
SIDES = ("left", "right")
"""Namespaces of these names are judged by the first replica and by the second."""
ASKED = r'^aup_ledger_verdicts_total\{decision="(allowed|short)"\} (\S+)$'


@dataclass(slots=True)
class Pair:
    """A tenant whose two namespaces are judged by two replicas."""

    tenant: str
    ends: Counter[tuple[Outcome, ...]] = field(default_factory=Counter)
    """How races ended."""
    odd: list[str] = field(default_factory=list)
    """What was said where a race ended as none should."""

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Return the namespaces, one for each side."""
        return tuple(f"{self.tenant}-{side}" for side in SIDES)

    async def race(self, api: Api, number: int) -> bool:
        """Ask at both sides at once for what only one can have, and delete what was created.

        Tell whether anybody got it.
        """
        name = f"racer-{number}"
        asked = [api.ask("POST", path(where), pod(name, 10)) for where in self.namespaces]
        ends = [judged(answer) for answer in await asyncio.gather(*asked)]
        outcomes = tuple(sorted(outcome for outcome, _ in ends))
        self.ends[outcomes] += 1
        self.odd += [said for outcome, said in ends if outcome is Outcome.FAILED]
        for where, (outcome, _) in zip(self.namespaces, ends, strict=True):
            if outcome is not Outcome.BUDGET:
                assert (await api.ask("DELETE", path(where, name))).status in {200, 404}
        return outcomes == ONE

    async def races(self, api: Api) -> None:
        """Fill the budget up to its last unit, and race for that again and again."""
        for namespace in self.namespaces:
            where = path(namespace)

            async def stands(where: str = where) -> bool:
                return (await api.ask("POST", where, pod("first", 10))).status == 201

            await eventually(stands, seconds=OPEN_SECONDS)
        numbers = count()
        for _ in range(ROUNDS):
            while not await self.race(api, next(numbers)):
                pass


ONE = (Outcome.BUDGET, Outcome.CREATED)
NONE = (Outcome.BUDGET, Outcome.BUDGET)
STALE = (Outcome.BUDGET, Outcome.FAILED)
"""The API server's own quota met a conflict with itself, after the ledger had said yes to one."""
CONFLICT = "Operation cannot be fulfilled on resourcequotas"
PAIRS = tuple(Pair(f"t{number}") for number in range(TENANTS))


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Run the product with two replicas, each asked about one namespace of every tenant."""
    patience = {"AUP_PATIENCE_SECONDS": str(PATIENCE_SECONDS)}
    with installed(values("escrow"), replicas=2, settings=patience) as installation:
        # One in each namespace stays, so that the native quota of neither is ever full.
        budget = {"hard": {"pods": "3"}}
        tenants = [
            tenant(pair.tenant, namespaces={"names": list(pair.namespaces)}, budget=budget)
            for pair in PAIRS
        ]
        provide(installation, *tenants)
        divide(installation)
        yield installation


def divide(installation: Installation) -> None:
    """Have the API server ask each replica about the namespaces of one side, past the balancer."""
    cluster, kind = installation.cluster, "validatingwebhookconfiguration"
    found = json.loads(cluster.kubectl("get", kind, installation.release.name, "-o", "json").stdout)
    creations, *others = found["webhooks"]
    sides = [
        _of_side(creations, side, role)
        for side, role in zip(SIDES, installation.admission, strict=True)
    ]
    cluster.kubectl(
        "replace", "-f", "-", input=json.dumps({**found, "webhooks": [*sides, *others]})
    )


def _of_side(webhook: dict[str, object], side: str, role: Role) -> dict[str, object]:
    copy = json.loads(json.dumps(webhook))
    url = urlsplit(copy["clientConfig"]["url"])
    copy["name"] = f"{side}.aup.asergo.com"
    copy["clientConfig"]["url"] = url._replace(netloc=f"{url.hostname}:{role.port}").geturl()
    names = [name for pair in PAIRS for name in pair.namespaces if name.endswith(side)]
    here = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": names}
    copy["namespaceSelector"].setdefault("matchExpressions", []).append(here)
    return dict(copy)


def asked(role: Role) -> int:
    """Return how often a replica has asked a ledger for an admission."""
    found = re.findall(ASKED, role.metrics(), re.MULTILINE)
    return sum(int(float(count)) for _, count in found)


@pytest.mark.timeout(600)
@asynchronous
async def test_of_two_admissions_that_race_for_the_last_unit_exactly_one_passes(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """A thousand times; each replica was asked in every one of them."""
    async with Api(installation.cluster) as api:
        namespaces = [namespace for pair in PAIRS for namespace in pair.namespaces]
        await charged(api, installation, namespaces, OPEN_SECONDS)
        await asyncio.gather(*(pair.races(api) for pair in PAIRS))
    ends = sum((pair.ends for pair in PAIRS), Counter[tuple[Outcome, ...]]())
    with capsys.disabled():
        print(f"\n{dict(ends)}; asked: {[asked(role) for role in installation.admission]}")
    odd = [said for pair in PAIRS for said in pair.odd]
    assert ends.keys() <= {ONE, NONE, STALE}, odd
    assert all(CONFLICT in said for said in odd), odd
    assert ends[ONE] == TENANTS * ROUNDS >= 1000
    assert all(asked(role) >= ends.total() for role in installation.admission)
