"""What of the provider's objects one tenant may see: a bundle that judges as the cluster does.

Nothing of another tenant is in it, nothing about people, and nothing that would help whoever wants
to get around the provider's own controls. A field is withheld unless it is listed here as shown.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import yaml

from aup import __version__
from aup.api.assignment import AddressAssignment
from aup.api.catalog import SoftwareCatalog
from aup.api.entitlement import LicenseEntitlement
from aup.api.exemption import Exemption
from aup.api.meta import API_VERSION, write
from aup.api.policy import AcceptableUsePolicy
from aup.api.report import TenantReport
from aup.api.tenant import ScreeningStatus, Tenant
from aup.policy.consent import Consent
from aup.policy.screening import SUBJECT as SCREENING
from aup.policy.terms import Terms
from aup.policy.validity import Standing, exemption_standing
from aup.policy.world import World

WITHHELD: Final = "withheld"
"""Stands where a field must be and its value is nobody's business."""

POLICY_SHOWN: Final = frozenset(
    {
        *("revision", "provider", "document", "changes", "clauses", "enforcement", "rules"),
        *("network", "license", "export", "mail", "security", "conduct", "tenancy", "resources"),
    }
)
POLICY_WITHHELD: Final[Mapping[str, str]] = {
    "abuse": "thresholds and sources would tell an abuser how far to go",
    "fairUse": "so would these thresholds, and no file is judged by them",
    "evidence": "how long what is kept is between the provider and the law",
    "network.platformControllers": "accounts of the provider; no file is written by them",
    "security.staffGroups": "groups of the provider; no file is written by them",
}
TENANT_SHOWN: Final = frozenset(
    {
        *("policy", "legalName", "establishment", "ownership", "endUsers", "servedCountries"),
        *("endUse", "exportAuthorisations", "gamblingLicences", "namespaces"),
        *("nonProductionNamespaces", "enforceFrom", "domains", "mail", "addressPools"),
        *("loadBalancerClasses", "resourceIDs", "acceptance"),
    }
)
TENANT_WITHHELD: Final[Mapping[str, str]] = {
    "screening": "what it came to is for the provider's people; a refusal says 'not cleared'",
    "onboarding": "shown only as far as a refusal tells it",
    "budget": "the cluster counts; the TenantReport shows it",
    "contacts": "personal data that no rule reads",
    "groups": "who somebody is counts in the cluster only",
}
REPORT_SHOWN: Final = ("policy", "revision", "enforceFrom", "addresses", "hostnames", "contact")
"""Of a TenantReport: the rest is how the tenant stands, and changes every day."""

Manifest = dict[str, Any]


def reduced(world: World, terms: Terms, now: datetime) -> Iterator[Manifest]:
    """Yield the objects of a bundle.

    Args:
        world: all of the provider's objects.
        terms: what the tenant is held to now.
        now: consent that has ended by then is left out.

    """
    account = world.accounts[terms.tenant]
    # The tenant is told no more than that it is not cleared: neither what was found, nor that
    # somebody still looks.
    refused = any(hit.subject == SCREENING and not hit.review for hit in terms.export.party)
    yield _policy(world, terms, refused=refused)
    yield _tenant(account.tenant, terms, refused=refused)
    for holding in world.registry.by_tenant.get(terms.tenant, ()):
        # One that overlaps an older one is not here: without the other it would come into force.
        # Those that do not count now are: denials say since when, or why.
        yield _manifest(AddressAssignment, holding.name, write(holding.spec))
    for entitlement in account.entitlements:
        spec = {**write(entitlement.spec), "proof": {"reference": WITHHELD}}
        yield _manifest(LicenseEntitlement, entitlement.metadata.name, spec)
    for consent in account.exemptions:
        if consent.spec.approval and _matters(exemption_standing(consent.spec, now)):
            yield _exemption(consent)
    for name, catalog in sorted(world.in_force.catalogs.items()):
        yield _manifest(SoftwareCatalog, name, write(catalog))


def written(manifests: Iterable[Manifest], whose: str, now: datetime) -> str:
    """Return the text of a bundle."""
    head = (
        f"# What {whose} is held to, at {now.isoformat()}; written by aup {__version__}.\n"
        "# Holds nothing of anybody else. Judge manifests by it: aup check --bundle FILE …\n"
    )
    dumper = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper
    return head + yaml.dump_all(manifests, Dumper=dumper, sort_keys=False, allow_unicode=True)


def _policy(world: World, terms: Terms, *, refused: bool) -> Manifest:
    """Return the edition in force, which may be older than what is written."""
    name = terms.policy.name
    spec = _shown(write(world.editions[name].spec), POLICY_SHOWN)
    for path in POLICY_WITHHELD:
        section, _, field = path.partition(".")
        if field:
            spec.get(section, {}).pop(field, None)
    if refused:
        spec["export"] = {**spec.get("export", {}), "screening": {"duringOnboarding": "Deny"}}
    return _manifest(AcceptableUsePolicy, name, spec)


def _tenant(tenant: Tenant, terms: Terms, *, refused: bool) -> Manifest:
    """Return what rules read of the tenant."""
    spec = _shown(write(tenant.spec), TENANT_SHOWN)
    spec["namespaces"] = {"names": list(tenant.status.namespaces or tenant.spec.namespaces.names)}
    if terms.enforce_from:
        spec["enforceFrom"] = terms.enforce_from.isoformat()
    if "acceptance" in spec:
        spec["acceptance"]["by"] = WITHHELD
    if refused:
        spec["onboarding"] = True
    elif any(hit.at_once for hit in (*terms.export.party, *terms.export.served)):
        # Of its countries, before it becomes a customer: nothing else stands against it.
        spec |= {"onboarding": True, "screening": {"status": ScreeningStatus.CLEAR.value}}
    return _manifest(Tenant, terms.tenant, spec)


def _exemption(consent: Consent) -> Manifest:
    """Return consent without those who gave it: two persons, as it must be."""
    spec = write(consent.spec)
    spec |= {"reason": WITHHELD, "requestedBy": WITHHELD, "approval": {"by": "another person"}}
    return _manifest(Exemption, consent.metadata.name, spec)


def _matters(standing: Standing) -> bool:
    """Tell whether something is in force, or will be by the passing of time alone."""
    return standing.in_force or standing.reason == "NotYetValid"


def _shown(spec: Manifest, names: frozenset[str]) -> Manifest:
    return {name: value for name, value in spec.items() if name in names}


def _manifest(kind: type[Any], name: str, spec: Manifest) -> Manifest:
    return {
        "apiVersion": API_VERSION,
        "kind": kind.__name__,
        "metadata": {"name": name},
        "spec": spec,
    }


def report_only(report: TenantReport) -> Manifest:
    """Return the bundle of somebody who may read nothing but a report."""
    status = write(report.status)
    return {
        "apiVersion": API_VERSION,
        "kind": "TenantReport",
        "metadata": {"name": report.metadata.name, "namespace": report.metadata.namespace},
        "status": {key: status[key] for key in REPORT_SHOWN if key in status},
    }
