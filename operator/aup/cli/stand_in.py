"""What stands in for a bundle without a Tenant: a TenantReport as far as it goes, and a preset.

A report tells a tenant its addresses and hostnames, and nothing of licences or consent. Rules that
turn on more than that are left out, and named: a guess would be wrong in both directions.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec

from aup import presets
from aup.api.assignment import AddressAssignment, AssignmentSpec
from aup.api.meta import ObjectMeta, read
from aup.api.policy import AcceptableUsePolicy
from aup.api.report import TenantReport, TenantReportStatus
from aup.api.tenant import Domain, Establishment, NamespaceClaim, Tenant, TenantSpec
from aup.cli.ours import BundleError
from aup.engine.evaluate import Rules
from aup.rules import CATALOGUE
from aup.text import join

NOBODY: Final = "tenant"
"""Name of the tenant where nobody says it: a report does not."""

POLICY_ALONE: Final = frozenset(
    {
        *("network/sharing", "network/node-port", "network/unknown-annotation"),
        *("host/namespaces", "host/port", "host/path", "host/privileged", "host/capabilities"),
        *("host/sysctls", "export/destination", "export/end-use", "security/malware"),
        *("security/pod-security", "conduct/high-risk-use", "tenancy/tampering"),
        "resources/budget",
    }
)
"""Rules that hold for every tenant alike."""

FROM_REPORT: Final = frozenset(
    {
        *("network/assigned-address", "network/hostname", "network/status-writer"),
        *("network/policy-subject", "network/external-name", "host/anti-spoofing"),
        "host/kubelet-connections",
    }
)
"""Rules that ask for nothing of the tenant but its addresses and hostnames."""

UNKNOWN_EXPOSURE: Final = (
    "not checked: addresses and hostnames, since nothing says which are yours; give --bundle"
)
UNKNOWN_CONSENT: Final = (
    "a report names neither exemptions nor ids of addresses: what they cover is refused here, and "
    "is not in the cluster"
)

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when the addresses of a report are the tenant's: it tells those of now."""

S = TypeVar("S", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class StandIn:
    """What a bundle lacks."""

    objects: tuple[msgspec.Struct, ...] = ()
    rules: Rules = CATALOGUE
    """Those for which enough is known."""
    notes: tuple[str, ...] = ()


def stand_in(
    found: Sequence[msgspec.Struct], preset: str, now: datetime, tenant: str = ""
) -> StandIn:
    """Return what is missing from the objects of a bundle.

    Args:
        found: what it holds.
        preset: contract where it brings none.
        now: when manifests are judged.
        tenant: its name, if somebody says it; selectors of its own stamp name it.

    Raises:
        BundleError: they do not tell which policy or which report counts.

    """
    policies, reports = _of(found, AcceptableUsePolicy), _of(found, TenantReport)
    if _of(found, Tenant):
        return StandIn(() if policies else (_preset(preset),))
    if len(reports) > 1:
        raise BundleError(problem=f"which report? there are {len(reports)} TenantReports")
    status = reports[0].status if reports else TenantReportStatus()
    policy, added, notes = _policy(policies, status, preset)
    rules = tuple(rule for rule in CATALOGUE if _judged(rule.id, known=bool(reports)))
    notes.append(UNKNOWN_CONSENT if reports else UNKNOWN_EXPOSURE)
    skipped = join(tuple(_skipped(rules)), last="and", at_most=100)
    notes.append(
        f"not checked: {skipped}, which turn on what your provider knows of you; ask it for a "
        "bundle (aup export)"
    )
    name = tenant or NOBODY
    objects = (*added, _tenant(name, policy, status, now), *_assignments(name, status))
    return StandIn(objects, rules, tuple(notes))


def _policy(
    policies: Sequence[AcceptableUsePolicy], status: TenantReportStatus, preset: str
) -> tuple[str, tuple[AcceptableUsePolicy, ...], list[str]]:
    """Choose the contract: the one that the report names, or the only one that there is."""
    names = [policy.metadata.name for policy in policies]
    if status.policy in names or len(names) == 1:
        return status.policy if status.policy in names else names[0], (), []
    if names:
        raise BundleError(problem=f"which policy? there are {', '.join(sorted(names))}")
    shipped = status.policy if status.policy in presets.names() else preset
    chosen = _preset(shipped)
    notes = []
    wanted = f"{status.policy}/{status.revision}"
    have = f"{chosen.metadata.name}/{chosen.spec.revision}"
    if status.policy and wanted != have:
        notes.append(f"judged by the preset {have}, since only your provider has {wanted}")
    return chosen.metadata.name, (chosen,), notes


def _preset(name: str) -> AcceptableUsePolicy:
    return read(AcceptableUsePolicy, presets.load(name))


def _judged(rule: str, *, known: bool) -> bool:
    """Tell whether a rule can be judged without a Tenant."""
    return rule in POLICY_ALONE or (known and rule in FROM_REPORT)


def _skipped(rules: Rules) -> Iterator[str]:
    """Yield what is left out: whole sections where all of one is, else rules."""
    kept = {rule.id.partition("/")[0] for rule in rules}
    judged = {rule.id for rule in rules}
    told = set()
    for rule in CATALOGUE:
        section = rule.id.partition("/")[0]
        name = rule.id if section in kept else section
        if rule.id not in judged | FROM_REPORT and name not in told:
            told.add(name)
            yield name


def _tenant(name: str, policy: str, status: TenantReportStatus, now: datetime) -> Tenant:
    """Return a Tenant of whom only addresses and hostnames are known."""
    domains = tuple(
        Domain(
            name=hostname.lstrip("."),
            include_subdomains=hostname.startswith("."),
            # A name whose verification has ended is not in the report.
            verified_at=now,
        )
        for hostname in status.hostnames
    )
    spec = TenantSpec(
        policy=policy,
        legal_name=name,
        # Nothing tells where it is established, and no rule that asks is judged.
        establishment=Establishment(country="DK"),
        namespaces=NamespaceClaim(),
        enforce_from=status.enforce_from,
        domains=domains,
    )
    return Tenant(metadata=ObjectMeta(name=name), spec=spec)


def _assignments(tenant: str, status: TenantReportStatus) -> Iterator[AddressAssignment]:
    """Yield the addresses that a report tells."""
    for number, cidr in enumerate(status.addresses):
        spec = AssignmentSpec(tenant=tenant, cidr=cidr, from_=_LONG_AGO)
        yield AddressAssignment(metadata=ObjectMeta(name=f"report-{number}"), spec=spec)


def _of(found: Iterable[msgspec.Struct], struct: type[S]) -> list[S]:
    return [one for one in found if isinstance(one, struct)]
