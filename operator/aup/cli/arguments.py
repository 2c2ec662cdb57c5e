"""Arguments that several subcommands share."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aup import presets

if TYPE_CHECKING:
    from aup.cli.bundle import Wanted


def add_terms(parser: argparse.ArgumentParser, namespace: str = "default") -> None:
    """Add the flags that say what manifests are judged by, and when."""
    parser.add_argument(
        "--bundle",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="what you are held to: a file of 'aup export', a TenantReport, or files and folders "
        "with the provider's objects (policy, tenant, assignments, catalogue …); repeatable",
    )
    parser.add_argument(
        "--preset",
        default=presets.DEFAULT,
        choices=presets.names(),
        help="contract where the bundle brings none",
    )
    parser.add_argument(
        "--tenant",
        default="",
        help="whose objects they are; needed if the bundle has several tenants and a namespace "
        "does not tell",
    )
    parser.add_argument(
        "--namespace", "-n", default=namespace, help="where a manifest says none itself"
    )
    parser.add_argument(
        "--at",
        type=instant,
        metavar="TIME",
        help="judge as of a time, for example 2027-01-31T00:00:00Z (default: now)",
    )


def instant(text: str) -> datetime:
    """Read a time; one without an offset is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time as in RFC 3339") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def wanted(options: argparse.Namespace) -> "Wanted":
    """Return what these flags ask for."""
    from aup.cli.bundle import Wanted

    return Wanted(tuple(options.bundle), options.preset, options.tenant, options.at)
