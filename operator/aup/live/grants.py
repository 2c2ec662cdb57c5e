"""Grants of access: whom of the provider's staff each namespace lets in now.

Tenants write them, so they are no part of the world: nobody's terms are compiled again for one.
"""

from collections.abc import Mapping
from datetime import datetime

from aup.api.support import SupportAccessGrant
from aup.kube.reader import Reader
from aup.kube.resource import SUPPORT_ACCESS_GRANTS
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed
from aup.policy.sections.conduct import grants_in_force
from aup.policy.sections.moment import Moment
from aup.policy.terms import GrantTerm

_NONE: Mapping[ObjectKey, SupportAccessGrant] = {}


class Grants:
    """Grants as they were last seen, by namespace."""

    def __init__(self, reader: Reader) -> None:
        self.informer: Informer[SupportAccessGrant] = Informer(
            reader, SUPPORT_ACCESS_GRANTS, typed(SupportAccessGrant), on_change=self._changed
        )
        self._by_namespace: dict[str, dict[ObjectKey, SupportAccessGrant]] = {}

    def in_force(self, namespace: str, now: datetime) -> tuple[GrantTerm, ...]:
        """Return the grants of a namespace that count now."""
        found = self._by_namespace.get(namespace, _NONE)
        return tuple(grants_in_force(found.values(), Moment(now)))

    def _changed(
        self, key: ObjectKey, _old: SupportAccessGrant | None, new: SupportAccessGrant | None
    ) -> None:
        """Keep the index."""
        held = self._by_namespace.setdefault(key.namespace, {})
        if new is not None:
            held[key] = new
            return
        held.pop(key, None)
        if not held:
            del self._by_namespace[key.namespace]
