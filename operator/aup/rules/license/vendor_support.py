"""Licences: software is under its vendor's support.

license/vendor-support
    Fields read   image of containers, initContainers and ephemeralContainers;
                  volumes[].image.reference; images that annotations inject
    Looked up     the provider's catalogues: by digest, then version range, then repository
    Allowed       software whose vendor's support has not ended, by the catalogue's last day of it
                  or by that of the tenant's entitlement for the product, which goes before;
                  software of which no such day is known; the provider's own
                  (`license.trustedRepositories`); all software where
                  `license.requireVendorSupport` is false. Under WarnRecreate it only warns for
                  Pods that controllers make anew, and for what they make out of what was admitted
    Serves        "maintain … vendor support for non-Asergo software" (asergo/3.2)
"""

from collections.abc import Iterator
from datetime import date

from aup.api.sections.license import OnExpiry, Verification
from aup.facts.model import Workload
from aup.policy.terms import EntitlementState, EntitlementTerm, LicenseTerms, Software
from aup.rules.base import Rule, Violation
from aup.rules.license.program import is_trusted
from aup.rules.license.shortfall import products
from aup.rules.software import known

_COUNTS = frozenset({EntitlementState.VALID, EntitlementState.IN_GRACE})


def vendor_support(workload: Workload, terms: LicenseTerms) -> Iterator[Violation]:
    """Yield each image that its vendor no longer supports."""
    if not terms.require_support or terms.verification is Verification.OFF:
        return
    for image, software in known(workload, terms.catalog):
        ended = _ended(software, terms)
        if ended is None or is_trusted(image, terms):
            continue
        yield Violation(
            path=image.path,
            value=image.text,
            detail=(
                f"is {_named(software)}no longer supported: "
                f"support by {software.vendor or 'its vendor'} ended after {ended}"
            ),
            remedy=(
                "use a version that is supported, "
                f"or send proof of extended support to {terms.contact}"
            ),
            key=(software.repository, "support"),
            image=software.name(image),
            warn=workload.continues and terms.on_expiry is OnExpiry.WARN_RECREATE,
        )


def _ended(software: Software, terms: LicenseTerms) -> date | None:
    """Return the last day of a support that is over; ``None`` while there is support."""
    held = [
        entitlement
        for product in products(software, terms)
        for entitlement in terms.entitlements.get(product, ())
        if entitlement.state in _COUNTS
    ]
    days = [day for e in held if (day := _end_under(e, software, terms)) is not None]
    if len(days) < len(held):
        return None  # one of them is supported
    general = software.support_ends_at if software.support_ends_at in terms.support_ended else None
    return max(days, default=general)


def _end_under(held: EntitlementTerm, software: Software, terms: LicenseTerms) -> date | None:
    """Return the last day of the support that an entitlement brings, where it is over."""
    if held.support_until is not None:
        return None if held.supported else held.support_until
    ends = software.support_ends_at
    return ends if ends in terms.support_ended else None


def _named(software: Software) -> str:
    """Return the product, where the repository does not say it."""
    return f"{software.product}, " if software.product else ""


RULE = Rule(
    id="license/vendor-support",
    title="Software runs under its vendor's support",
    reads=Workload,
    terms=lambda terms: terms.license,
    check=vendor_support,
    blind=(
        "Software of which the catalogue names no last day of support: it is taken to have some. "
        "What stands in a support contract beyond its last day."
    ),
)
