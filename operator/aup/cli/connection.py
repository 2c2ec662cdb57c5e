"""What the commands that talk to a cluster share."""

import argparse
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aup.kube.client import Cluster


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say which cluster, and which release in it."""
    add_cluster(parser)
    parser.add_argument(
        "--operator-namespace", default="aup-system", help="where the operator is installed"
    )


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say which cluster."""
    parser.add_argument("--kubeconfig", type=Path, help="default: as kubectl")
    parser.add_argument("--context", help="context of the kubeconfig")


@contextlib.asynccontextmanager
async def connected(options: argparse.Namespace) -> AsyncIterator["Cluster"]:
    """Connect with the credentials of the person at the keyboard."""
    # Here and not above: the client takes most of a second to import, and other commands start
    # without it.
    from aup.kube.client import Cluster

    cluster = await Cluster.connect(kubeconfig=options.kubeconfig, context=options.context)
    async with cluster:
        yield cluster
