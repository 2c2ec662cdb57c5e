"""Stamps: what is in force, written on the Namespace, where every enforcement point reads it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aup.api.meta import (
    ADDRESSES_ANNOTATION,
    BUDGET_ANNOTATION,
    HOSTNAMES_ANNOTATION,
    POLICY_ANNOTATION,
    STATE_LABEL,
    TENANT_LABEL,
    BudgetState,
    NamespaceState,
    ObjectMeta,
)
from aup.policy.addresses import AddressSet
from aup.policy.terms import Domain, Terms


@dataclass(frozen=True, slots=True)
class Stamp:
    """The stamps of one namespace."""

    tenant: str
    state: NamespaceState
    addresses: AddressSet
    domains: tuple[Domain, ...]
    """Sorted by name."""
    policy: str
    """Name of the policy and its revision: ``asergo/2023-06-01``."""
    budget: BudgetState

    @property
    def labels(self) -> Mapping[str, str]:
        """The stamps that are labels, since selectors read them."""
        return {TENANT_LABEL: self.tenant, STATE_LABEL: self.state.value}

    @property
    def annotations(self) -> Mapping[str, str]:
        """The stamps that are annotations."""
        return {
            ADDRESSES_ANNOTATION: ",".join(self.addresses.cidrs),
            HOSTNAMES_ANNOTATION: ",".join(hostnames(self.domains)),
            POLICY_ANNOTATION: self.policy,
            BUDGET_ANNOTATION: self.budget.value,
        }


def stamp(terms: Terms, state: NamespaceState, budget: BudgetState) -> Stamp:
    """Return what a namespace of a tenant must carry."""
    return Stamp(
        tenant=terms.tenant,
        state=state,
        addresses=terms.network.addresses,
        domains=tuple(sorted(terms.network.domains, key=_key)),
        policy=terms.policy.stamp,
        budget=budget,
    )


def hostnames(domains: tuple[Domain, ...]) -> tuple[str, ...]:
    """Return domains as stamps and reports write them: ``.acme.example`` with subdomains."""
    return tuple(
        f".{d.name}" if d.include_subdomains else d.name for d in sorted(domains, key=_key)
    )


def read_stamp(meta: ObjectMeta) -> Stamp | None:
    """Read the stamps of a namespace; ``None`` when it has none that can be read.

    A stamp that cannot be read counts as absent: it is then written anew, never believed.
    """
    labels, annotations = meta.labels, meta.annotations
    try:
        return Stamp(
            tenant=labels[TENANT_LABEL],
            state=NamespaceState(labels[STATE_LABEL]),
            addresses=AddressSet.of(_list(annotations[ADDRESSES_ANNOTATION])),
            domains=tuple(_domain(text) for text in _list(annotations[HOSTNAMES_ANNOTATION])),
            policy=annotations[POLICY_ANNOTATION],
            budget=BudgetState(annotations[BUDGET_ANNOTATION]),
        )
    except (KeyError, ValueError):
        return None


def _list(text: str) -> list[str]:
    return [item for item in text.split(",") if item]


def _domain(text: str) -> Domain:
    return Domain(text.removeprefix("."), text.startswith("."))


def _key(domain: Domain) -> tuple[str, bool]:
    return domain.name, domain.include_subdomains
