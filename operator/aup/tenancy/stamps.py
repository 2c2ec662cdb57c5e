"""Stamps: what is in force, written on the Namespace, where every enforcement point reads it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aup.api.meta import (
    ADDRESSES_ANNOTATION,
    ALLOWS_ANNOTATION,
    BUDGET_ANNOTATION,
    CONTACT_ANNOTATION,
    HOSTNAMES_ANNOTATION,
    NET_RAW_LABEL,
    POLICY_ANNOTATION,
    PROVIDER_ANNOTATION,
    RULES_ANNOTATION,
    STAMP_ANNOTATIONS,
    STATE_LABEL,
    TENANT_LABEL,
    TWINS_ANNOTATION,
    BudgetState,
    NamespaceState,
    NetRaw,
    ObjectMeta,
)
from aup.policy.terms import Domain, Terms
from aup.twins.catalogue import TWINNED
from aup.twins.stamps import MAX_CHARACTERS, MAX_HOSTNAMES, MAX_NETWORKS, OVERFLOW, allowances, held


@dataclass(frozen=True, slots=True)
class Stamp:
    """The stamps of one namespace."""

    tenant: str
    state: NamespaceState
    budget: BudgetState
    net_raw: NetRaw | None
    """``None``: an older version wrote the stamp, and did not say."""
    notes: Mapping[str, str]
    """Annotation to its text, for all but the budget."""

    @property
    def labels(self) -> Mapping[str, str]:
        """The stamps that are labels, since selectors read them."""
        said = {} if self.net_raw is None else {NET_RAW_LABEL: self.net_raw.value}
        return {TENANT_LABEL: self.tenant, STATE_LABEL: self.state.value, **said}

    @property
    def annotations(self) -> Mapping[str, str]:
        """The stamps that are annotations."""
        return {**self.notes, BUDGET_ANNOTATION: self.budget.value}


def stamp(terms: Terms, namespace: str, state: NamespaceState, budget: BudgetState) -> Stamp:
    """Return what a namespace of a tenant must carry."""
    notes = {
        ADDRESSES_ANNOTATION: _listed(terms.network.addresses.cidrs, MAX_NETWORKS),
        HOSTNAMES_ANNOTATION: _listed(hostnames(terms.network.domains), MAX_HOSTNAMES),
        POLICY_ANNOTATION: terms.policy.stamp,
        PROVIDER_ANNOTATION: terms.policy.provider,
        CONTACT_ANNOTATION: terms.policy.contact,
        RULES_ANNOTATION: terms.policy.rules_url,
        TWINS_ANNOTATION: held(terms, namespace, TWINNED),
        ALLOWS_ANNOTATION: allowances(terms, namespace),
    }
    net_raw = NetRaw.MUST_DROP if terms.host.require_drop_net_raw else NetRaw.MAY_KEEP
    return Stamp(terms.tenant, state, budget, net_raw, notes)


def hostnames(domains: tuple[Domain, ...]) -> tuple[str, ...]:
    """Return domains as stamps and reports write them: ``.acme.example`` with subdomains."""
    return tuple(
        f".{d.name}" if d.include_subdomains else d.name for d in sorted(domains, key=_key)
    )


def _listed(names: tuple[str, ...], most: int) -> str:
    """Return a list as twins read it, whole or not at all: half of it would be worse than none."""
    text = ",".join(names)
    return text if len(names) <= most and len(text) <= MAX_CHARACTERS else OVERFLOW


def read_stamp(meta: ObjectMeta) -> Stamp | None:
    """Read the stamps of a namespace; ``None`` when it has none that can be read.

    A stamp that cannot be read counts as absent: it is then written anew, never believed.
    """
    labels, annotations = meta.labels, meta.annotations
    notes = (key for key in STAMP_ANNOTATIONS if key != BUDGET_ANNOTATION)
    try:
        return Stamp(
            tenant=labels[TENANT_LABEL],
            state=NamespaceState(labels[STATE_LABEL]),
            budget=BudgetState(annotations[BUDGET_ANNOTATION]),
            net_raw=_net_raw(labels.get(NET_RAW_LABEL, "")),
            # One that an older version did not write is as good as empty, and then renewed.
            notes={key: annotations.get(key, "") for key in notes},
        )
    except (KeyError, ValueError):
        return None


def _net_raw(written: str) -> NetRaw | None:
    return NetRaw(written) if written in set(NetRaw) else None


def _key(domain: Domain) -> tuple[str, bool]:
    return domain.name, domain.include_subdomains
