"""The world of the provider's objects, kept current: what both roles compile terms from."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from aup import metrics
from aup.api.assignment import AddressAssignment
from aup.api.catalog import SoftwareCatalog
from aup.api.entitlement import LicenseEntitlement
from aup.api.exemption import Exemption
from aup.api.policy import AcceptableUsePolicy
from aup.api.tenant import Tenant
from aup.kube import resource
from aup.kube.reader import Reader
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed
from aup.policy.compiler import compile_terms
from aup.policy.difference import altered
from aup.policy.problem import Trouble
from aup.policy.revision import REVISION_LABEL, Revision, last_good, read_revision
from aup.policy.terms import Terms
from aup.policy.world import InForce, Objects, World, compile_world
from aup.rules import RULE_IDS

SETTLE_SECONDS = 0.05
"""Changes that come together are compiled together: a GitOps sync touches many objects."""

log = logging.getLogger(__name__)


def _revision(raw: bytes | msgspec.Raw) -> Revision | None:
    """Decode a ControllerRevision; one that cannot be read holds nothing to fall back on."""
    return read_revision(msgspec.json.decode(raw))


class LiveWorld:
    """Watches the provider's objects and compiles them; terms are cached until they change."""

    def __init__(self, reader: Reader, namespace: str, platform_namespaces: frozenset[str]) -> None:
        """Args: ``namespace`` is the operator's own, where revisions are kept."""

        def watch(of: resource.Resource, into: type[Any]) -> Informer[Any]:
            return Informer(reader, of, typed(into), on_change=self._changed)

        self.policies: Informer[AcceptableUsePolicy] = watch(
            resource.ACCEPTABLE_USE_POLICIES, AcceptableUsePolicy
        )
        self.tenants: Informer[Tenant] = watch(resource.TENANTS, Tenant)
        self.assignments: Informer[AddressAssignment] = watch(
            resource.ADDRESS_ASSIGNMENTS, AddressAssignment
        )
        self.catalogs: Informer[SoftwareCatalog] = watch(
            resource.SOFTWARE_CATALOGS, SoftwareCatalog
        )
        self.entitlements: Informer[LicenseEntitlement] = watch(
            resource.LICENSE_ENTITLEMENTS, LicenseEntitlement
        )
        self.exemptions: Informer[Exemption] = watch(resource.EXEMPTIONS, Exemption)
        # Not a cause to compile again: they are only what the first world falls back on.
        self.revisions: Informer[Revision | None] = Informer(
            reader,
            resource.CONTROLLER_REVISIONS,
            _revision,
            namespace=namespace,
            labels=REVISION_LABEL,
        )
        self._platform_namespaces = platform_namespaces
        self._dirty = asyncio.Event()
        self._unread: set[tuple[str, ObjectKey]] = set()
        self._world: World | None = None
        self._terms: dict[str, Terms] = {}
        self._listeners: list[Callable[[], None]] = []
        self.altered: frozenset[str] = frozenset()
        """Tenants for whom anything may be different since the compilation before."""
        self.compiled = asyncio.Event()
        """Set once the first world stands."""

    @property
    def informers(self) -> tuple[Informer[Any], ...]:
        """What has to run."""
        return (
            self.policies,
            self.tenants,
            self.assignments,
            self.catalogs,
            self.entitlements,
            self.exemptions,
            self.revisions,
        )

    @property
    def world(self) -> World:
        """The world as it was last compiled; wait for ``compiled`` before."""
        if self._world is None:
            raise RuntimeError("the world is not compiled yet")
        return self._world

    def has_read(self, kind: str, key: ObjectKey) -> bool:
        """Tell whether the world was compiled from what is written in an object now.

        If not, it knows nothing against the object, and that is no word for it.
        """
        return (kind, key) not in self._unread

    def on_compiled(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each compilation."""
        self._listeners.append(listener)

    async def run(self) -> None:
        """Compile again after changes, until cancelled. The informers run on their own."""
        await asyncio.gather(*(informer.synced.wait() for informer in self.informers))
        self._dirty.set()
        while True:
            await self._dirty.wait()
            if self.compiled.is_set():
                await asyncio.sleep(SETTLE_SECONDS)
            self._dirty.clear()
            self._compile()

    def terms(self, tenant: str, now: datetime) -> Terms | None:
        """Return what a tenant is held to now, from the cache while it is good."""
        cached = self._terms.get(tenant)
        if cached is not None and (cached.good_until is None or now < cached.good_until):
            return cached
        if self._world is None:
            return None
        terms = compile_terms(self._world, tenant, now)
        if isinstance(terms, Trouble):
            return None
        self._terms[tenant] = terms
        return terms

    def candidate(self, policy: AcceptableUsePolicy) -> World:
        """Return the world as it would be with this policy in the place of the one of its name."""
        name = policy.metadata.name
        objects = self._objects()
        others = tuple(p for p in objects.policies if p.metadata.name != name)
        return compile_world(
            replace(objects, policies=(*others, policy)),
            rules=RULE_IDS,
            platform_namespaces=self._platform_namespaces,
        )

    def tenants_of(self, groups: Iterable[str]) -> tuple[str, ...]:
        """Return the tenants that name one of these groups of users as theirs, sorted."""
        known = self._world.groups if self._world is not None else {}
        return tuple(sorted({name for group in groups for name in known.get(group, ())}))

    def _changed(self, key: ObjectKey, old: Any, new: Any) -> None:
        """Compile again, unless only the status is another one, which we wrote ourselves."""
        if old is None or new is None or _written(old) != _written(new):
            self._unread.add(((new or old).kind, key))
            self._dirty.set()

    def _compile(self) -> None:
        """Make a new world of what is known; the old one is what it falls back on."""
        last = self._world.in_force if self._world else self._recorded()
        self._unread.clear()
        before, self._world = (
            self._world,
            compile_world(
                self._objects(),
                rules=RULE_IDS,
                platform_namespaces=self._platform_namespaces,
                last=last,
            ),
        )
        self.altered = altered(before, self._world) if before else frozenset(self._world.accounts)
        for tenant in self.altered:
            self._terms.pop(tenant, None)
        self._count(self._world)
        self.compiled.set()
        for listener in self._listeners:
            listener()

    def _objects(self) -> Objects:
        """Return the provider's objects as they were last read."""
        return Objects(
            policies=tuple(self.policies.items.values()),
            tenants=tuple(self.tenants.items.values()),
            assignments=tuple(self.assignments.items.values()),
            catalogs=tuple(self.catalogs.items.values()),
            entitlements=tuple(self.entitlements.items.values()),
            exemptions=tuple(self.exemptions.items.values()),
        )

    def _recorded(self) -> InForce:
        """Return what an earlier process found good: editions, and who was held to which."""
        held = {
            key.name: tenant.status.policy_revision.partition("/")[0]
            for key, tenant in self.tenants.items.items()
            if tenant.status.policy_revision
        }
        editions = last_good(r for r in self.revisions.items.values() if r is not None)
        return replace(editions, bindings=held)

    def _count(self, world: World) -> None:
        """Tell how much is judged by older terms than what is written."""
        stale = [
            policy.metadata.name
            for policy in self.policies.items.values()
            if world.troubles_of(policy)
        ]
        if stale:
            metrics.SNAPSHOT_COMPILE_FAILURES.inc()
            log.warning("policies did not compile", extra={"policies": stale})
        metrics.SNAPSHOT_STALE.set(
            sum(world.in_force.bindings.get(tenant) in stale for tenant in world.accounts)
        )


def _written(obj: Any) -> tuple[str, Any]:
    """Return what the provider wrote, and in which object of that name."""
    return obj.metadata.uid, obj.spec
