"""What the plan of a quarantine looks at, gathered from the API server: read now, never cached."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from aup.abuse.resolve import Place
from aup.abuse.triage import APPROVED_AS_SUCCESSOR, new_quarantine, open_for
from aup.api.meta import QUARANTINE_POLICY_NAME, STATE_LABEL, TENANT_LABEL, ObjectMeta
from aup.api.quarantine import Quarantine
from aup.controller.abuse import create_quarantine, operator_user
from aup.controller.context import Context
from aup.isolation.hold import Target, approved, holds, meant, others
from aup.isolation.journal import Journal
from aup.isolation.neutralise import expressions_of
from aup.isolation.plan import Policy, View
from aup.kube import resource
from aup.kube.resource import NAMESPACES, NETWORK_POLICIES, Resource
from aup.kube.wire import Object

EVIDENCE: Final[tuple[Resource, ...]] = (
    *resource.WORKLOADS,
    resource.SERVICES,
    resource.SERVICE_ACCOUNTS,
    resource.ENDPOINTS,
    resource.ENDPOINT_SLICES,
    resource.INGRESSES,
    resource.GATEWAYS,
    resource.NETWORK_POLICIES,
    resource.RESOURCE_QUOTAS,
    resource.LIMIT_RANGES,
    resource.PERSISTENT_VOLUME_CLAIMS,
    resource.CORE_EVENTS,
)
"""What is taken of a namespace. Secrets and ConfigMaps are not even read."""


class _Namespace(msgspec.Struct, frozen=True):
    metadata: ObjectMeta


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found of a namespace's policies."""

    policies: tuple[Policy, ...]
    own: dict[str, Any] | None


async def target_of(context: Context, name: str) -> Target | None:
    """Return a namespace as it is now."""
    found = await context.cluster.get_or_none(NAMESPACES, name, into=_Namespace)
    if found is None:
        return None
    meta = found.metadata
    return Target(
        name=name,
        uid=meta.uid,
        tenant=meta.labels.get(TENANT_LABEL),
        state=meta.labels.get(STATE_LABEL),
        terminating=meta.deletion_timestamp is not None,
    )


async def view_of(
    context: Context, quarantine: Quarantine, quarantines: Sequence[Quarantine], journal: Journal
) -> View:
    """Gather what the next step of a Quarantine depends on."""
    target = await target_of(context, quarantine.spec.namespace)
    here = target is not None and meant(quarantine, target)
    found = await _policies(context, quarantine.spec.namespace) if here else Gathered((), None)
    successor = None
    if target is not None and not here:
        successor = await _successor(context, quarantine, quarantines, target)
    return View(
        quarantine=quarantine,
        target=target,
        policies=found.policies,
        own=found.own,
        journal=journal,
        others=others(quarantine, quarantines),
        successor=successor,
    )


async def _policies(context: Context, namespace: str) -> Gathered:
    """Read all NetworkPolicies of a namespace."""
    policies: list[Policy] = []
    own: dict[str, Any] | None = None
    async for found in context.cluster.list_objects(NETWORK_POLICIES, namespace=namespace):
        metadata, spec = found["metadata"], found.get("spec") or {}
        if metadata["name"] == QUARANTINE_POLICY_NAME:
            own = spec
            continue
        policies.append(
            Policy(
                name=metadata["name"],
                uid=metadata["uid"],
                version=metadata["resourceVersion"],
                expressions=expressions_of(spec),
            )
        )
    return Gathered(tuple(policies), own)


async def _successor(
    context: Context, quarantine: Quarantine, quarantines: Sequence[Quarantine], target: Target
) -> str | None:
    """Return the Quarantine that holds the namespace made anew; open it if there is none.

    Only for the same tenant: a namespace of that name of somebody else has done nothing.
    """
    if target.tenant != quarantine.spec.tenant or quarantine.spec.release is not None:
        return None
    if not holds(quarantine):
        return None
    place = Place(target.name, target.uid, quarantine.spec.tenant)
    found = open_for(place, quarantines)
    if found is not None and approved(found):
        return found.metadata.name
    wanted = new_quarantine(
        place,
        reasons=quarantine.spec.reasons,
        requested_by=operator_user(context),
        approved_by=f"{APPROVED_AS_SUCCESSOR}{quarantine.metadata.name}",
        quarantines=quarantines,
        case=quarantine.spec.case,
    )
    return (await create_quarantine(context, wanted)).metadata.name


async def evidence_of(context: Context, namespace: str) -> AsyncIterator[Object]:
    """Yield the Namespace and every object in it that is taken as evidence."""
    yield _whole(NAMESPACES, await context.cluster.get(NAMESPACES, namespace, into=dict))
    for kind in EVIDENCE:
        if kind is resource.GATEWAYS and not await context.cluster.has(kind):
            continue
        async for found in context.cluster.list_objects(kind, namespace=namespace):
            yield _whole(kind, found)


def _whole(kind: Resource, found: Object) -> Object:
    """Return an object with its kind, which lists leave out."""
    return {"apiVersion": kind.api_version, "kind": kind.kind, **found}
