"""``aup impact TENANT``: what would be refused at its next restart, once notice is over."""

import argparse
import asyncio
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from aup.audit.impact import Impact, enforced, impact
from aup.cli import connection
from aup.engine import message
from aup.errors import AupError
from aup.policy.terms import Terms
from aup.text import plural


class UnknownTenantError(AupError):
    """The cluster has no terms for a tenant."""

    def __init__(self, *, tenant: str, known: Iterable[str]) -> None:
        names = ", ".join(sorted(known)) or "none"
        super().__init__(f"tenant {tenant!r} has no terms in this cluster; tenants: {names}")
        self.tenant = tenant


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.description = (
        "Judge what exists as if enforcement had begun: templates of controllers, "
        "also of those scaled to zero, pods of their own, services and routes."
    )
    parser.add_argument("tenant", metavar="TENANT")
    parser.add_argument("--output", "-o", choices=("text", "json"), default="text")
    connection.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Print what would be refused; exit code 1 if anything would be."""
    terms, found = asyncio.run(_impact(options))
    if options.output == "json":
        print(json.dumps([_as_json(one) for one in found], indent=2))
    else:
        print("\n".join(_as_text(terms, found)))
    return 1 if any(one.refused for one in found) else 0


async def _impact(options: argparse.Namespace) -> tuple[Terms, list[Impact]]:
    """Look at the cluster and judge."""
    from aup.live.once import look
    from aup.live.stored import judged_here, stored_objects

    async with (
        connection.connected(options) as cluster,
        look(cluster, options.operator_namespace, frozenset()) as seen,
    ):
        terms = seen.world.terms(options.tenant, datetime.now(UTC))
        if terms is None:
            raise UnknownTenantError(tenant=options.tenant, known=seen.world.world.accounts)
        namespaces = seen.surroundings.namespaces_of(options.tenant)
        resources = await judged_here(cluster)
        objects = [
            stored
            for namespace in namespaces
            async for stored in stored_objects(cluster, namespace, resources)
        ]
        return terms, list(impact(objects, enforced(terms), seen.surroundings))


def _as_text(terms: Terms, found: list[Impact]) -> Iterator[str]:
    """Yield what a person reads."""
    when = terms.enforce_from.isoformat() if terms.enforce_from else "now"
    revision = terms.policy.stamp
    yield f"tenant {terms.tenant} under {revision}, enforced from {when}"
    for one in found:
        would = "would be refused" if one.refused else "would be warned about"
        yield f"{one.object} in {one.namespace} {would} at its next restart"
        for finding in one.findings:
            yield f"  {message.line(finding)}"
    refused = sum(one.refused for one in found)
    yield f"{plural(refused, 'object')} would be refused"


def _as_json(one: Impact) -> dict[str, Any]:
    """Return what a program reads."""
    return {
        "kind": one.kind,
        "namespace": one.namespace,
        "name": one.name,
        "refused": one.refused,
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
