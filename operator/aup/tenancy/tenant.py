"""The status of a Tenant: what it holds, what it is held to, and what stands in the way."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from aup.api.budget_use import BudgetUse, in_words
from aup.api.meta import BudgetState, Condition, condition
from aup.api.tenant import Tenant, TenantStatus
from aup.policy.compiler import enforce_from
from aup.policy.problem import Reason
from aup.policy.validity import instant
from aup.policy.world import World
from aup.tenancy.claims import Claims
from aup.text import clip, join, plural

MESSAGE_LIMIT: Final = 1024
"""Characters of a condition's message that people still read."""


@dataclass(frozen=True, slots=True)
class BudgetReport:
    """How the tenant's budget stands."""

    state: BudgetState
    use: BudgetUse | None = None
    """``None`` without a budget, and while nothing is known of its use."""
    problems: tuple[str, ...] = ()
    """What of the budget cannot be read, and is therefore not in force."""


@dataclass(frozen=True, slots=True)
class _Finding:
    """A condition to be."""

    type: str
    reason: str
    message: str
    status: bool


def _true(type_: str, reason: str, message: str) -> _Finding:
    return _Finding(type_, reason, message, status=True)


def _false(type_: str, reason: str, message: str) -> _Finding:
    return _Finding(type_, reason, message, status=False)


def tenant_status(
    world: World,
    tenant: Tenant,
    claims: Claims,
    stamped: Collection[str],
    budget: BudgetReport,
    now: datetime,
    *,
    waits: Mapping[str, str] = MappingProxyType({}),
    kept: Collection[str] = (),
) -> TenantStatus:
    """Return the status that a Tenant must have.

    Args:
        world: the provider's objects.
        tenant: as it is.
        claims: whose the namespaces are.
        stamped: the namespaces that carry the tenant's stamps already.
        budget: how its budget stands.
        now: when the conditions changed, if they did.
        waits: what namespaces that are not stamped yet wait for, as the end of a sentence.
        kept: the namespaces that nobody claims any more and that are not given back yet, mostly
            since they are quarantined; a tenant that has one is not deleted.

    """
    name = tenant.metadata.name
    edition = world.edition_of(name)
    held = sorted(set(stamped) & set(claims.by_tenant.get(name, ())))
    findings = [
        _policy_found(world, tenant),
        _claimed(tenant, claims, held, waits),
        _conflict(claims, name),
        _settled(budget),
    ]
    begins = enforce_from(tenant, edition) if edition else None
    findings += [_within(budget, begins, now), _ready(world, tenant, findings)]
    return TenantStatus(
        observed_generation=tenant.metadata.generation,
        namespaces=tuple(sorted({*held, *kept})),
        enforce_from=begins,
        policy_revision=edition.ref.stamp if edition else None,
        budget=budget.use,
        conditions=_conditions(tenant, findings, now),
    )


def _conditions(
    tenant: Tenant, findings: Iterable[_Finding], now: datetime
) -> tuple[Condition, ...]:
    """Return the tenant's conditions with the findings in them."""
    conditions = tenant.status.conditions
    for finding in findings:
        conditions = condition(
            conditions,
            finding.type,
            status=finding.status,
            reason=finding.reason,
            message=clip(finding.message, MESSAGE_LIMIT),
            now=now,
            generation=tenant.metadata.generation,
        )
    return conditions


def _policy_found(world: World, tenant: Tenant) -> _Finding:
    """Tell whether the tenant is held to the policy that it names."""
    for trouble in world.troubles_of(tenant):
        if trouble.reason is Reason.UNKNOWN_POLICY:
            return _false("PolicyFound", trouble.reason, f"{trouble.message}.")
    message = f"The tenant is held to {tenant.spec.policy}."
    return _true("PolicyFound", "Found", message)


