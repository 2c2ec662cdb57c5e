"""Builders of the provider's objects: what a test does not say is ordinary."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from aup.api.assignment import AddressAssignment, AssignmentSpec
from aup.api.catalog import CatalogItem, CatalogSpec, SoftwareCatalog
from aup.api.entitlement import EntitlementSpec, LicenseEntitlement, Metric, Proof
from aup.api.exemption import Approval, Exemption, ExemptionScope, ExemptionSpec
from aup.api.meta import ObjectMeta
from aup.api.policy import AcceptableUsePolicy, Document, PolicySpec, Provider
from aup.api.tenant import (
    Domain,
    EndUser,
    Establishment,
    NamespaceClaim,
    Owner,
    Tenant,
    TenantSpec,
)
from aup.policy.world import InForce, Objects, World, compile_world

DAY = datetime(2026, 11, 21, tzinfo=UTC)
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
RULES = frozenset({"network/assigned-address", "license/expression", "host/port"})


def at(text: str) -> datetime:
    """Return an instant, in UTC unless the text says otherwise."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def meta(name: str, created: datetime | None = CREATED) -> ObjectMeta:
    """Return metadata of an object in its first generation."""
    return ObjectMeta(name=name, generation=1, creation_timestamp=created)


def policy(name: str = "asergo", **spec: Any) -> AcceptableUsePolicy:
    """Return a policy that compiles."""
    head: dict[str, Any] = {
        "revision": "2023-06-01",
        "provider": Provider(name="Asergo ApS", contact="abuse@asergo.example"),
        "document": Document(url="https://asergo.example/aup", effective_from=date(2023, 6, 1)),
    }
    return AcceptableUsePolicy(metadata=meta(name), spec=PolicySpec(**(head | spec)))


def tenant(name: str = "acme", *, created: datetime | None = CREATED, **spec: Any) -> Tenant:
    """Return a tenant in good standing that holds namespace <name>-prod."""
    head: dict[str, Any] = {
        "policy": "asergo",
        "legal_name": f"{name.title()} ApS",
        "establishment": Establishment(country="DK"),
        "namespaces": NamespaceClaim(names=(f"{name}-prod",)),
    }
    return Tenant(metadata=meta(name, created), spec=TenantSpec(**(head | spec)))


def world(last: InForce | None = None, **objects: Any) -> World:
    """Compile objects, sharing nothing with another world; a policy and a tenant unless said."""
    whole = {"policies": (policy(),), "tenants": (tenant(),)} | objects
    return compile_world(Objects(**whole), rules=RULES, last=last)


def owner(country: str, percent: str, subdivision: str | None = None) -> Owner:
    """Return a share of a tenant."""
    return Owner(country=country, percent=Decimal(percent), subdivision=subdivision)


def end_user(name: str, country: str, subdivision: str | None = None) -> EndUser:
    """Return somebody for whom a tenant works."""
    return EndUser(name=name, country=country, subdivision=subdivision)


def domain(name: str, *, include_subdomains: bool = False) -> Domain:
    """Return a verified domain."""
    return Domain(name=name, include_subdomains=include_subdomains, verified_at=CREATED)


def assignment(
    name: str,
    cidr: str,
    holder: str = "acme",
    *,
    created: datetime | None = CREATED,
    since: str = "2026-01-01",
    **spec: Any,
) -> AddressAssignment:
    """Return addresses given to a tenant for good."""
    return AddressAssignment(
        metadata=meta(name, created),
        spec=AssignmentSpec(tenant=holder, cidr=cidr, from_=at(since), **spec),
    )


def catalog(name: str = "default", *items: CatalogItem, **spec: Any) -> SoftwareCatalog:
    """Return a catalogue."""
    return SoftwareCatalog(metadata=meta(name), spec=CatalogSpec(items=items, **spec))


def entitlement(name: str, product: str, holder: str = "acme", **spec: Any) -> LicenseEntitlement:
    """Return a right that holds in 2026."""
    head: dict[str, Any] = {
        "metric": Metric.SITE,
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
        "proof": Proof(reference="PO-1"),
    }
    return LicenseEntitlement(
        metadata=meta(name), spec=EntitlementSpec(tenant=holder, product=product, **(head | spec))
    )


def exemption(name: str, *rules: str, holder: str = "acme", **spec: Any) -> Exemption:
    """Return consent that is in force."""
    head: dict[str, Any] = {
        "scope": ExemptionScope(namespaces=("acme-dev",)),
        "reason": "TICKET-1",
        "requested_by": "desk@asergo.example",
        "expires_at": at("2027-01-01"),
        "approval": Approval(by="lead@asergo.example"),
    }
    return Exemption(
        metadata=meta(name),
        spec=ExemptionSpec(tenant=holder, rules=rules, **(head | spec)),
    )
