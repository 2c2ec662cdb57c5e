"""Terms of the section network."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from aup.api.sections.choice import Permission, Unrecognised
from aup.api.sections.network import EndpointTargets, ExternalNames
from aup.policy.addresses import AddressSet
from aup.policy.index import AddressIndex, DomainIndex
from aup.text import join

VERIFIED_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
"""Where a domain comes from a stamp, which does not say when it was verified."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain that the provider verified for the tenant."""

    name: str
    """Canonical: lower case, A-labels, no trailing dot."""
    include_subdomains: bool
    verified_at: datetime = field(default=VERIFIED_LONG_AGO, compare=False)
    """When the provider verified it; not part of what the domain is."""


@dataclass(frozen=True, slots=True)
class LapsedDomain:
    """A domain whose verification has grown too old to count."""

    domain: Domain
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class IdleNetwork:
    """Addresses that an assignment gives to the tenant, though not now."""

    addresses: AddressSet
    words: str
    """Completes ``198.51.100.49``: ``was assigned to acme until 2026-11-01``."""


@dataclass(frozen=True, slots=True)
class Offered:
    """Names that the tenant may use, as a remedy lists them: the first few, and how many more."""

    resource_ids: str
    networks: str
    """Those of the resource ids that name a network: they have a namespace."""
    pools: str
    classes: str
    attachment_types: str
    network_drivers: str


@dataclass(frozen=True, slots=True)
class NetworkTerms:
    """Section ``network``."""

    tenant: str
    addresses: AddressSet
    """Assigned to the tenant and in force now."""
    domains: tuple[Domain, ...]
    catch_all: Permission
    endpoint_targets: EndpointTargets
    allowed_endpoints: AddressSet
    """External addresses that the provider lets any Service point to."""
    platform_writers: frozenset[str]
    """Usernames that may write status addresses and endpoints."""
    platform_namespaces: frozenset[str]
    """ServiceAccounts of these namespaces may do the same."""
    resource_ids: frozenset[str]
    """Opaque names of addresses that are the tenant's."""
    contact: str
    node_ports: Permission
    load_balancer_node_ports: Permission
    external_names: ExternalNames
    pools: frozenset[str]
    """Names, or CIDRs, of the pools that the tenant may name."""
    classes: frozenset[str]
    """Load-balancer classes that it may name."""
    unknown_annotations: Unrecognised
    known_annotations: tuple[str, ...]
    """Keys that are harmless; a trailing ``*`` stands for any ending."""
    external_dns_prefixes: frozenset[str]
    """Annotation prefixes of external-dns beside its own, without the slash."""
    attachment_types: frozenset[str]
    """CNI plugin types that it may name."""
    network_drivers: frozenset[str]
    """DRA drivers of network devices that it may configure."""
    shared_gateways: frozenset[tuple[str, str]]
    """Namespace and name of Gateways that belong to the platform."""
    cluster: AddressSet = field(default_factory=AddressSet)
    """The cluster's own ranges: pods, Services and nodes."""
    lapsed: tuple[LapsedDomain, ...] = ()
    """Domains that were the tenant's until their verification ended: denials say so."""
    idle: tuple[IdleNetwork, ...] = ()
    """What assignments that are not in force name: denials say so."""
    services: AddressSet = field(default_factory=AddressSet)
    """Range of the cluster's Services; empty when the policy does not say."""
    pods: AddressSet = field(default_factory=AddressSet)
    """Range of the cluster's pods; empty when the policy does not say. Needed off the cluster."""
    domains_by_name: DomainIndex = field(init=False, repr=False, compare=False)
    """Finds positions in ``domains``."""
    lapsed_by_name: DomainIndex = field(init=False, repr=False, compare=False)
    """Finds positions in ``lapsed``."""
    idle_by_address: AddressIndex = field(init=False, repr=False, compare=False)
    """Finds positions in ``idle``."""
    offered: Offered = field(init=False, repr=False, compare=False)
    """What may be used instead, in words."""

    def __post_init__(self) -> None:
        """Prepare what a request with thousands of claims asks about once for each."""
        lapsed = [found.domain for found in self.lapsed]
        idle = enumerate(found.addresses for found in self.idle)
        object.__setattr__(self, "domains_by_name", _by_name(self.domains))
        object.__setattr__(self, "lapsed_by_name", _by_name(lapsed))
        object.__setattr__(self, "idle_by_address", AddressIndex.of(idle))
        object.__setattr__(self, "offered", _offered(self))


def _offered(terms: NetworkTerms) -> Offered:
    """Put into words what the tenant may use."""
    return Offered(
        resource_ids=join(sorted(terms.resource_ids)),
        # ARNs have a slash as well.
        networks=join(sorted(n for n in terms.resource_ids if "/" in n and ":" not in n)),
        pools=join(sorted(terms.pools)),
        classes=join(sorted(terms.classes)),
        attachment_types=join(sorted(terms.attachment_types)),
        network_drivers=join(sorted(terms.network_drivers)),
    )


def _by_name(domains: Iterable[Domain]) -> DomainIndex:
    """Return the index of domains."""
    return DomainIndex.of((domain.name, domain.include_subdomains) for domain in domains)
