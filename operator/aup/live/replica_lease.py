"""The Lease of one admission replica: by it the leader knows who is dead."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

from aup.api.meta import MANAGED_LABELS
from aup.errors import ApiError, ConflictError, NotFoundError, UnreachableError
from aup.kube.client import Cluster
from aup.kube.lease import steady
from aup.kube.resource import LEASES
from aup.kube.wire import micro_time
from aup.ledger.identity import Identity
from aup.ledger.margins import Margins

log = logging.getLogger(__name__)

REPLICA_LABEL: Final = "aup.asergo.com/replica"
"""Label of the Leases, whose value is the name of the release."""


def lease_name(release: str, replica: str) -> str:
    """Return the name of a replica's Lease."""
    return f"{release}-replica-{replica}"


def replica_of(release: str, name: str) -> str:
    """Return whose Lease it is."""
    return name.removeprefix(lease_name(release, ""))


class ReplicaLease:
    """Has an identity at all times; a lost one is followed by another, with nothing in hand."""

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        release: str,
        margins: Margins,
        on_lost: Callable[[], None],
    ) -> None:
        self._cluster = cluster.within(margins.renew)
        self._namespace = namespace
        self._release = release
        self._margins = margins
        self._on_lost = on_lost
        self._lease: dict[str, Any] | None = None
        self._look = asyncio.Event()
        self._ends = False
        self.identity = self._anew()

    def _anew(self) -> Identity:
        return Identity(str(uuid4()), self._margins.lease)

    @property
    def _name(self) -> str:
        return lease_name(self._release, self.identity.uid)

    async def run(self) -> None:
        """Renew until cancelled or released."""
        while not self._ends:
            try:
                if not self.identity.lost:
                    await self._renew()
            except (ConflictError, NotFoundError) as error:
                log.warning("replica lease lost", extra={"problem": str(error)})
                self.identity.refused()
            except (ApiError, UnreachableError) as error:
                log.warning("replica lease not renewed", extra={"problem": str(error)})
            if self.identity.lost and not self._ends:
                self.identity, self._lease = self._anew(), None
                self._on_lost()
                continue
            self._look.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._margins.renew):
                    await self._look.wait()

    def look(self) -> None:
        """Look at once whether the identity is still good."""
        self._look.set()

    async def release(self) -> None:
        """Delete the Lease, for a clean end: what is still checked out is fenced sooner."""
        self._ends = True
        if self._lease is not None:
            self.identity.refused()
            try:
                await self._cluster.delete(
                    LEASES, self._name, namespace=self._namespace, missing_ok=True
                )
            except (ApiError, UnreachableError) as error:
                log.warning("replica lease not deleted", extra={"problem": str(error)})

    async def _renew(self) -> None:
        """Create the Lease once, then write over the version that we wrote last."""
        identity, sent = self.identity, steady()
        spec = {
            "holderIdentity": identity.uid,
            "leaseDurationSeconds": int(self._margins.lease),
            "renewTime": micro_time(),
        }
        if self._lease is None:
            labels = {**MANAGED_LABELS, REPLICA_LABEL: self._release}
            manifest = LEASES.manifest(
                self._name, namespace=self._namespace, metadata={"labels": labels}, spec=spec
            )
            self._lease = await self._cluster.create(LEASES, manifest)
        else:
            self._lease = await self._cluster.replace(LEASES, {**self._lease, "spec": spec})
        identity.renewed(sent)
