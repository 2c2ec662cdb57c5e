"""The provider's objects as a cluster holds them now, read once with somebody's own rights."""

import sys
from dataclasses import replace
from typing import TypeVar

import msgspec

from aup.api.assignment import AddressAssignment
from aup.api.catalog import SoftwareCatalog
from aup.api.entitlement import LicenseEntitlement
from aup.api.exemption import Exemption
from aup.api.meta import REPORT_NAME, TENANT_LABEL
from aup.api.policy import AcceptableUsePolicy
from aup.api.report import TenantReport
from aup.api.tenant import Tenant
from aup.errors import AupError, NotFoundError
from aup.kube import resource
from aup.kube.client import Cluster
from aup.kube.resource import Resource
from aup.kube.wire import ObjectKey
from aup.policy.revision import REVISION_LABEL, last_good, read_revision
from aup.policy.world import InForce, Objects, World, compile_world
from aup.rules import RULE_IDS

FALLS_BACK = frozenset({"AcceptableUsePolicy", "SoftwareCatalog", "Tenant"})
"""Kinds of which the last good edition stays in force when the present one does not compile."""

S = TypeVar("S", bound=msgspec.Struct)


class ExportError(AupError):
    """There is nothing to export, or nobody knows for whom."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


async def read_world(cluster: Cluster, operator_namespace: str) -> World:
    """Read and compile the provider's objects as the operator does."""
    objects = Objects(
        policies=await _all(cluster, resource.ACCEPTABLE_USE_POLICIES, AcceptableUsePolicy),
        tenants=await _all(cluster, resource.TENANTS, Tenant),
        assignments=await _all(cluster, resource.ADDRESS_ASSIGNMENTS, AddressAssignment),
        catalogs=await _all(cluster, resource.SOFTWARE_CATALOGS, SoftwareCatalog),
        entitlements=await _all(cluster, resource.LICENSE_ENTITLEMENTS, LicenseEntitlement),
        exemptions=await _all(cluster, resource.EXEMPTIONS, Exemption),
    )
    world = compile_world(objects, rules=RULE_IDS)
    if not FALLS_BACK & {kind for kind, _ in world.troubles}:
        return world
    last = await _last_good(cluster, operator_namespace, objects)
    return compile_world(objects, rules=RULE_IDS, last=last)


async def tenant_of(cluster: Cluster, name: str) -> str:
    """Return the tenant whose stamp a namespace carries."""
    try:
        found = await cluster.get(resource.NAMESPACES, name)
    except NotFoundError as error:
        raise ExportError(problem=f"there is no namespace {name}") from error
    tenant = (found["metadata"].get("labels") or {}).get(TENANT_LABEL)
    if not tenant:
        raise ExportError(problem=f"namespace {name} belongs to no tenant")
    return str(tenant)


async def report_of(cluster: Cluster, namespace: str) -> TenantReport:
    """Return what a namespace's tenant may know."""
    try:
        return await cluster.get(
            resource.TENANT_REPORTS, REPORT_NAME, namespace=namespace, into=TenantReport
        )
    except NotFoundError as error:
        problem = f"namespace {namespace} has no TenantReport: it belongs to no tenant"
        raise ExportError(problem=problem) from error


async def _last_good(cluster: Cluster, operator_namespace: str, objects: Objects) -> InForce:
    """Return the editions that are on record, and which tenant was held to which policy."""
    recorded = cluster.list_objects(
        resource.CONTROLLER_REVISIONS, namespace=operator_namespace, labels=REVISION_LABEL
    )
    revisions = [read_revision(found) async for found in recorded]
    held = {
        tenant.metadata.name: tenant.status.policy_revision.partition("/")[0]
        for tenant in objects.tenants
        if tenant.status.policy_revision
    }
    return replace(last_good(r for r in revisions if r is not None), bindings=held)


async def _all(cluster: Cluster, of: Resource, into: type[S]) -> tuple[S, ...]:
    """Read every object of a kind; one that cannot be read is told and left out."""

    def left_out(key: ObjectKey, problem: str) -> None:
        print(f"aup: {of.kind} {key.path}: {problem}", file=sys.stderr)

    listed = cluster.list_objects(of, into=into, on_undecodable=left_out)
    return tuple([found async for found in listed])
