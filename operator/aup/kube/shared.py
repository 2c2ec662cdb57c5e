"""One watch of a resource for all in a process who look at it.

Each object is read once, and of what was read everybody keeps what they need: neither the API
server nor this process does the same work twice, and the rest of the object is forgotten.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar, cast

import msgspec

from aup.kube.reader import Reader
from aup.kube.resource import Resource
from aup.kube.watch import Informer, OnChange, OnVersion
from aup.kube.wire import ObjectKey, typed

W = TypeVar("W")
T = TypeVar("T")

Keep = Callable[[W, msgspec.Raw | bytes], T]
"""Returns what is kept of an object, as read and as it came; raises like a `Decode`."""


class View(Generic[T]):
    """What one of those who look keeps of the objects."""

    def __init__(self, items: dict[ObjectKey, tuple[Any, ...]], place: int) -> None:
        self._items = items
        self._place = place

    def get(self, key: ObjectKey) -> T | None:
        """Return what was kept of an object; ``None`` when it does not exist."""
        found = self._items.get(key)
        return None if found is None else cast(T, found[self._place])


class Shared(Generic[W]):
    """A watch that runs when somebody looks; all of them must have said so before it begins."""

    def __init__(
        self, reader: Reader, resource: Resource, into: type[W], *, optional: bool = False
    ) -> None:
        """Args: ``into`` is what every object is read as, ``optional`` as for an `Informer`."""
        self._read = typed(into)
        self._keeps: list[Keep[W, Any]] = []
        self._untils: list[OnVersion] = []
        self.informer: Informer[tuple[Any, ...]] = Informer(
            reader, resource, self._decode, on_version=self._until, optional=optional
        )

    @property
    def informers(self) -> tuple[Informer[Any], ...]:
        """What has to run: nothing while nobody looks."""
        return (self.informer,) if self._keeps else ()

    def view(
        self,
        keep: Keep[W, T],
        *,
        on_change: OnChange[T] | None = None,
        on_version: OnVersion | None = None,
    ) -> View[T]:
        """Look at the objects.

        Args:
            keep: returns what is to be kept of one.
            on_change: is called when that is another, as by an `Informer`.
            on_version: is told up to which resourceVersion everybody has heard of everything.

        """
        if self.informer.synced.is_set() or self.informer.items:
            raise RuntimeError("the watch has begun already")
        place = len(self._keeps)
        self._keeps.append(keep)
        if on_change is not None:
            self.informer.subscribe(partial(_tell, place, on_change))
        if on_version is not None:
            self._untils.append(on_version)
        return View(self.informer.items, place)

    def _decode(self, raw: msgspec.Raw | bytes) -> tuple[Any, ...]:
        found = self._read(raw)
        return tuple([keep(found, raw) for keep in self._keeps])

    def _until(self, version: str) -> None:
        for until in self._untils:
            until(version)


def _tell(
    place: int,
    on_change: OnChange[T],
    key: ObjectKey,
    old: tuple[Any, ...] | None,
    new: tuple[Any, ...] | None,
) -> None:
    """Tell of a change, if what was kept has changed."""
    before = None if old is None else old[place]
    after = None if new is None else new[place]
    if before != after:
        on_change(key, before, after)
