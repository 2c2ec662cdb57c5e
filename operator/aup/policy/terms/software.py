"""What the provider's catalogue says about images."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from aup.api.catalog import SoftwareCategory
from aup.facts.model import Image
from aup.policy.spdx import Expression


@dataclass(frozen=True, slots=True)
class Software:
    """What the provider's catalogue says about an image."""

    repository: str
    license: Expression | None
    """``None``: the catalogue gives no (readable) licence."""
    product: str
    """Product that needs an entitlement; empty: none."""
    export_category: str
    """For example ``5D002``; empty: not classified."""
    vendor: str = ""
    support_ends_at: date | None = None
    """Last day of the vendor's support; ``None``: not known."""
    category: SoftwareCategory | None = None
    workload_class: str = ""
    """For example ``erp``; empty: none."""

    def name(self, image: Image) -> str:
        """Return what exemptions call an image of it: a mirror's copy under its first name."""
        return f"{self.repository}@{image.digest}" if image.digest else self.repository


class Catalog(Protocol):
    """The compiled software catalogues."""

    def about(self, image: Image) -> tuple[Software, ...]:
        """Return what each catalogue says of an image; empty when nobody knows it.

        Where they disagree, each word is judged by itself: so the stricter one holds.
        """

    def names(self, image: Image) -> tuple[str, ...]:
        """Return the names of an image's repository: its own, and those of what it is a copy of."""
