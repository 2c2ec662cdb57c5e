"""The world: every object of the provider, decoded, checked against the others, and indexed.

What a schema cannot refuse is found here and told object by object. A mistake never takes down
what is in force: a policy or catalogue that does not compile is replaced by its last good one, an
assignment that overlaps another one does not count, and one bad item leaves the others alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from aup.api.assignment import AddressAssignment
from aup.api.catalog import CatalogSpec, SoftwareCatalog
from aup.api.entitlement import LicenseEntitlement
from aup.api.exemption import Exemption
from aup.api.policy import AcceptableUsePolicy, PolicySpec
from aup.api.support import SupportAccessGrant
from aup.api.tenant import Tenant
from aup.policy.catalog import CatalogPart, MergedCatalog, compile_catalog, merge
from aup.policy.consent import Consent, read_consent
from aup.policy.domains import read_domains
from aup.policy.edition import Edition, compile_edition
from aup.policy.problem import Reason, Trouble
from aup.policy.registry import Registry, compile_registry
from aup.policy.terms import Domain
from aup.policy.validity import zone_of
from aup.text import printable

MAX_TENANT_NAME: Final = 63
"""Characters: the name becomes the value of a label."""

Object = (
    AcceptableUsePolicy
    | Tenant
    | AddressAssignment
    | SoftwareCatalog
    | LicenseEntitlement
    | Exemption
)


@dataclass(frozen=True, slots=True)
class Objects:
    """The provider's objects as they were last read."""

    policies: tuple[AcceptableUsePolicy, ...] = ()
    tenants: tuple[Tenant, ...] = ()
    assignments: tuple[AddressAssignment, ...] = ()
    catalogs: tuple[SoftwareCatalog, ...] = ()
    entitlements: tuple[LicenseEntitlement, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    grants: tuple[SupportAccessGrant, ...] = ()


@dataclass(frozen=True, slots=True)
class InForce:
    """What was last found good, to fall back on."""

    policies: Mapping[str, PolicySpec] = field(default_factory=dict)
    catalogs: Mapping[str, CatalogSpec] = field(default_factory=dict)
    bindings: Mapping[str, str] = field(default_factory=dict)
    """Tenant to the policy that it is held to."""


@dataclass(frozen=True, slots=True)
class Account:
    """A tenant with all that is its own."""

    tenant: Tenant
    domains: tuple[Domain, ...] = ()
    entitlements: tuple[LicenseEntitlement, ...] = ()
    exemptions: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """The provider's objects, compiled: frozen, and independent of the time."""

    editions: Mapping[str, Edition]
    """Policies in force, by name."""
    accounts: Mapping[str, Account]
    """By name of the tenant."""
    registry: Registry
    catalogs: Mapping[str, CatalogPart]
    """Catalogues in force, by name."""
    catalog: MergedCatalog
    """All of them together."""
    in_force: InForce
    """What to fall back on next time, and to record so that it outlives this process."""
    platform_namespaces: frozenset[str]
    grants: tuple[SupportAccessGrant, ...]
    """Tenants' grants of access, of all namespaces."""
    groups: Mapping[str, tuple[str, ...]]
    """Group of users to the tenants that name it as theirs, sorted."""
    troubles: Mapping[tuple[str, str], tuple[Trouble, ...]]
    """By kind and name."""

    def troubles_of(self, obj: Object) -> tuple[Trouble, ...]:
        """Return what is wrong with an object."""
        return self.troubles.get((obj.kind, obj.metadata.name), ())

    def edition_of(self, tenant: str) -> Edition | None:
        """Return the edition of the contract that a tenant is held to."""
        policy = self.in_force.bindings.get(tenant)
        return self.editions.get(policy) if policy is not None else None


def compile_world(
    objects: Objects,
    *,
    rules: frozenset[str],
    platform_namespaces: frozenset[str] = frozenset(),
    last: InForce | None = None,
) -> World:
    """Compile the provider's objects.

    Args:
        objects: as they were last read; the order does not matter.
        rules: ids of the catalogue of rules.
        platform_namespaces: the provider's own; no tenant can claim them.
        last: what to fall back on: ``in_force`` of the world before, or what revisions hold.

    """
    last = last or InForce()
    notes: _Notes = defaultdict(tuple)
    editions = _editions(objects, rules, last, notes)
    catalogs, catalog_specs = _catalogs(objects.catalogs, last, notes)
    catalog, disagreements = merge(catalogs.values())
    for name, troubles in disagreements.items():
        notes["SoftwareCatalog", name] += troubles
    registry, overlaps = compile_registry(objects.assignments)
    for name, troubles in overlaps.items():
        notes["AddressAssignment", name] += troubles
    accounts = _accounts(objects, rules, notes)
    bindings = dict(_bindings(accounts, editions, last, notes))
    return World(
        editions=editions,
        accounts=accounts,
        registry=registry,
        catalogs=catalogs,
        catalog=catalog,
        in_force=InForce(
            policies={name: edition.spec for name, edition in editions.items()},
            catalogs=catalog_specs,
            bindings=bindings,
        ),
        platform_namespaces=platform_namespaces,
        grants=objects.grants,
        groups=_groups(accounts),
        troubles={at: troubles for at, troubles in notes.items() if troubles},
    )


_Notes = defaultdict[tuple[str, str], tuple[Trouble, ...]]


def _editions(
    objects: Objects, rules: frozenset[str], last: InForce, notes: _Notes
) -> Mapping[str, Edition]:
    """Compile the policies; one that cannot be compiled stays as it was."""
    editions = {}
    for policy in objects.policies:
        name = policy.metadata.name
        edition, troubles = compile_edition(name, policy.spec, rules)
        notes[policy.kind, name] += troubles
        if not troubles:
            editions[name] = edition
        elif name in last.policies:
            editions[name], _ = compile_edition(name, last.policies[name], rules)
    # Deleting a policy must not free its tenants of it.
    wanted = {tenant.spec.policy for tenant in objects.tenants} | set(last.bindings.values())
    gone = last.policies.keys() - {policy.metadata.name for policy in objects.policies}
    for name in sorted(wanted & gone):
        editions[name], _ = compile_edition(name, last.policies[name], rules)
    return editions


def _catalogs(
    catalogs: Iterable[SoftwareCatalog], last: InForce, notes: _Notes
) -> tuple[Mapping[str, CatalogPart], Mapping[str, CatalogSpec]]:
    """Compile the catalogues; the first edition of one counts as far as it can be read."""
    parts: dict[str, CatalogPart] = {}
    specs: dict[str, CatalogSpec] = {}
    for catalog in catalogs:
        name, spec = catalog.metadata.name, catalog.spec
        part, troubles = compile_catalog(name, spec)
        notes[catalog.kind, name] += troubles
        if troubles and name in last.catalogs:
            spec = last.catalogs[name]
            part, _ = compile_catalog(name, spec)
        parts[name], specs[name] = part, spec
    return parts, specs


def _accounts(objects: Objects, rules: frozenset[str], notes: _Notes) -> Mapping[str, Account]:
    """Give every tenant what is its own."""
    names = {tenant.metadata.name for tenant in objects.tenants}
    owned: tuple[AddressAssignment | LicenseEntitlement | Exemption, ...] = (
        *objects.assignments,
        *objects.entitlements,
        *objects.exemptions,
    )
    for orphan in owned:
        if orphan.spec.tenant not in names:
            message = f"There is no Tenant {printable(orphan.spec.tenant)}"
            at = orphan.kind, orphan.metadata.name
            notes[at] += (Trouble(Reason.UNKNOWN_TENANT, message, fatal=True),)
    consents: list[Consent] = []
    for exemption in objects.exemptions:
        consent, troubles = read_consent(exemption, rules)
        notes[exemption.kind, exemption.metadata.name] += troubles
        consents.append(consent)
    for entitlement in objects.entitlements:
        at = entitlement.kind, entitlement.metadata.name
        notes[at] += tuple(_entitlement_troubles(entitlement))
    entitlements = _by_tenant(objects.entitlements)
    exemptions = _by_tenant(consents)
    accounts = {}
    for tenant in objects.tenants:
        name = tenant.metadata.name
        domains, troubles = read_domains(tenant.spec.domains)
        notes[tenant.kind, name] += troubles
        accounts[name] = Account(
            tenant, domains, entitlements.get(name, ()), exemptions.get(name, ())
        )
    return accounts


def _entitlement_troubles(entitlement: LicenseEntitlement) -> Iterator[Trouble]:
    """Yield what is wrong with an entitlement by itself; it counts all the same."""
    spec = entitlement.spec
    if zone_of(spec.time_zone) is None:
        message = f"timeZone {printable(spec.time_zone)} is not known; its days are counted in UTC"
        yield Trouble(Reason.UNKNOWN_TIME_ZONE, message)
    if spec.valid_until < spec.valid_from:
        yield Trouble(Reason.INVALID_INTERVAL, "validUntil must not be before validFrom")


def _bindings(
    accounts: Mapping[str, Account],
    editions: Mapping[str, Edition],
    last: InForce,
    notes: _Notes,
) -> Iterator[tuple[str, str]]:
    """Yield each tenant with the policy that it is held to."""
    for name, account in accounts.items():
        at = account.tenant.kind, name
        if len(name) > MAX_TENANT_NAME:
            message = (
                f"The name has more than {MAX_TENANT_NAME} characters, so it cannot be a stamp"
            )
            notes[at] += (Trouble(Reason.INVALID_NAME, message, fatal=True),)
            continue
        policy = account.tenant.spec.policy
        if policy in editions:
            yield name, policy
            continue
        before = last.bindings.get(name)
        held = before is not None and before in editions
        message = f"There is no AcceptableUsePolicy {printable(policy)} that compiles"
        hint = f"; the tenant stays held to {before}" if held else ""
        notes[at] += (Trouble(Reason.UNKNOWN_POLICY, message + hint, fatal=not held),)
        if before is not None and held:
            yield name, before


def _groups(accounts: Mapping[str, Account]) -> Mapping[str, tuple[str, ...]]:
    """Index tenants by the groups of their users."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(accounts):
        for group in dict.fromkeys(accounts[name].tenant.spec.groups):
            found[group].append(name)
    return {group: tuple(names) for group, names in found.items()}


_Owned = TypeVar("_Owned", LicenseEntitlement, Consent)


def _by_tenant(items: Iterable[_Owned]) -> Mapping[str, tuple[_Owned, ...]]:
    """Group by tenant, in the order of names, so that the order of reading does not matter."""
    found: defaultdict[str, list[_Owned]] = defaultdict(list)
    for item in items:
        found[item.spec.tenant].append(item)
    return {
        tenant: tuple(sorted(group, key=lambda item: item.metadata.name))
        for tenant, group in found.items()
    }
