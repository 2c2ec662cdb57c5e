"""Quotas, limit ranges and the use of pods in all namespaces, as the planner wants them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from sys import intern
from typing import Any, Final, TypeVar

import msgspec

from aup.api.meta import LIMIT_RANGE_NAME, QUOTA_NAME, Quantity
from aup.budget.figures import Taken
from aup.budget.keys import is_pod_key
from aup.budget.likeness import likeness
from aup.budget.manifests import amounts
from aup.budget.owners import owner_of
from aup.budget.planner import NamespaceUse
from aup.budget.transition import ABSENT, Quota
from aup.budget.usage import Amounts, Defaults, Pod, charge, use
from aup.controller.context import Context
from aup.facts.quantity import add, total
from aup.kube.resource import LIMIT_RANGES, PODS, RESOURCE_QUOTAS
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed

T = TypeVar("T")
MOST_TEMPLATES: Final = 65_536
"""Pods that are kept to be shared."""
Quantities = Mapping[str, Quantity] | None


class _Hard(msgspec.Struct, frozen=True):
    hard: Quantities = None
    used: Quantities = None


class _QuotaSpec(_Hard, frozen=True, rename="camel"):
    scopes: tuple[str, ...] | None = None
    scope_selector: Mapping[str, Any] | None = None


class _Quota(msgspec.Struct, frozen=True):
    """A ResourceQuota as far as it is read."""

    spec: _QuotaSpec = _QuotaSpec()
    status: _Hard = _Hard()

    @property
    def narrowed(self) -> bool:
        """Tell whether it counts some pods only, which nothing but a new one can change."""
        return bool(self.spec.scopes or self.spec.scope_selector)


class Limit(msgspec.Struct, frozen=True, rename="camel"):
    """One entry of a LimitRange."""

    type: str = ""
    default: Quantities = None
    default_request: Quantities = None


class _Limits(msgspec.Struct, frozen=True):
    limits: tuple[Limit, ...] | None = None


class _LimitRange(msgspec.Struct, frozen=True):
    """A LimitRange as far as it is read."""

    spec: _Limits = _Limits()


Changed = Callable[[str], None]
"""Told the name of a namespace."""


class LiveQuotas:
    """What each namespace may use, and uses."""

    def __init__(self, context: Context, *, on_quota: Changed, on_use: Changed) -> None:
        """Args: ``on_quota`` hears of quotas and limit ranges, ``on_use`` of pods and of use."""
        self._on_quota = on_quota
        self._on_use = on_use
        reader = context.cluster
        # By name, so that nobody else's quota becomes ours, nor one without our label escapes.
        self._quotas = Informer(
            reader,
            RESOURCE_QUOTAS,
            typed(_Quota),
            fields=f"metadata.name={QUOTA_NAME}",
            on_change=self._quota_changed,
        )
        self._ranges = Informer(
            reader,
            LIMIT_RANGES,
            typed(_LimitRange),
            on_change=self._range_changed,
        )
        context.surroundings.watched.pods.view(self._alike, on_change=self._pod_changed)
        self._owners = context.surroundings.watched.pods.view(
            lambda pod, _: intern(owner_of(pod.metadata))
        )
        self._templates: dict[bytes, Pod] = {}
        self._by_namespace: defaultdict[str, dict[ObjectKey, Pod]] = defaultdict(dict)
        self._foreign: defaultdict[str, dict[ObjectKey, _LimitRange]] = defaultdict(dict)
        """By namespace: the limit ranges that are not ours."""

    @property
    def informers(self) -> tuple[Informer[Any], ...]:
        """What has to run, beside the watch of pods."""
        return (self._quotas, self._ranges)

    def quota(self, namespace: str) -> Quota:
        """Return our quota of a namespace; `ABSENT` without one that counts everything."""
        found = self._quotas.items.get(ObjectKey(namespace, QUOTA_NAME))
        if found is None or found.narrowed:
            return ABSENT
        return Quota(
            spec=amounts(found.spec.hard),
            status=amounts(found.status.hard) if found.status.hard is not None else None,
        )

    def has_quota(self, namespace: str) -> bool:
        """Return whether a quota of our name is there, in force or not."""
        return ObjectKey(namespace, QUOTA_NAME) in self._quotas.items

    def is_narrowed(self, namespace: str) -> bool:
        """Tell whether a quota of our name has scopes: it is older than the guard."""
        found = self._quotas.items.get(ObjectKey(namespace, QUOTA_NAME))
        return found is not None and found.narrowed

    def limits(self, namespace: str) -> tuple[Limit, ...] | None:
        """Return what our LimitRange of a namespace says; ``None`` without one."""
        found = self._ranges.items.get(ObjectKey(namespace, LIMIT_RANGE_NAME))
        return None if found is None else found.spec.limits or ()

    def use(self, namespace: str, defaults: Defaults) -> NamespaceUse:
        """Return a namespace as the planner wants it.

        Args:
            namespace: its name.
            defaults: what pods that say nothing would be given, were they created anew.

        """
        found = self._quotas.items.get(ObjectKey(namespace, QUOTA_NAME))
        counted = amounts(found.status.used) if found else {}
        pods = use(self._by_namespace.get(namespace, {}).values(), defaults)
        return NamespaceUse(
            name=namespace,
            used={k: v for k, v in counted.items() if not is_pod_key(k)} | dict(pods),
            hard=self.quota(namespace).spec,
            defaulted=self._defaulted(namespace),
        )

    def used(self, namespaces: tuple[str, ...], keys: Amounts) -> Amounts:
        """Return what the API server counts under some keys, all the namespaces together."""
        parts: defaultdict[str, list[Decimal]] = defaultdict(list)
        for namespace in namespaces:
            found = self._quotas.items.get(ObjectKey(namespace, QUOTA_NAME))
            for key, amount in amounts(found.status.used if found else None).items():
                parts[key].append(amount)
        return {key: total(parts[key]) for key in keys if key in parts}

    def taken(self, _tenant: str, namespace: str) -> Iterator[Taken]:
        """Yield what the pods of each owner take in a namespace."""
        by_owner: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
        for key, pod in self._by_namespace.get(namespace, {}).items():
            whole = by_owner[self._owners.get(key) or f"{PODS.kind}/{key.name}"]
            for name, amount in charge(pod).items():
                whole[name] = add(whole.get(name, Decimal(0)), amount)
        return (Taken(namespace, owner, whole) for owner, whole in by_owner.items())

    def _defaulted(self, namespace: str) -> frozenset[str]:
        """Return the resources for which a LimitRange that is not ours gives defaults."""
        return frozenset(
            resource
            for found in self._foreign.get(namespace, {}).values()
            for limit in found.spec.limits or ()
            if limit.type == "Container"
            for resource in (*(limit.default or ()), *(limit.default_request or ()))
        )

    def _quota_changed(self, key: ObjectKey, old: _Quota | None, new: _Quota | None) -> None:
        """Tell apart what must be acted on at once, and use, which changes with every pod."""
        if old and new and (old.spec.hard, old.status.hard) == (new.spec.hard, new.status.hard):
            self._on_use(key.namespace)
        else:
            self._on_quota(key.namespace)

    def _range_changed(
        self, key: ObjectKey, _old: _LimitRange | None, new: _LimitRange | None
    ) -> None:
        if key.name != LIMIT_RANGE_NAME:
            _file(self._foreign, key, new)
        self._on_quota(key.namespace)

    def _alike(self, pod: Pod, _: bytes | msgspec.Raw) -> Pod:
        """Return what a pod is charged by, the same object for all that are alike."""
        mark, alike = likeness(pod)
        if len(self._templates) >= MOST_TEMPLATES:
            self._templates.clear()
        return self._templates.setdefault(mark, alike)

    def _pod_changed(self, key: ObjectKey, _old: Pod | None, new: Pod | None) -> None:
        _file(self._by_namespace, key, new)
        self._on_use(key.namespace)


def _file(shelf: defaultdict[str, dict[ObjectKey, T]], key: ObjectKey, value: T | None) -> None:
    """Keep an index by namespace current; an empty shelf goes."""
    if value is not None:
        shelf[key.namespace][key] = value
    elif key.namespace in shelf:
        shelf[key.namespace].pop(key, None)
        if not shelf[key.namespace]:
            del shelf[key.namespace]
