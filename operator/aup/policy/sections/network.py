"""Sections network and host, compiled: what the tenant may answer under now."""

from collections.abc import Iterator
from datetime import timedelta

from aup.api.sections.network import ClusterCIDRs
from aup.policy.addresses import AddressSet
from aup.policy.edition import Edition
from aup.policy.sections.moment import Moment
from aup.policy.terms import Domain, HostTerms, NetworkTerms
from aup.policy.validity import assignment_standing
from aup.policy.world import Account, World


def network_terms(world: World, account: Account, edition: Edition, moment: Moment) -> NetworkTerms:
    """Return the section network: the addresses and names that are the tenant's now."""
    tenant, network = account.tenant, edition.spec.network
    return NetworkTerms(
        tenant=tenant.metadata.name,
        addresses=addresses(world, account, moment),
        domains=tuple(_domains(account, network.domain_verification_days, moment)),
        catch_all=network.catch_all_hostnames,
        endpoint_targets=network.endpoint_targets,
        allowed_endpoints=edition.allowed_endpoints,
        platform_writers=frozenset(network.platform_controllers),
        platform_namespaces=world.platform_namespaces,
        resource_ids=frozenset(tenant.spec.resource_ids),
        contact=edition.ref.contact,
        node_ports=network.node_ports,
        load_balancer_node_ports=network.load_balancer_node_ports,
        external_names=network.external_names,
        pools=frozenset((*network.address_pools, *tenant.spec.address_pools)),
        classes=frozenset((*network.load_balancer_classes, *tenant.spec.load_balancer_classes)),
        unknown_annotations=network.unknown_load_balancer_annotations,
        known_annotations=network.allowed_annotations,
        external_dns_prefixes=network.external_dns_prefixes,
        attachment_types=frozenset(network.network_attachment_types),
        network_drivers=frozenset(network.network_drivers),
        shared_gateways=frozenset((g.namespace, g.name) for g in network.shared_gateways),
        cluster=cluster(network.cluster_cidrs),
        pods=edition.pods,
    )


def host_terms(network: NetworkTerms, edition: Edition) -> HostTerms:
    """Return the section host, whose options stand under network."""
    spec = edition.spec.network
    return HostTerms(
        host_ports=spec.host_ports,
        require_drop_net_raw=spec.require_drop_net_raw,
        capabilities=frozenset(c.upper().removeprefix("CAP_") for c in spec.allowed_capabilities),
        sysctls=tuple(s.replace("/", ".") for s in spec.allowed_sysctls),
        host_paths=tuple(path.rstrip("/") for path in spec.allowed_host_paths),
        addresses=network.addresses,
        contact=edition.ref.contact,
    )


def addresses(world: World, account: Account, moment: Moment) -> AddressSet:
    """Return the addresses that are assigned to the tenant now."""
    assigned = []
    for holding in world.registry.by_tenant.get(account.tenant.metadata.name, ()):
        standing = assignment_standing(holding.spec, moment.now)
        moment.changes(standing.changes_at)
        if standing.in_force:
            assigned.append(holding.network)
    return AddressSet.of(assigned)


def cluster(ranges: ClusterCIDRs) -> AddressSet:
    """Return the cluster's own ranges, which the edition has found to be canonical."""
    return AddressSet.of((*ranges.pods, *ranges.services, *ranges.nodes))


def _domains(account: Account, lasts: int | None, moment: Moment) -> Iterator[Domain]:
    """Yield the domains whose verification has not grown too old."""
    for domain in account.domains:
        ends = domain.verified_at + timedelta(days=lasts) if lasts is not None else None
        if not moment.reached(ends):
            yield domain
