"""Terms of the section license around a few items of a catalogue."""

from datetime import date
from typing import Any

from aup.api.catalog import CatalogItem, CatalogSpec, Mirror
from aup.policy.catalog import MergedCatalog, compile_catalog, merge
from aup.policy.terms import EntitlementState, EntitlementTerm, LicenseTerms
from support.neutral import TERMS
from support.replacing import replace


def catalogues(**listed: tuple[CatalogItem, ...]) -> MergedCatalog:
    """Return catalogues by name, put together; ``mirror.example/reg`` is ``reg.example``."""
    mirrors = (Mirror(prefix="mirror.example/reg", of="reg.example"),)
    parts = []
    for name, items in listed.items():
        part, troubles = compile_catalog(name, CatalogSpec(items=items, mirrors=mirrors))
        assert not troubles, troubles
        parts.append(part)
    return merge(parts)[0]


def license_terms(*items: CatalogItem, **changes: Any) -> LicenseTerms:
    """Return terms that deny SSPL-1.0 and know the items; of acme, which holds nothing."""
    plain = replace(
        TERMS.license, deny=frozenset({"SSPL-1.0"}), catalog=catalogues(default=items or ())
    )
    return replace(plain, **changes)


def right(product: str, **changes: Any) -> EntitlementTerm:
    """Return an entitlement that is valid everywhere."""
    plain = EntitlementTerm(
        name=f"acme-{product}",
        product=product,
        state=EntitlementState.VALID,
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        regions=frozenset(),
        production=True,
    )
    return replace(plain, **changes)


def holding(*rights: EntitlementTerm) -> dict[str, tuple[EntitlementTerm, ...]]:
    """Return entitlements by product."""
    products = {found.product for found in rights}
    return {p: tuple(found for found in rights if found.product == p) for p in products}
