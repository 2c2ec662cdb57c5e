"""Which tenant each namespace belongs to.

A namespace has one tenant. Where two claim it, whoever holds it already keeps it, so that nobody
loses a namespace to somebody else's new claim; where nobody holds it, nobody gets it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aup.api.meta import TENANT_LABEL, ObjectMeta
from aup.api.tenant import Tenant
from aup.policy.world import MAX_TENANT_NAME, World


@dataclass(frozen=True, slots=True)
class Conflict:
    """A namespace that more than one tenant claims."""

    namespace: str
    claimants: tuple[str, ...]
    """Names of the tenants, sorted."""
    holder: str | None
    """Whose it stays; ``None``: it is nobody's until the conflict is solved."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Whose the namespaces of the cluster are."""

    owners: Mapping[str, str]
    """Namespace to tenant."""
    by_tenant: Mapping[str, tuple[str, ...]]
    """Tenant to its namespaces, sorted."""
    conflicts: tuple[Conflict, ...]
    absent: Mapping[str, tuple[str, ...]]
    """Tenant to the namespaces that it names and the cluster does not have."""
    refused: Mapping[str, tuple[str, ...]]
    """Tenant to the platform namespaces that it names and never gets."""

    def conflicts_of(self, tenant: str) -> tuple[Conflict, ...]:
        """Return the conflicts in which a tenant does not get the namespace."""
        return tuple(c for c in self.conflicts if tenant in c.claimants and c.holder != tenant)


def claim(world: World, namespaces: Iterable[ObjectMeta]) -> Claims:
    """Decide whose each namespace is.

    Args:
        world: its tenants claim; all of them, in force or not, so that no mistake frees a
            namespace for somebody else.
        namespaces: the metadata of every Namespace of the cluster.

    """
    index = _Index.of(account.tenant for account in world.accounts.values())
    owners: dict[str, str] = {}
    conflicts: list[Conflict] = []
    present: set[str] = set()
    for meta in sorted(namespaces, key=lambda meta: meta.name):
        present.add(meta.name)
        if meta.name in world.platform_namespaces:
            continue
        claimants = index.claimants(meta)
        if not claimants:
            continue
        stamped = meta.labels.get(TENANT_LABEL)
        owner = stamped if stamped in claimants else None
        if len(claimants) == 1:
            (owner,) = claimants
        else:
            conflicts.append(Conflict(meta.name, tuple(sorted(claimants)), owner))
        if owner is not None:
            owners[meta.name] = owner
    by_tenant: defaultdict[str, list[str]] = defaultdict(list)
    for namespace, owner in owners.items():
        by_tenant[owner].append(namespace)
    named = {
        name: set(account.tenant.spec.namespaces.names) for name, account in world.accounts.items()
    }
    return Claims(
        owners=owners,
        by_tenant={tenant: tuple(found) for tenant, found in by_tenant.items()},
        conflicts=tuple(conflicts),
        absent=_sorted({t: names - present for t, names in named.items()}),
        refused=_sorted({t: names & world.platform_namespaces for t, names in named.items()}),
    )


@dataclass(frozen=True, slots=True)
class _Index:
    """The claims of all tenants, so that a namespace does not ask each of them."""

    by_name: Mapping[str, frozenset[str]]
    by_label: Mapping[tuple[str, str], tuple[tuple[str, Mapping[str, str]], ...]]
    """One label of each selector to the tenants that have it, and their whole selectors."""
    everything: frozenset[str]

    @classmethod
    def of(cls, tenants: Iterable[Tenant]) -> "_Index":
        """Index the claims."""
        by_name: defaultdict[str, set[str]] = defaultdict(set)
        by_label: defaultdict[tuple[str, str], list[tuple[str, Mapping[str, str]]]] = defaultdict(
            list
        )
        everything: set[str] = set()
        for tenant in tenants:
            name, spec = tenant.metadata.name, tenant.spec.namespaces
            if len(name) > MAX_TENANT_NAME:
                continue
            for namespace in spec.names:
                by_name[namespace].add(name)
            # An empty selector would select everything; `all` is how that is said.
            if spec.selector is not None and spec.selector.match_labels:
                first = min(spec.selector.match_labels.items())
                by_label[first].append((name, spec.selector.match_labels))
            if spec.all:
                everything.add(name)
        return cls(
            by_name={namespace: frozenset(names) for namespace, names in by_name.items()},
            by_label={label: tuple(found) for label, found in by_label.items()},
            everything=frozenset(everything),
        )

    def claimants(self, meta: ObjectMeta) -> frozenset[str]:
        """Return the tenants that claim a namespace."""
        selected = {
            tenant
            for label in meta.labels.items()
            for tenant, selector in self.by_label.get(label, ())
            if selector.items() <= meta.labels.items()
        }
        return self.by_name.get(meta.name, frozenset()) | selected | self.everything


def _sorted(found: Mapping[str, set[str] | frozenset[str]]) -> Mapping[str, tuple[str, ...]]:
    """Return what is not empty, sorted."""
    return {tenant: tuple(sorted(names)) for tenant, names in found.items() if names}
