"""AddressUse: who used which address or name, from when to when, as Kubernetes says it.

A restart neither loses nor doubles an interval: nothing is compared before every watch is synced,
and then the history that is stored is the one that goes on.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from ipaddress import ip_address
from typing import Any, Final, NamedTuple

import msgspec
from typing_extensions import override

from aup.abuse.uses import Reachable, Target, User, intervals
from aup.api.address_use import AddressUse, AddressUseStatus, UseInterval
from aup.api.meta import MANAGED_LABELS, TENANT_LABEL, write
from aup.api.sections.resources import EvidenceTerms
from aup.controller.context import Context
from aup.controller.reconciler import NEVER, Reconciler, Wake, asleep
from aup.kube.resource import ADDRESS_USES, GATEWAYS, INGRESSES, SERVICES, Resource
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed
from aup.live.surroundings import LiveNamespace
from aup.live.watched import Service

Targets = frozenset[Target]
NOWHERE: Final[Targets] = frozenset()

_REACHABLE: Final = typed(Reachable)


class _Source(NamedTuple):
    """An object that is reached from outside."""

    kind: str
    key: ObjectKey

    @property
    def text(self) -> str:
        """Return ``Service/web``."""
        return f"{self.kind}/{self.key.name}"


class AddressUses(Reconciler):
    """Works on the AddressUse of one address or hostname, by its name."""

    name = "addressuses"

    def __init__(self, context: Context) -> None:
        self._context = context
        self._wake: Wake = asleep
        self._recorded = Informer(context.cluster, ADDRESS_USES, typed(AddressUse))
        context.surroundings.watched.services.view(
            _reached, on_change=partial(self._changed, SERVICES)
        )
        self._sources = tuple(
            Informer(
                context.cluster,
                resource,
                _targets,
                on_change=partial(self._changed, resource),
                keep_undecodable=False,
                optional=resource is GATEWAYS,
            )
            for resource in (INGRESSES, GATEWAYS)
        )
        self._users: defaultdict[Target, set[_Source]] = defaultdict(set)
        self._targets: dict[str, Target] = {}
        """What is used now, by the name of its AddressUse."""
        self._namespaces: defaultdict[str, dict[_Source, frozenset[Target]]] = defaultdict(dict)
        self._written: dict[str, tuple[UseInterval, ...]] = {}
        """What we wrote last: the watch may be behind, and nobody else writes."""

    @property
    @override
    def informers(self) -> tuple[Informer[Any], ...]:
        """Return the watches of what is reached, and of what is recorded."""
        return (self._recorded, *self._sources)

    @override
    def attach(self, wake: Wake) -> None:
        """Be woken by stamps, and by a new world, in which addresses have other holders."""
        self._wake = wake
        self._context.world.on_compiled(self._wake_all)
        self._context.surroundings.namespaces.subscribe(self._stamped)

    @override
    def first_keys(self) -> Iterable[ObjectKey]:
        """Begin with what is recorded and what is there."""
        return {*self._recorded.items, *(ObjectKey("", name) for name in self._targets)}

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Bring the history of one target up to date."""
        recorded = self._recorded.items.get(key)
        target = self._targets.get(key.name) or (_target(recorded) if recorded else None)
        if target is None:
            return NEVER
        now = self._context.now()
        before = self._written.get(key.name) or (recorded.status.intervals if recorded else ())
        after = intervals(before, self._present(target, now), now, self._retention())
        if not after:
            return await self._forget(key.name, recorded)
        cluster = self._context.cluster
        if recorded is None and not before:
            labels = {"labels": dict(MANAGED_LABELS)}
            manifest = ADDRESS_USES.manifest(key.name, metadata=labels, spec=write(target.spec))
            await cluster.apply(ADDRESS_USES, manifest)
        if after != before:
            status = write(AddressUseStatus(intervals=after))
            await cluster.apply_status(ADDRESS_USES, key.name, status)
            self._written[key.name] = after
        return None

    async def _forget(self, name: str, recorded: AddressUse | None) -> float:
        """Remove a history of which nothing is kept any more."""
        self._written.pop(name, None)
        if recorded is not None:
            await self._context.cluster.delete(ADDRESS_USES, name, missing_ok=True)
        return NEVER

    def _present(self, target: Target, now: datetime) -> list[User]:
        """Return who uses a target now, among the tenants' namespaces."""
        registry = self._context.world.world.registry
        if target.address and registry.holder(ip_address(target.address), now) is None:
            # The platform's own address, which many share: it leads to nobody.
            return []
        found = []
        for source in self._users.get(target, ()):
            namespace = self._context.surroundings.namespace(source.key.namespace)
            if namespace and (tenant := namespace.label(TENANT_LABEL)):
                meta = namespace.metadata
                found.append(User(meta.name, meta.uid, tenant, source.text))
        return found

    def _retention(self) -> timedelta:
        """Return the longest time that a policy wants evidence to be kept."""
        editions = self._context.world.world.editions.values()
        days = [edition.spec.evidence.retention_days for edition in editions]
        return timedelta(days=max(days, default=EvidenceTerms().retention_days))

    def _changed(
        self, resource: Resource, key: ObjectKey, old: Targets | None, new: Targets | None
    ) -> None:
        """Keep the indexes, and look at what has one user more or less."""
        source = _Source(resource.kind, key)
        before, after = old or NOWHERE, new or NOWHERE
        for target in before - after:
            self._users[target].discard(source)
            if not self._users[target]:
                del self._users[target]
                self._targets.pop(target.name, None)
        for target in after - before:
            self._users[target].add(source)
            self._targets[target.name] = target
        self._namespaces[key.namespace][source] = after
        if not after:
            del self._namespaces[key.namespace][source]
        for target in before ^ after:
            self._wake(ObjectKey("", target.name))

    def _stamped(
        self, key: ObjectKey, old: LiveNamespace | None, new: LiveNamespace | None
    ) -> None:
        """Look at everything of a namespace that has changed hands."""
        if _owner(old) != _owner(new):
            for targets in self._namespaces.get(key.name, {}).values():
                for target in targets:
                    self._wake(ObjectKey("", target.name))

    def _wake_all(self) -> None:
        for key in self.first_keys():
            self._wake(key)


def _targets(raw: bytes | msgspec.Raw) -> Targets:
    return _REACHABLE(raw).targets


def _reached(_: Service, raw: bytes | msgspec.Raw) -> Targets:
    """Return what a Service is reached by; one that cannot be read is not reached."""
    try:
        return _targets(raw)
    except msgspec.MsgspecError:
        return NOWHERE


def _owner(namespace: LiveNamespace | None) -> tuple[str, str] | None:
    return (namespace.metadata.uid, namespace.label(TENANT_LABEL)) if namespace else None


def _target(recorded: AddressUse) -> Target:
    return Target(recorded.spec.address or "", recorded.spec.hostname or "")
