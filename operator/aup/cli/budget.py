"""``aup budget``: what a tenant has, what it uses, what is left, and where it goes."""

import argparse
import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aup.api.budget_use import BudgetUse, NamespaceUse, in_words
from aup.api.meta import REPORT_NAME, write
from aup.api.report import TenantReport
from aup.api.tenant import Tenant
from aup.cli import connection
from aup.errors import AupError, ForbiddenError, NotFoundError

SHOWN = 5
"""Namespaces that are named for each key."""


class NoBudgetError(AupError):
    """There is nothing to be shown."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Told:
    """A budget as the cluster tells it."""

    tenant: str
    namespace: str
    """Whose report it was read from; empty: from the Tenant itself."""
    use: BudgetUse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.description = (
        "Say what a tenant's budget is, what is used, in flight and left, and which namespaces "
        "and controllers use it. Whoever may not read Tenants is told by the TenantReport of a "
        "namespace. Exit code 1: more is in use than there may be."
    )
    parser.add_argument(
        "tenant", metavar="TENANT", nargs="?", help="default: whose the namespace is"
    )
    parser.add_argument(
        "--namespace", "-n", default="", help="read the report there (default: as kubectl)"
    )
    parser.add_argument("--output", "-o", choices=("text", "json"), default="text")
    connection.add_cluster(parser)


def run(options: argparse.Namespace) -> int:
    """Print a budget; exit code 1 if more is in use than there may be."""
    told = asyncio.run(_find(options))
    if options.output == "json":
        where = {"namespace": told.namespace} if told.namespace else {}
        print(json.dumps({"tenant": told.tenant, **where, "budget": write(told.use)}, indent=2))
    else:
        print("\n".join(as_text(told, datetime.now(UTC))))
    return 1 if told.use.over else 0


async def _find(options: argparse.Namespace) -> Told:
    """Read the Tenant, or where that is not allowed, the report of a namespace."""
    from aup.kube.connection import context_namespace
    from aup.kube.resource import TENANT_REPORTS, TENANTS

    async with connection.connected(options) as cluster:
        if options.tenant and not options.namespace:
            try:
                found = await cluster.get(TENANTS, options.tenant, into=Tenant)
            except ForbiddenError:
                pass
            except NotFoundError as error:
                raise NoBudgetError(problem=f"there is no tenant {options.tenant}") from error
            else:
                return _told(options.tenant, "", found.status.budget)
        namespace = options.namespace or context_namespace(options.kubeconfig, options.context)
        report = await cluster.get_or_none(
            TENANT_REPORTS, REPORT_NAME, namespace=namespace, into=TenantReport
        )
    tenant = (report.status.tenant if report else None) or ""
    if report is None or not tenant:
        raise NoBudgetError(problem=f"namespace {namespace} has no TenantReport: it is no tenant's")
    if options.tenant not in {None, tenant}:
        raise NoBudgetError(
            problem=f"you may not read tenants, and namespace {namespace} is {tenant}'s; name one "
            f"of {options.tenant} with -n"
        )
    return _told(tenant, namespace, report.status.budget)


def _told(tenant: str, namespace: str, use: BudgetUse | None) -> Told:
    if use is None:
        raise NoBudgetError(problem=f"tenant {tenant} has no budget")
    return Told(tenant, namespace, use)


def as_text(told: Told, now: datetime) -> Iterator[str]:
    """Yield what a person reads."""
    use = told.use
    age = ""
    if use.updated_at is not None:
        age = f", as of {use.updated_at.isoformat()} ({_ago(now - use.updated_at)})"
    yield f"budget of {told.tenant} in all its namespaces{age}"
    yield ""
    yield from _table(use)
    for key, amount in use.over.items():
        if key not in use.hard:
            yield f"{in_words(key)}: {amount} too much, nothing more is admitted"
    yield ""
    yield from _where(told)
    if use.outage is not None:
        held = ", ".join(f"{key} {amount}" for key, amount in use.outage.hard.items())
        free = ", ".join(use.outage.unlimited)
        yield ""
        yield "while the admission service does not answer, only quotas of namespaces hold,"
        yield f"  together: {held or 'nothing'}" + (f"; no bound: {free}" if free else "")


def _table(use: BudgetUse) -> Iterator[str]:
    """Yield a row for each key."""
    rows = [("KEY", "BUDGET", "USED", "IN FLIGHT", "LEFT", "")]
    for key, hard in use.hard.items():
        remark = f"{use.over[key]} too much, nothing more is admitted" if key in use.over else ""
        if key in use.counting:
            remark = "new, still being counted"
        used, flight = use.used.get(key, "0"), use.in_flight.get(key, "0")
        rows.append((in_words(key), hard, used, flight, use.left.get(key, "0"), remark))
    yield from _columns(rows)


def _where(told: Told) -> Iterator[str]:
    """Yield for each key the namespaces and the controllers that take most of it."""
    use = told.use
    here = f" IN {told.namespace}" if told.namespace else ""
    rows: list[Sequence[str]] = [("KEY", "NAMESPACES", f"LARGEST{here}")]
    for key in use.hard:
        takers = [one for one in use.namespaces if one.used.get(key, "0") != "0"]
        owners = [one for one in use.owners if one.key == key]
        if not takers and not owners:
            continue
        namespaces = [_namespace(one, key) for one in takers[:SHOWN]]
        if len(takers) > SHOWN:
            namespaces.append(f"and {len(takers) - SHOWN} more")
        largest = [
            f"{one.owner} {one.used}" + ("" if told.namespace else f" in {one.namespace}")
            for one in owners
        ]
        for line in range(max(len(namespaces), len(largest))):
            cells = (of[line] if line < len(of) else "" for of in (namespaces, largest))
            rows.append(("" if line else in_words(key), *cells))
    yield from _columns(rows)


def _namespace(one: NamespaceUse, key: str) -> str:
    ceiling = f" of {one.hard[key]}" if key in one.hard else ""
    return f"{one.name} {one.used[key]}{ceiling}{' (being deleted)' if one.terminating else ''}"


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows with cells of equal width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _ago(age: timedelta) -> str:
    seconds = max(int(age.total_seconds()), 0)
    return f"{seconds} s ago" if seconds < 120 else f"{seconds // 60} min ago"
