"""``copy.replace`` of Python 3.13: one way to change a dataclass or a Struct."""

import dataclasses
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def replace(plain: T, **changes: Any) -> T:
    """Return a copy with other values in some fields."""
    if isinstance(plain, msgspec.Struct):
        return msgspec.structs.replace(plain, **changes)
    changed: T = dataclasses.replace(plain, **changes)  # type: ignore[type-var]
    return changed
