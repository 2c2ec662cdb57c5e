"""What manifests are judged by off the cluster: the provider's objects, a report, or a preset."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from aup import presets
from aup.api.assignment import AddressAssignment
from aup.api.catalog import SoftwareCatalog
from aup.api.entitlement import LicenseEntitlement
from aup.api.exemption import Exemption
from aup.api.meta import API_VERSION
from aup.api.policy import AcceptableUsePolicy
from aup.api.support import SupportAccessGrant
from aup.api.tenant import Tenant
from aup.cli.nearby import KINDS as AROUND
from aup.cli.nearby import Nearby, nearby
from aup.cli.ours import BundleError
from aup.cli.provider_files import read_files
from aup.cli.stand_in import stand_in
from aup.engine.evaluate import Rules
from aup.policy.compiler import compile_terms
from aup.policy.problem import Reason, Trouble
from aup.policy.terms import Terms
from aup.policy.world import Objects, World, compile_world
from aup.rules import RULE_IDS
from aup.settings import Settings
from aup.text import join

_FIELDS: Mapping[str, type[msgspec.Struct]] = {
    "policies": AcceptableUsePolicy,
    "tenants": Tenant,
    "assignments": AddressAssignment,
    "catalogs": SoftwareCatalog,
    "entitlements": LicenseEntitlement,
    "exemptions": Exemption,
    "grants": SupportAccessGrant,
}
"""What a world is made of."""

_PLATFORM: Final = frozenset(Settings().platform_namespaces)
"""Namespaces that are the platform's in every cluster, whatever else a release adds."""


_ABOUT_OTHERS: Final = frozenset({Reason.UNKNOWN_POLICY, Reason.UNKNOWN_TENANT})
"""What is wrong as long as another object is missing, which need not be in the same file."""


class UnclaimedError(BundleError):
    """A namespace is no tenant's, and nobody says whose its objects are."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line names."""

    paths: tuple[Path, ...] = ()
    """Files and folders of a bundle."""
    preset: str = presets.DEFAULT
    """Contract where the bundle brings none."""
    tenant: str = ""
    at: datetime | None = None
    """Default: now."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Terms by namespace, and what is known of the cluster around it."""

    world: World
    nearby: Nearby
    now: datetime
    tenant: str
    """Whose all objects are; empty where each namespace says it."""
    rules: Rules
    """Those for which enough is known."""
    notes: tuple[str, ...] = ()
    """What is not checked, and why: silence must not be taken for a yes."""
    warnings: tuple[str, ...] = ()
    """What is wrong with the bundle and costs only a part of it."""
    compiled: dict[str, Terms] = field(default_factory=dict)
    """By tenant, as they were asked for."""

    def terms(self, namespace: str) -> Terms:
        """Return what a namespace is held to.

        Raises:
            UnclaimedError: nobody's namespace.
            BundleError: a tenant without usable terms.

        """
        tenant = self.tenant or self._claimant(namespace)
        if tenant not in self.compiled:
            terms = compile_terms(self.world, tenant, self.now)
            if isinstance(terms, Trouble):
                raise BundleError(problem="; ".join((terms.message, *self.warnings)))
            self.compiled[tenant] = terms
        return self.compiled[tenant]

    def _claimant(self, namespace: str) -> str:
        """Return the tenant whose namespace it is."""
        tenant = self.nearby.tenant_of(namespace)
        if tenant is None:
            known = join(sorted(self.world.accounts))
            problem = f"is in namespace {namespace}, which is not of {known}; use --tenant"
            raise UnclaimedError(problem=problem)
        return tenant


def load(wanted: Wanted) -> Bundle:
    """Read and compile what the command line names.

    Raises:
        BundleError: objects that cannot be read or used, each with the reason.

    """
    now = wanted.at or datetime.now(UTC)
    warnings: list[str] = []
    ours: list[msgspec.Struct] = []
    others: list[Mapping[str, Any]] = []
    for found in read_files(wanted.paths, warnings):
        if isinstance(found, msgspec.Struct):
            ours.append(found)
        else:
            others.append(found)
    if wanted.paths and not ours and not any(other.get("kind") in AROUND for other in others):
        warnings.append(f"the bundle holds no object of {API_VERSION}: nothing is judged by it")
    added = stand_in(ours, wanted.preset, now, wanted.tenant)
    objects = _objects((*ours, *added.objects))
    world = compile_world(objects, rules=RULE_IDS, platform_namespaces=_PLATFORM)
    warnings += [f"{k} {n}: {t.message}" for (k, n), ts in world.troubles.items() for t in ts]
    try:
        around = nearby(others, _claims(objects.tenants))
    except ValueError as error:
        raise BundleError(problem=f"the cluster around: {error}") from error
    names = [tenant.metadata.name for tenant in objects.tenants]
    return Bundle(
        world=world,
        nearby=around,
        now=now,
        tenant=wanted.tenant or (names[0] if len(names) == 1 else ""),
        rules=added.rules,
        notes=added.notes,
        warnings=tuple(warnings),
    )


def troubles_alone(ours: msgspec.Struct) -> tuple[Trouble, ...]:
    """Return what is wrong with an object of ours by itself, whatever stands beside it."""
    world = compile_world(_objects((ours,)), rules=RULE_IDS, platform_namespaces=_PLATFORM)
    return tuple(
        trouble
        for troubles in world.troubles.values()
        for trouble in troubles
        if trouble.reason not in _ABOUT_OTHERS
    )


def _claims(tenants: Iterable[Tenant]) -> Mapping[str, str]:
    """Return the tenant of each namespace that one names as its own."""
    return {ns: t.metadata.name for t in tenants for ns in t.spec.namespaces.names}


def _objects(found: Iterable[msgspec.Struct]) -> Objects:
    """Sort decoded objects by what a world is made of."""
    by_type: defaultdict[type[msgspec.Struct], list[Any]] = defaultdict(list)
    for one in found:
        by_type[type(one)].append(one)
    return Objects(**{name: tuple(by_type[struct]) for name, struct in _FIELDS.items()})
