"""What the benchmark compares: an engine that stands in the way of a Pod, alone."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from bench.checks import CHECKS, breaching
from bench.objects import pod
from support.controlplane import CommandError, ControlPlane
from support.waiting import until

APPLY_SECONDS: Final = 180.0


class Contender(Protocol):
    """An engine, or the way in which one is used."""

    @property
    def name(self) -> str:
        """How the table calls it."""
        ...

    def standing(self) -> AbstractContextManager[tuple[int, ...]]:
        """Bring it about, prove that it refuses, and take it away again.

        Gives the processes that decide; none where the API server decides by itself.
        """
        ...


def prove(cluster: ControlPlane, by: str) -> None:
    """Wait until each of the six checks is refused by an engine, and the good Pod is admitted.

    Args:
        cluster: the API server.
        by: words in every refusal that are nobody else's.

    Raises:
        TimeoutError: the engine enforces nothing, or not everything; says what is missing.

    """
    missed: list[str] = []

    def refuses() -> bool:
        missed[:] = _lacking(cluster, by)
        return not missed

    try:
        until(f"six refusals by {by}", refuses)
    except TimeoutError as error:
        raise TimeoutError(f"{error}; missed: {missed}") from None
    admitted = try_pod(cluster, pod())
    if admitted:
        raise RuntimeError(f"{by} refuses the Pod of the benchmark: {admitted}")


def _lacking(cluster: ControlPlane, by: str) -> list[str]:
    """Return the checks that an engine does not refuse for the right reason."""
    missed = []
    for check in CHECKS:
        refusal = try_pod(cluster, breaching(check))
        if not (by in refusal and check.message in refusal):
            missed.append(f"{check.name}: {refusal or 'admitted'}")
    return missed


def try_pod(cluster: ControlPlane, manifest: Mapping[str, Any]) -> str:
    """Create a Pod by dry run and return the refusal; empty when it was admitted."""
    done = cluster.kubectl(
        *("create", "--dry-run=server", "-f", "-"), input=json.dumps(manifest), check=False
    )
    return done.stderr if done.returncode else ""


def apply(cluster: ControlPlane, *objects: Mapping[str, Any]) -> None:
    """Create objects, or bring them to what is said here."""
    # On the server's side: the larger definitions would not fit into kubectl's annotation.
    cluster.kubectl(
        *("apply", "--server-side", "--force-conflicts", "-f", "-"), input=_together(objects)
    )


def apply_soon(cluster: ControlPlane, *objects: Mapping[str, Any]) -> None:
    """Apply, again and again until somebody has prepared what that needs."""
    refusals = [""]

    def applied() -> bool:
        try:
            apply(cluster, *objects)
        except CommandError as error:
            refusals[0] = str(error)
            return False
        return True

    try:
        until("to apply objects", applied, APPLY_SECONDS)
    except TimeoutError as error:
        raise TimeoutError(f"{error}; {refusals[0]}") from None


def delete(cluster: ControlPlane, *objects: Mapping[str, Any]) -> None:
    """Delete objects, those that are there."""
    cluster.kubectl("delete", "--ignore-not-found", "-f", "-", input=_together(objects))


def _together(objects: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
