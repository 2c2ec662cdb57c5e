"""What tenants are told of their own use: written by who measures, read by who writes reports."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from aup.api.abuse import MeasuredUse
from aup.api.report import ReportedUse, UseState
from aup.api.sections.fair_use import Measure
from aup.fairuse.limits import Limit
from aup.fairuse.notice import notice
from aup.policy.edition import Edition


class Watched(NamedTuple):
    """A tenant and what is measured of it."""

    tenant: str
    measure: Measure


class UseNotices:
    """The notices in force, in memory: they follow from what is measured."""

    def __init__(self, *, measured: bool) -> None:
        """Begin with none.

        Args:
            measured: whether anybody measures; if so, nothing is known at first.

        """
        self._known = not measured
        self._notices: dict[Watched, ReportedUse] = {}
        self._usages: dict[Watched, MeasuredUse] = {}
        self._callbacks: list[Callable[[str], None]] = []

    def on_change(self, callback: Callable[[str], None]) -> None:
        """Add a callback; it is told each tenant whose notices have changed."""
        self._callbacks.append(callback)

    def of(self, tenant: str) -> tuple[ReportedUse, ...] | None:
        """Return a tenant's notices, by measure; ``None`` while nobody knows."""
        if not self._known:
            return None
        return tuple(self._notices[w] for w in sorted(self._notices) if w.tenant == tenant)

    def state(self, watched: Watched) -> UseState | None:
        """Return what a tenant was told; ``None`` for nothing."""
        found = self._notices.get(watched)
        return found.state if found else None

    def remember(self, watched: Watched, usage: MeasuredUse) -> None:
        """Take up the numbers that an earlier process reported."""
        self._usages[watched] = usage

    def tell(
        self,
        watched: Watched,
        state: UseState,
        usage: MeasuredUse | None,
        limit: Limit,
        edition: Edition,
    ) -> None:
        """Tell a tenant; without new numbers those that are remembered."""
        usage = usage or self._usages.get(watched)
        if usage is not None:
            self._usages[watched] = usage
            self._notices[watched] = notice(usage, state, limit, edition)
            self._changed(watched.tenant)

    def keep(self, measure: Measure, tenants: Collection[str]) -> None:
        """Take back what is said of a measure to all others."""
        for watched in [w for w in self._notices if w.measure is measure]:
            if watched.tenant not in tenants:
                self.drop(watched)

    def drop(self, watched: Watched) -> None:
        """Take back what a tenant was told."""
        self._usages.pop(watched, None)
        if self._notices.pop(watched, None) is not None:
            self._changed(watched.tenant)

    def complete(self, tenants: Collection[str]) -> None:
        """Say that all is known from now on; what an earlier process told may have ended."""
        if not self._known:
            self._known = True
            for tenant in tenants:
                self._changed(tenant)

    def _changed(self, tenant: str) -> None:
        if self._known:
            for callback in self._callbacks:
                callback(tenant)
