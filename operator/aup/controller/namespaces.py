"""Stamps of a tenant's namespaces: put on, kept current, taken off."""

from collections.abc import Mapping
from functools import partial

from aup.api.meta import STATE_LABEL, BudgetState, NamespaceState, ObjectMeta
from aup.controller.allowances import Allowances, lift
from aup.controller.context import Context
from aup.controller.probe import Probe
from aup.controller.quotas import LiveQuotas
from aup.controller.stamping import restamp, unstamp
from aup.kube.events import EventType, Regarding
from aup.kube.resource import NAMESPACES
from aup.policy.terms import Terms
from aup.policy.validity import instant
from aup.tenancy.stamps import Stamp, read_stamp, stamp


class Namespaces:
    """Writes stamps for the tenancy reconciler."""

    def __init__(self, context: Context, quotas: LiveQuotas, probe: Probe) -> None:
        self._context = context
        self._quotas = quotas
        self._probe = probe

    async def stamp_again(self, terms: Terms, allowances: Allowances) -> None:
        """Bring the stamps up to date in the namespaces that carry the tenant's already."""
        for namespace, standing in allowances.standing.items():
            present = self._stamp(namespace)
            if present is None or present.tenant != terms.tenant:
                continue
            budget = standing.budget_state
            if present != stamp(terms, namespace, present.state, budget):
                decide = partial(_renewed, terms, namespace, budget)
                await restamp(self._context.cluster, namespace, decide)

    async def stamp_first(self, terms: Terms, allowances: Allowances) -> Mapping[str, str]:
        """Stamp the namespaces that do not carry the tenant's stamp yet and are ready for it.

        Returns:
            The others, and what each waits for, as the end of a sentence.

        """
        waiting: dict[str, str] = {}
        for namespace, standing in allowances.standing.items():
            present = self._stamp(namespace)
            if present is not None and present.tenant == terms.tenant:
                continue
            if not standing.settled:
                waiting[namespace] = "its quota to be in force"
            elif problem := await self._probe.problem():
                waiting[namespace] = f"the admission service: {problem}"
            else:
                await self._claim(namespace, terms, standing.budget_state)
        return waiting

    async def release(self, namespace: str, tenant: str) -> bool:
        """Take everything of ours off a namespace; tell whether that may be done now.

        The quota goes first, so that nothing is refused for the lack of defaults, and the stamps
        go last, so that whoever comes after a crash finds the namespace again. Quarantine outlives
        the claim: a locked namespace keeps all of it.
        """
        found = self._context.surroundings.namespace(namespace)
        if found is not None and found.label(STATE_LABEL) == NamespaceState.ISOLATED:
            note = f"Nobody claims the namespace any more; it stays locked as {tenant}'s."
            await self._tell(namespace, "StillQuarantined", note, "Release", "Warning")
            return False
        cluster = self._context.cluster
        await lift(cluster, self._quotas, namespace)
        if not await unstamp(cluster, namespace):
            return False
        note = f"The namespace is not {tenant}'s any more; nothing of its contract holds here now."
        await self._tell(namespace, "NamespaceReleased", note, "Release")
        return True

    async def _claim(self, namespace: str, terms: Terms, budget: BudgetState) -> None:
        """Stamp a namespace for the first time, and say so where its users look."""
        decide = partial(_first, terms, namespace, budget)
        if await restamp(self._context.cluster, namespace, decide) is None:
            return
        held = f"held to {terms.policy.stamp} of {terms.policy.provider}"
        when = ""
        if not terms.enforcing and terms.enforce_from is not None:
            when = f"; violations are warned about until {instant(terms.enforce_from)}"
        note = f"The namespace is {terms.tenant}'s and {held}{when}."
        await self._tell(namespace, "NamespaceClaimed", note, "Claim")

    async def _tell(
        self, namespace: str, reason: str, note: str, action: str, type_: EventType = "Normal"
    ) -> None:
        found = self._context.surroundings.namespace(namespace)
        uid = found.metadata.uid if found else ""
        about = Regarding.to(NAMESPACES, namespace, uid=uid)
        await self._context.events.post(about, reason, note, action=action, type=type_)

    def _stamp(self, namespace: str) -> Stamp | None:
        """Return the stamp that a namespace was last seen with."""
        found = self._context.surroundings.namespace(namespace)
        if found is None:
            return None
        meta = found.metadata
        return read_stamp(ObjectMeta(labels=meta.labels or {}, annotations=meta.annotations or {}))


def _renewed(
    terms: Terms, namespace: str, budget: BudgetState, meta: ObjectMeta, present: Stamp | None
) -> Stamp | None:
    """Return the stamp of today, unless the namespace has become somebody else's meanwhile."""
    if present is None or present.tenant != terms.tenant:
        return None
    return stamp(terms, namespace, _state(meta), budget)


def _first(
    terms: Terms, namespace: str, budget: BudgetState, meta: ObjectMeta, _: Stamp | None
) -> Stamp | None:
    """Return the first stamp of a tenant, unless the namespace is going."""
    return None if meta.deletion_timestamp else stamp(terms, namespace, _state(meta), budget)


def _state(meta: ObjectMeta) -> NamespaceState:
    """Return the state that a namespace is in: a lock survives whatever else is unreadable."""
    isolated = meta.labels.get(STATE_LABEL) == NamespaceState.ISOLATED
    return NamespaceState.ISOLATED if isolated else NamespaceState.ACTIVE
