"""``aup export``: what one tenant is held to, as a file for ``aup check --bundle``.

Who may read the provider's objects gets what the tenant may see of them. A tenant may read its
TenantReport only, and gets that.
"""

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from aup.cli import connection
from aup.errors import ForbiddenError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.description = (
        "Write a bundle for 'aup check' out of a cluster: the tenant's contract, addresses, names, "
        "licences, consent and the software catalogue, and nothing of any other tenant. A tenant, "
        "who may read its TenantReport only, names one of its namespaces and gets what that says."
    )
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("tenant", nargs="?", metavar="TENANT", help="name of the tenant")
    whose.add_argument("--namespace", "-n", help="one of the tenant's namespaces, instead")
    parser.add_argument(
        "--output", "-o", type=Path, metavar="FILE", help="default: standard output"
    )
    connection.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the bundle."""
    text = asyncio.run(_export(options, datetime.now(UTC).replace(microsecond=0)))
    if options.output is None:
        sys.stdout.write(text)
        return 0
    try:
        options.output.write_text(text, encoding="utf-8")
    except OSError as error:
        from aup.cli.provided import ExportError

        raise ExportError(problem=f"{options.output}: {error.strerror or error}") from error
    return 0


async def _export(options: argparse.Namespace, now: datetime) -> str:
    """Return the text of the bundle."""
    from aup.cli.provided import ExportError, read_world, report_of, tenant_of
    from aup.cli.reduce import reduced, report_only, written
    from aup.policy.compiler import compile_terms
    from aup.policy.problem import Trouble

    async with connection.connected(options) as cluster:
        try:
            tenant = options.tenant or await tenant_of(cluster, options.namespace)
            world = await read_world(cluster, options.operator_namespace)
        except ForbiddenError as error:
            if options.namespace is None:
                problem = f"{error}; name a namespace of yours: aup export --namespace NAMESPACE"
                raise ExportError(problem=problem) from error
            report = report_only(await report_of(cluster, options.namespace))
            return written([report], options.namespace, now)
    terms = compile_terms(world, tenant, now)
    if isinstance(terms, Trouble):
        raise ExportError(problem=terms.message)
    return written(reduced(world, terms, now), tenant, now)
