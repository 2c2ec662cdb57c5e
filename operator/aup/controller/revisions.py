"""What is in force is kept as ControllerRevisions, so that it outlives every process."""

from collections.abc import Iterable

from typing_extensions import override

from aup.controller.context import Context
from aup.controller.reconciler import Reconciler, Wake
from aup.kube.resource import CONTROLLER_REVISIONS
from aup.kube.wire import ObjectKey
from aup.policy.revision import due, surplus

THE_RECORD = ObjectKey("", "revisions")
"""The only key: all editions are compared at once."""


class Revisions(Reconciler):
    """Writes the editions that are missing, and forgets the oldest."""

    name = "revisions"

    def __init__(self, context: Context) -> None:
        self._context = context

    @override
    def attach(self, wake: Wake) -> None:
        """Look again in each new world, and when the record changes."""
        self._context.world.on_compiled(lambda: wake(THE_RECORD))
        self._context.world.revisions.subscribe(lambda *_: wake(THE_RECORD))

    @override
    def first_keys(self) -> Iterable[ObjectKey]:
        """Record at once."""
        return (THE_RECORD,)

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Bring the record up to date."""
        world, cluster = self._context.world, self._context.cluster
        namespace = self._context.settings.namespace
        recorded = [found for found in world.revisions.items.values() if found is not None]
        for revision in due(recorded, world.world.in_force):
            await cluster.apply(CONTROLLER_REVISIONS, revision.manifest(namespace))
        for revision in surplus(recorded):
            await cluster.delete(
                CONTROLLER_REVISIONS, revision.object_name, namespace=namespace, missing_ok=True
            )
        return None
