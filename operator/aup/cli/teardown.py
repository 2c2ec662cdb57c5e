"""``aup teardown``: leave nothing of ours in the tenants' namespaces, after the uninstallation."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from aup.api.meta import (
    MANAGED_LABEL,
    STAMP_ANNOTATIONS,
    STAMP_LABELS,
    TENANT_LABEL,
)
from aup.cli import connection
from aup.errors import AupError
from aup.isolation.neutralise import is_neutralised, without_neutralisation

if TYPE_CHECKING:
    from aup.kube.client import Cluster
    from aup.kube.resource import Resource

OURS = "app.kubernetes.io/name=aup-operator"
"""Selector of what the chart installs."""

HARMLESS = frozenset({None, "AwaitingApproval", "Released"})
"""Phases of a Quarantine that has closed nothing, or nothing any more."""


class TeardownError(AupError):
    """Tearing down now would open or break something."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.description = (
        "Remove what the operator left in tenants' namespaces: stamps, ResourceQuotas, "
        "LimitRanges, NetworkPolicies and TenantReports; the ledgers of budgets, and the policies "
        "of the whole cluster that close the delivery of mail. The provider's own objects "
        "(Tenants, assignments, evidence) stay. Refuses while the operator runs, and while a "
        "Quarantine is open."
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    parser.add_argument(
        "--open-quarantines",
        action="store_true",
        help="go on although namespaces are quarantined: they are opened without a record",
    )
    connection.add_arguments(parser)
    parser.add_argument("--fullname", default="aup-operator", help="full name of the release")


def run(options: argparse.Namespace) -> int:
    """Tear down."""
    asyncio.run(_teardown(options))
    return 0


async def _teardown(options: argparse.Namespace) -> None:
    async with connection.connected(options) as cluster:
        await _refuse_while_running(cluster, options)
        if not options.open_quarantines:
            await _refuse_while_quarantined(cluster)
        count = 0
        async for what, remove in _leftovers(cluster):
            count += 1
            print(f"{'would remove' if options.dry_run else 'removing'} {what}")
            if not options.dry_run:
                await remove
            else:
                remove.close()
        print(f"{count} things {'would be ' if options.dry_run else ''}removed")


class _Lease(msgspec.Struct, frozen=True, rename="camel"):
    holder_identity: str | None = None
    renew_time: datetime | None = None
    lease_duration_seconds: int | None = None


class _LeaseObject(msgspec.Struct, frozen=True):
    spec: _Lease = _Lease()


async def _refuse_while_running(cluster: "Cluster", options: argparse.Namespace) -> None:
    """Refuse while a controller would write everything back, or the guard keeps us out."""
    from aup.kube import resource

    lease = await cluster.get_or_none(
        resource.LEASES,
        f"{options.fullname}-controller",
        namespace=options.operator_namespace,
        into=_LeaseObject,
    )
    held = lease.spec if lease else _Lease()
    if held.holder_identity and held.renew_time:
        lasts = timedelta(seconds=held.lease_duration_seconds or 15)
        if datetime.now(UTC) < held.renew_time + lasts:
            raise TeardownError(
                problem=f"the operator still runs ({held.holder_identity} leads); uninstall it "
                f"first: helm uninstall {options.fullname} -n {options.operator_namespace}"
            )
    for policies in (
        resource.VALIDATING_ADMISSION_POLICY_BINDINGS,
        resource.VALIDATING_WEBHOOK_CONFIGURATIONS,
    ):
        async for left in cluster.list_objects(policies, labels=OURS):
            name = left["metadata"]["name"]
            raise TeardownError(
                problem=f"{policies.kind} {name} is still there and guards the stamps; uninstall "
                f"the release first, or delete what is left of it: kubectl delete "
                f"{policies.plural} -l {OURS}"
            )


async def _refuse_while_quarantined(cluster: "Cluster") -> None:
    """Refuse while opening a namespace is somebody's decision to take."""
    from aup.kube import resource

    if not await cluster.has(resource.QUARANTINES):
        return
    found = [
        f"{q['metadata']['name']} ({q['spec']['namespace']})"
        async for q in cluster.list_objects(resource.QUARANTINES)
        if q.get("status", {}).get("phase") not in HARMLESS
    ]
    if found:
        raise TeardownError(
            problem=f"quarantines are open: {', '.join(sorted(found))}; release them before you "
            "uninstall, or say --open-quarantines to open these namespaces without a record"
        )


async def _leftovers(cluster: "Cluster") -> AsyncIterator[tuple[str, Any]]:
    """Yield what is left of us, and the coroutine that removes it; stamps go last."""
    from aup.kube import resource

    for kind in (
        resource.RESOURCE_QUOTAS,
        resource.LIMIT_RANGES,
        resource.NETWORK_POLICIES,
        resource.TENANT_REPORTS,
        resource.BUDGET_LEDGERS,
        *resource.MAIL_EGRESS,
    ):
        if not await cluster.has(kind):
            continue
        async for found in cluster.list_objects(kind, labels=f"{MANAGED_LABEL}=true"):
            yield _removal(cluster, kind, found)
    async for policy in cluster.list_objects(resource.NETWORK_POLICIES):
        if is_neutralised(policy):
            at = f"{policy['metadata']['namespace']}/{policy['metadata']['name']}"
            restored = {
                **policy,
                **resource.NETWORK_POLICIES.manifest("", metadata=policy["metadata"]),
                "spec": without_neutralisation(policy["spec"]),
            }
            restore = cluster.replace(resource.NETWORK_POLICIES, restored)
            yield f"the neutralisation of NetworkPolicy {at}", restore
    async for namespace in cluster.list_objects(resource.NAMESPACES, labels=TENANT_LABEL):
        name = namespace["metadata"]["name"]
        gone = {
            "labels": dict.fromkeys(STAMP_LABELS),
            "annotations": dict.fromkeys(STAMP_ANNOTATIONS),
        }
        unstamp = cluster.merge_patch(resource.NAMESPACES, name, {"metadata": gone})
        yield f"the stamps of Namespace {name}", unstamp


def _removal(cluster: "Cluster", kind: "Resource", found: Any) -> tuple[str, Any]:
    """Return the name of an object and the coroutine that deletes it."""
    name, namespace = found["metadata"]["name"], found["metadata"].get("namespace")
    delete = cluster.delete(kind, name, namespace=namespace, missing_ok=True)
    return f"{kind.kind} {f'{namespace}/' if namespace else ''}{name}", delete
