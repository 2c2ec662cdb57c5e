"""Direct delivery of mail, closed in the network by what the cluster's engine understands.

Which objects there are to do it with is asked of the API server each time: engines are installed,
and replaced, while the operator runs. What it does not offer is told in the policy's condition.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from typing_extensions import override

from aup.api.meta import Condition, ConditionStatus, condition
from aup.api.policy import AcceptableUsePolicy
from aup.api.sections.choice import Permission
from aup.controller.context import Context
from aup.controller.reconciler import Reconciler, Wake
from aup.controller.status import write_status
from aup.errors import ApiError
from aup.facts.routing.passages import DELIVERY_PORT
from aup.isolation.mail_egress import (
    PURPOSE_LABELS,
    RULE,
    Closing,
    Render,
    calico_policies,
    cilium_policy,
    closings,
    cluster_network_policy,
)
from aup.kube import resource
from aup.kube.resource import Resource
from aup.kube.wire import ObjectKey
from aup.text import plural

ALL: Final = ObjectKey("", "")
"""Key of the one run there is."""
SETTLE_SECONDS: Final = 1.0
"""Changes that come together are looked at together."""
CONDITION: Final = "MailEgress"


@dataclass(frozen=True, slots=True)
class Engine:
    """Objects by which a network closes a port of the whole cluster."""

    resources: tuple[Resource, ...]
    """All of them must be served; in the order in which they are written."""
    render: Render


ENGINES: Final = (
    Engine((resource.CILIUM_CLUSTERWIDE_NETWORK_POLICIES,), cilium_policy),
    Engine((resource.CALICO_TIERS, resource.CALICO_GLOBAL_NETWORK_POLICIES), calico_policies),
    Engine((resource.CLUSTER_NETWORK_POLICIES,), cluster_network_policy),
)
"""What a vendor serves itself comes first: the common kind may be installed with nobody behind."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it, as a condition says it."""

    status: ConditionStatus
    reason: str
    message: str


def _as_meant(reason: str, message: str) -> Outcome:
    return Outcome(ConditionStatus.TRUE, reason, message)


def _open(reason: str, message: str) -> Outcome:
    return Outcome(ConditionStatus.UNKNOWN, reason, message)


class MailEgress(Reconciler):
    """Keeps the objects and the condition of all policies, in one run."""

    name = "mailegress"
    kinds = (resource.ACCEPTABLE_USE_POLICIES,)

    def __init__(self, context: Context) -> None:
        self._context = context

    @override
    def attach(self, wake: Wake) -> None:
        """Look again in each new world."""
        self._context.world.on_compiled(lambda: wake(ALL, SETTLE_SECONDS))

    @override
    def first_keys(self) -> Iterable[ObjectKey]:
        """Begin with everything."""
        return (ALL,)

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Bring objects and conditions to where they must be; come back when terms change."""
        now = self._context.now()
        world = self._context.world
        terms = [t for name in world.world.accounts if (t := world.terms(name, now)) is not None]
        wanted = {closing.policy: closing for closing in closings(terms)}
        served = [engine for engine in ENGINES if await self._serves(engine)]
        outcomes = {name: await self._close(closing, served) for name, closing in wanted.items()}
        await self._prune(served, wanted)
        for policy in tuple(world.policies.items.values()):
            await self._tell(policy, outcomes.get(policy.metadata.name), now)
        changes = [t.good_until for t in terms if t.good_until is not None]
        return max((min(changes) - now).total_seconds(), 0.0) if changes else None

    async def _serves(self, engine: Engine) -> bool:
        """Tell whether the API server knows all kinds of an engine."""
        return all([await self._context.cluster.has(kind) for kind in engine.resources])

    async def _close(self, closing: Closing, served: list[Engine]) -> Outcome:
        """Write what the first engine needs."""
        if not served:
            return _open("NoEngine", _no_engine())
        engine = served[0]
        manifests = engine.render(closing)
        try:
            for kind, manifest in zip(engine.resources, manifests, strict=True):
                await self._context.cluster.apply(kind, manifest)
        except ApiError as error:
            # An apply is refused whole where it has a field that this version of an engine does
            # not know, so never half of it is written.
            return _open("Refused", f"The cluster does not take {kind.group_resource}: {error}")
        written = f"{manifests[-1]['kind']} {manifests[-1]['metadata']['name']}"
        count = plural(len(closing.tenants), "tenant")
        message = f"{written} closes TCP port {DELIVERY_PORT} to {count}"
        return Outcome(
            ConditionStatus.TRUE,
            "Closed",
            f"{message}; whether the network holds to it is not probed.",
        )

    async def _prune(self, served: list[Engine], wanted: dict[str, Closing]) -> None:
        """Delete the objects that nobody needs: of other policies, and of other engines."""
        needed = {
            (kind, manifest["metadata"]["name"])
            for engine in served[:1]
            for closing in wanted.values()
            for kind, manifest in zip(engine.resources, engine.render(closing), strict=True)
        }
        labels = ",".join(f"{key}={value}" for key, value in PURPOSE_LABELS.items())
        kinds = {kind for engine in served for kind in engine.resources}
        for kind in (kind for kind in resource.MAIL_EGRESS if kind in kinds):
            async for found in self._context.cluster.list_objects(kind, labels=labels):
                name = found["metadata"]["name"]
                if (kind, name) not in needed:
                    await self._context.cluster.delete(kind, name, missing_ok=True)

    async def _tell(
        self, policy: AcceptableUsePolicy, outcome: Outcome | None, now: datetime
    ) -> None:
        """Write the condition of one policy."""
        outcome = outcome or _nothing_closed(policy)
        conditions: tuple[Condition, ...] = condition(
            policy.status.conditions,
            CONDITION,
            status=outcome.status,
            reason=outcome.reason,
            message=outcome.message,
            now=now.replace(microsecond=0),
            generation=policy.metadata.generation,
        )
        status = msgspec.structs.replace(policy.status, conditions=conditions)
        await write_status(self._context, resource.ACCEPTABLE_USE_POLICIES, policy, status)


def _nothing_closed(policy: AcceptableUsePolicy) -> Outcome:
    """Say why a policy closes nothing to anybody."""
    mail = policy.spec.mail
    if mail.direct_smtp is Permission.ALLOWED:
        return Outcome(
            ConditionStatus.TRUE, "Allowed", "The policy lets tenants deliver mail themselves."
        )
    if mail.relay and not mail.relay_cidrs:
        message = (
            f"Nothing is closed while the addresses of {mail.relay} are not in mail.relayCIDRs"
        )
        return Outcome(
            ConditionStatus.UNKNOWN, "RelayUnknown", f"{message}: tenants could not reach it."
        )
    message = f"There is no tenant to whom {RULE} denies anything by now."
    return _as_meant("NobodyConcerned", message)


def _no_engine() -> str:
    """Say what the cluster lacks."""
    kinds = ", ".join(engine.resources[-1].group_resource for engine in ENGINES)
    return (
        "Only admission keeps tenants from delivering mail, and known senders nothing, since a "
        "NetworkPolicy cannot close a port without opening others and the cluster serves none of "
        f"{kinds}."
    )
