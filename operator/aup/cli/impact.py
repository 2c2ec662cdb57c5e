"""``aup impact``: what would be refused at its next restart, now or under a coming policy."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aup.api.policy import AcceptableUsePolicy
from aup.audit.impact import Impact, enforced, impact
from aup.audit.stored import Stored
from aup.cli import connection
from aup.cli.candidate import CandidateError, read_candidate
from aup.engine import message
from aup.errors import AupError
from aup.policy.compiler import compile_terms
from aup.policy.terms import Terms
from aup.policy.world import World
from aup.text import plural

if TYPE_CHECKING:
    from aup.live.once import Look


class UnknownTenantError(AupError):
    """The cluster has no terms for a tenant."""

    def __init__(self, *, tenant: str, known: Iterable[str]) -> None:
        names = ", ".join(sorted(known)) or "none"
        super().__init__(f"tenant {tenant!r} has no terms in this cluster; tenants: {names}")
        self.tenant = tenant


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is ahead of one tenant."""

    terms: Terms
    found: tuple[Impact, ...]
    already: frozenset[tuple[str, str, str]]
    """Objects that would be refused under the policy in force, too; empty without a candidate."""

    def is_new(self, one: Impact) -> bool:
        """Tell whether it is the candidate that would refuse an object."""
        return one.refused and (one.kind, one.namespace, one.name) not in self.already


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.description = (
        "Judge what exists as if enforcement had begun: templates of controllers, also of those "
        "scaled to zero, pods of their own, services and routes. With --policy, as if that "
        "policy were in force: what it would refuse beyond the present one is marked as new."
    )
    parser.add_argument(
        "tenant", metavar="TENANT", nargs="?", help="default with --policy: all that it would hold"
    )
    parser.add_argument(
        "--policy", type=Path, metavar="FILE", help="a candidate AcceptableUsePolicy"
    )
    parser.add_argument("--output", "-o", choices=("text", "json"), default="text")
    connection.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Print what would be refused; exit code 1 if anything would be."""
    warnings: list[str] = []
    candidate = read_candidate(options.policy, warnings) if options.policy else None
    for warning in warnings:
        print(f"aup: {warning}", file=sys.stderr)
    if candidate is None and not options.tenant:
        raise CandidateError(problem="name a TENANT, or a candidate with --policy")
    outlooks = asyncio.run(_outlooks(options, candidate))
    if options.output == "json":
        print(json.dumps([_as_json(o, one) for o in outlooks for one in o.found], indent=2))
    else:
        print("\n".join(line for o in outlooks for line in _as_text(o, candidate)))
    return 1 if any(one.refused for o in outlooks for one in o.found) else 0


async def _outlooks(
    options: argparse.Namespace, candidate: AcceptableUsePolicy | None
) -> list[Outlook]:
    """Look at the cluster and judge, tenant by tenant."""
    from aup.live.once import look
    from aup.live.stored import judged_here, stored_objects

    now = datetime.now(UTC)
    async with (
        connection.connected(options) as cluster,
        look(cluster, options.operator_namespace, frozenset()) as seen,
    ):
        present = seen.world.world
        coming = seen.world.candidate(candidate) if candidate else present
        if candidate and (troubles := coming.troubles_of(candidate)):
            raise CandidateError(problem="; ".join(t.message for t in troubles))
        resources = await judged_here(cluster)
        found = []
        for tenant in _tenants(options.tenant, candidate, coming):
            objects = [
                stored
                for namespace in seen.surroundings.namespaces_of(tenant)
                async for stored in stored_objects(cluster, namespace, resources)
            ]
            found.append(_outlook(tenant, objects, seen, (present, coming), now))
        return found


def _tenants(
    asked: str | None, candidate: AcceptableUsePolicy | None, world: World
) -> Iterable[str]:
    """Return the tenants to look at: the one that was asked for, or all of the candidate's."""
    if asked:
        return (asked,)
    name = candidate.metadata.name if candidate else ""
    return sorted(n for n, a in world.accounts.items() if a.tenant.spec.policy == name)


def _outlook(
    tenant: str,
    objects: list[Stored],
    seen: "Look",
    worlds: tuple[World, World],
    now: datetime,
) -> Outlook:
    """Judge a tenant's objects under the coming world, and under the present one if it differs."""
    present, coming = worlds
    terms = compile_terms(coming, tenant, now)
    if not isinstance(terms, Terms):
        raise UnknownTenantError(tenant=tenant, known=coming.accounts)
    found = tuple(impact(objects, enforced(terms), seen.surroundings))
    before = compile_terms(present, tenant, now) if coming is not present else None
    standing = (
        impact(objects, enforced(before), seen.surroundings) if isinstance(before, Terms) else ()
    )
    already = frozenset((i.kind, i.namespace, i.name) for i in standing if i.refused)
    return Outlook(terms, found, already)


def _as_text(outlook: Outlook, candidate: AcceptableUsePolicy | None) -> Iterator[str]:
    """Yield what a person reads."""
    terms = outlook.terms
    when = terms.enforce_from.isoformat() if terms.enforce_from else "now"
    under = f"candidate {terms.policy.stamp}" if candidate else terms.policy.stamp
    yield f"tenant {terms.tenant} under {under}, enforced from {when}"
    for one in outlook.found:
        would = "would be refused" if one.refused else "would be warned about"
        new = " (new)" if candidate and outlook.is_new(one) else ""
        yield f"{one.object} in {one.namespace} {would} at its next restart{new}"
        for finding in one.findings:
            yield f"  {message.line(finding)}"
    refused = sum(one.refused for one in outlook.found)
    of_them = sum(outlook.is_new(one) for one in outlook.found)
    beyond = f", {of_them} of them new" if candidate else ""
    yield f"{plural(refused, 'object')} would be refused{beyond}"


def _as_json(outlook: Outlook, one: Impact) -> dict[str, Any]:
    """Return what a program reads."""
    return {
        "tenant": outlook.terms.tenant,
        "policy": outlook.terms.policy.stamp,
        "kind": one.kind,
        "namespace": one.namespace,
        "name": one.name,
        "refused": one.refused,
        "new": outlook.is_new(one),
        "findings": [
            {
                "rule": f.rule,
                "clause": f.clause,
                "outcome": f.outcome.value,
                "path": f.violation.path,
                "value": f.violation.value,
                "message": message.sentence(f),
            }
            for f in one.findings
        ],
    }
