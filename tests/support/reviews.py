"""Builders of AdmissionReviews, and a service that judges them in the world of the corpus."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aup.api.tenant import Budget
from aup.budget.meter import meter
from aup.engine.decision import Decision
from aup.facts.model import Surroundings
from aup.ledger.amounts import steps
from aup.live.budgets import Held
from aup.policy.terms import GrantTerm, Terms
from aup.server.app import App
from aup.server.body import SMALL
from aup.server.charge import Charge
from aup.server.judge import Judge
from aup.server.queue import FairQueue
from aup.server.refusal import VALIDATE, Response
from aup.server.underway import Call, Till
from support.world import NOW, Cluster, load_world, terms

BODY_LIMIT = 8 << 20


def pod(**spec: Any) -> dict[str, Any]:
    """Return an innocent Pod with some fields of its spec replaced."""
    containers = [{"name": "web", "image": "docker.io/library/nginx:1.29"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web"},
        "spec": {"containers": containers, **spec},
    }


def service(**spec: Any) -> dict[str, Any]:
    """Return a Service with these fields in its spec."""
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}


def review(
    obj: Any,
    *,
    old: Any = None,
    operation: str = "CREATE",
    namespace: str = "acme-prod",
    subresource: str = "",
    kind: str = "",
    group: str = "",
    username: str = "alice@acme.example",
    groups: tuple[str, ...] = ("system:authenticated",),
    name: str = "web",
) -> dict[str, Any]:
    """Return the review that an API server would send for an object."""
    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": {"group": group, "version": "v1", "kind": kind or obj["kind"]},
            "operation": operation,
            "namespace": namespace,
            "name": name,
            "subResource": subresource,
            "userInfo": {"username": username, "groups": list(groups)},
            "object": obj,
            "oldObject": old,
        },
    }


@dataclass(frozen=True, slots=True)
class WorldSource:
    """Namespace ``<tenant>-…`` belongs to a tenant of the corpus' world."""

    hard: Mapping[str, str] | None = None
    """Everybody's budget."""

    def tenant_of(self, namespace: str) -> str | None:
        """Return the tenant of a namespace."""
        tenant = namespace.partition("-")[0]
        return tenant if tenant in {*load_world().accounts, "unknown"} else None

    def tenants_of(self, groups: Iterable[str]) -> tuple[str, ...]:
        """Return the tenants of groups such as ``tenants:acme``."""
        return tuple(sorted(g.partition(":")[2] for g in groups if g.startswith("tenants:")))

    def terms(self, tenant: str, now: datetime) -> Terms | None:
        """Return the terms of a tenant."""
        return terms(tenant, now) if tenant != "unknown" else None

    def grants(self, namespace: str, now: datetime) -> tuple[GrantTerm, ...]:
        """Return whom acme-dev has let in since the world was compiled."""
        late = frozenset({"late@asergo.example"})
        return (GrantTerm("acme-dev", late, frozenset(), frozenset()),) * (namespace == "acme-dev")

    def budget(self, tenant: str) -> Held | None:
        """Return what each has."""
        if self.hard is None:
            return None
        counted, _ = meter(terms(tenant), Budget(hard=self.hard))
        return Held(counted, steps(counted.limits))


class NoLedger:
    """Where nobody has a budget, no ledger is asked."""

    async def settle(self, charge: Charge, seconds: float) -> Decision:
        """Fail."""
        raise AssertionError(charge, seconds)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP."""

    status: int
    body: bytes

    @property
    def response(self) -> dict[str, Any]:
        """Return the response inside the review."""
        found: dict[str, Any] = json.loads(self.body)["response"]
        return found

    @property
    def allowed(self) -> bool:
        """Tell whether an API server would admit on this answer, whatever its failurePolicy."""
        return self.status != 200 or bool(self.response["allowed"])

    @property
    def message(self) -> str:
        """Return the words of a refusal."""
        return str(self.response["status"]["message"])


def _standing() -> float:
    return 0.0


def send(
    *bodies: Any,
    path: str = VALIDATE,
    method: str = "POST",
    lane: int = 100,
    deadline: float = 2.0,
    clock: Callable[[], float] = _standing,
    surroundings: Surroundings | None = None,
    till: Till | None = None,
    budget: Mapping[str, str] | None = None,
) -> list[Answer]:
    """Send bodies to a service at the same time and return the answers in their order.

    Unless a test brings a clock, time stands still: how busy the machine is, is not what is tested.
    """

    async def whole() -> list[Answer]:
        queue = FairQueue(lane=lane, clock=clock)
        judge = Judge(WorldSource(budget), surroundings or Cluster(), lambda: NOW)
        app = App(
            judge, queue, till or NoLedger(), deadline=deadline, body_limit=BODY_LIMIT, clock=clock
        )
        server = asyncio.create_task(queue.serve())
        try:
            requests = [_request(app, body, path, method, clock()) for body in bodies]
            return await asyncio.wait_for(asyncio.gather(*requests), 60)
        finally:
            server.cancel()

    return asyncio.run(whole())


async def _request(app: App, body: Any, path: str, method: str, started: float) -> Answer:
    """Give the application a request as a connection does, in chunks of a socket's size."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    call = Call(path, method, started)
    held = len(raw) if len(raw) > SMALL else 0
    call.crowded = bool(held) and not await app.room(held, call)
    incoming = app.incoming(call)
    answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
    if all(incoming.take(raw[at : at + 65536]) for at in range(0, len(raw), 65536)):
        app.respond(call, incoming.whole(), answer.set_result)
    else:
        answer.set_result(app.endless(call))
    found = await answer
    if held and not call.crowded:
        app.give_back(held)
    return Answer(found.status, found.body)