def _claimed(
    tenant: Tenant, claims: Claims, held: Collection[str], waits: Mapping[str, str]
) -> _Finding:
    """Tell whether every namespace that the tenant claims is stamped as its own."""
    name = tenant.metadata.name
    if refused := claims.refused.get(name):
        message = f"The provider keeps {join(refused, 'and')} for the platform."
        return _false("Claimed", "Platform", message)
    if absent := claims.absent.get(name):
        message = f"The cluster has no Namespace {join(absent, 'and no')}."
        return _false("Claimed", "Absent", message)
    waiting = sorted(set(claims.by_tenant.get(name, ())) - set(held))
    if waiting:
        message = f"{plural(len(waiting), 'namespace')} not stamped yet: {join(waiting, 'and')}."
        if reason := next((waits[n] for n in waiting if n in waits), ""):
            message = f"{message[:-1]}; it waits for {reason}."
        return _false("Claimed", "Stamping", message)
    if conflicts := claims.conflicts_of(name):
        names = join([conflict.namespace for conflict in conflicts], "and")
        return _false("Claimed", "Conflict", f"Another tenant claims {names} too.")
    if not held:
        message = "The cluster has no Namespace that the tenant's claim matches."
        return _false("Claimed", "NoNamespaces", message)
    message = f"{plural(len(held), 'namespace')} stamped."
    return _true("Claimed", "Stamped", message)


def _conflict(claims: Claims, tenant: str) -> _Finding:
    """Tell whether another tenant claims one of the namespaces; True is the bad news here."""
    told = []
    for conflict in (c for c in claims.conflicts if tenant in c.claimants):
        others = join([c for c in conflict.claimants if c != tenant], "and")
        stays = f"stays with {conflict.holder}" if conflict.holder else "is nobody's until then"
        told.append(f"{conflict.namespace} is claimed by {others} too and {stays}")
    if told:
        return _true("Conflict", "ClaimedTwice", _told(told))
    return _false("Conflict", "NoConflict", "Nobody else claims these namespaces.")


def _settled(budget: BudgetReport) -> _Finding:
    """Tell whether the quotas hold."""
    if budget.problems:
        return _false("BudgetSettled", "Invalid", _told(budget.problems))
    match budget.state:
        case BudgetState.NONE:
            return _true("BudgetSettled", "NoBudget", "The tenant has no budget.")
        case BudgetState.SETTLED:
            message = "Admission decides by the quotas of every namespace."
            return _true("BudgetSettled", "Settled", message)
        case BudgetState.UNSETTLED:
            message = "A quota is not in force yet; its namespace takes no workload until it is."
            return _false("BudgetSettled", "Unsettled", message)


def _within(budget: BudgetReport, begins: datetime | None, now: datetime) -> _Finding:
    """Tell whether more is in use than there may be, which is in force all the same."""
    if budget.use is None:
        return _true("WithinBudget", "NoBudget", "The tenant has no budget.")
    over = [f"{amount} of {in_words(key)}" for key, amount in budget.use.over.items()]
    if not over:
        return _true("WithinBudget", "WithinBudget", "No more is in use than there may be.")
    since = f"From {instant(begins)} on more" if begins and now < begins else "More"
    message = f"{join(over, 'and')} too much in use. Nothing that runs is ended."
    return _false("WithinBudget", "OverBudget", f"{message} {since} is refused until it is less.")


def _ready(world: World, tenant: Tenant, findings: Collection[_Finding]) -> _Finding:
    """Sum up: everything that the provider wrote about the tenant is in force."""
    for finding in findings:
        if finding.status is (finding.type == "Conflict"):
            return _false("Ready", finding.reason, finding.message)
    if troubles := world.troubles_of(tenant):
        told = _told([trouble.message for trouble in troubles])
        return _false("Ready", troubles[0].reason, told)
    return _true("Ready", "InForce", "Everything about this tenant is in force.")


def _told(sentences: Collection[str]) -> str:
    """Join half-sentences into one that ends."""
    return f"{'; '.join(sentences)}."
