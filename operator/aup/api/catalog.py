"""SoftwareCatalog: what the images that tenants run are.

Mirrors crds/aup.asergo.com_softwarecatalogs.yaml.
"""

from datetime import date
from enum import StrEnum

import msgspec

from aup.api.meta import API_VERSION, Condition, ObjectMeta


class SoftwareCategory(StrEnum):
    """What software is for, where the contract speaks of it."""

    SECURITY_TOOL = "SecurityTool"
    """Tests the security of other systems."""
    MAIL_SERVER = "MailServer"
    """Delivers mail to the internet."""
    GAMBLING = "Gambling"
    MINER = "Miner"
    MALWARE = "Malware"


class Mirror(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A prefix under which another registry's images are served."""

    prefix: str
    of: str


class CatalogItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Software and what is known of it. The most exact match wins: digest, versions, repository."""

    repository: str
    """Full name with registry, without tag and digest."""
    versions: str | None = None
    """Comparisons of the tag such as ``>=7.4 <8``, by commas or spaces. Default: every tag."""
    digests: tuple[str, ...] = ()
    """With any, the item means these images and nothing else, but for its product."""
    license: str | None = None
    """SPDX expression."""
    product: str | None = None
    """Product for which an entitlement is needed."""
    vendor: str | None = None
    support_ends_at: date | None = None
    """Last day of the vendor's support, inclusive, in UTC."""
    category: SoftwareCategory | None = None
    workload_class: str | None = None
    """Class that `export.sectoral` of the policy speaks of, for example ``erp``."""
    export_category: str | None = None
    """Id of a category of the policy's export section."""


class CatalogSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The catalogue."""

    mirrors: tuple[Mirror, ...] = ()
    items: tuple[CatalogItem, ...] = ()


class CatalogStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of the catalogue. Conditions: Compiled (names each item that is not)."""

    observed_generation: int | None = None
    items: int | None = None
    """Items that are in force."""
    conditions: tuple[Condition, ...] = ()


class SoftwareCatalog(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Image repositories and digests with licence, product and export category."""

    api_version: str = API_VERSION
    kind: str = "SoftwareCatalog"
    metadata: ObjectMeta
    spec: CatalogSpec
    status: CatalogStatus = CatalogStatus()
