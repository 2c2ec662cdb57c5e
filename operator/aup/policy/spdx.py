"""SPDX licence expressions as a small frozen tree (SPDX 2.3, annex D)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class License:
    """One licence, with its exception if it has one."""

    key: str
    """Canonical id: ``GPL-2.0-only``, ``LicenseRef-Vendor-EULA``."""
    exception: str = ""
    """Right side of ``WITH``."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``OR``: the customer chooses."""

    branches: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class AllOf:
    """``AND``: every one binds."""

    branches: "tuple[Expression, ...]"


Expression = License | AnyOf | AllOf
