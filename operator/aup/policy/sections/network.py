"""Sections network and host, compiled: what the tenant may answer under now."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from aup.api.sections.network import ClusterCIDRs
from aup.facts.node_names import capability, file_path, sysctl
from aup.policy.addresses import AddressSet
from aup.policy.edition import Edition
from aup.policy.sections.moment import Moment
from aup.policy.terms import Domain, HostTerms, IdleNetwork, LapsedDomain, NetworkTerms
from aup.policy.validity import assignment_standing
from aup.policy.world import Account, World


def network_terms(world: World, account: Account, edition: Edition, moment: Moment) -> NetworkTerms:
    """Return the section network: the addresses and names that are the tenant's now."""
    tenant, network = account.tenant, edition.spec.network
    domains, lapsed = _domains(account, network.domain_verification_days, moment)
    return NetworkTerms(
        tenant=tenant.metadata.name,
        addresses=addresses(world, account, moment),
        domains=domains,
        lapsed=lapsed,
        idle=tuple(_idle(world, account, moment)),
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
        external_dns_prefixes=frozenset(p.rstrip("/") for p in network.external_dns_prefixes),
        attachment_types=frozenset(network.network_attachment_types),
        network_drivers=frozenset(network.network_drivers),
        shared_gateways=frozenset((g.namespace, g.name) for g in network.shared_gateways),
        cluster=cluster(network.cluster_cidrs),
        services=AddressSet.of(network.cluster_cidrs.services),
        pods=edition.pods,
    )


def host_terms(network: NetworkTerms, edition: Edition) -> HostTerms:
    """Return the section host, whose options stand under network."""
    spec = edition.spec.network
    return HostTerms(
        tenant=network.tenant,
        host_ports=spec.host_ports,
        require_drop_net_raw=spec.require_drop_net_raw,
        capabilities=allowed_capabilities(edition),
        sysctls=tuple(map(sysctl, spec.allowed_sysctls)),
        host_paths=tuple(map(file_path, spec.allowed_host_paths)),
        nodes=AddressSet.of(spec.cluster_cidrs.nodes),
        addresses=network.addresses,
        contact=edition.ref.contact,
    )


def allowed_capabilities(edition: Edition) -> frozenset[str]:
    """Return what containers may add although it reaches beyond them."""
    return frozenset(map(capability, edition.spec.network.allowed_capabilities))


def addresses(world: World, account: Account, moment: Moment) -> AddressSet:
    """Return the addresses that are assigned to the tenant now."""
    assigned = []
    for holding in world.registry.by_tenant.get(account.tenant.metadata.name, ()):
        standing = assignment_standing(holding.spec, moment.now)
        moment.changes(standing.changes_at)
        if standing.in_force:
            assigned.append(holding.network)
    return AddressSet.of(assigned)


def _idle(world: World, account: Account, moment: Moment) -> Iterator[IdleNetwork]:
    """Yield what the tenant's other assignments name, and why it may not be used now."""
    tenant = account.tenant.metadata.name
    for holding in world.registry.by_tenant.get(tenant, ()):
        spec = holding.spec
        words = {
            "NotYetValid": f"is assigned to {tenant} from {spec.from_:%Y-%m-%d} on",
            "Expired": f"was assigned to {tenant} until {spec.until or moment.now:%Y-%m-%d}",
            "Suspended": f"is suspended, though assigned to {tenant}",
        }.get(assignment_standing(spec, moment.now).reason)
        if words:
            yield IdleNetwork(AddressSet.of([holding.network]), words)


def cluster(ranges: ClusterCIDRs) -> AddressSet:
    """Return the cluster's own ranges, which the edition has found to be canonical."""
    return AddressSet.of((*ranges.pods, *ranges.services, *ranges.nodes))


def _domains(
    account: Account, lasts: int | None, moment: Moment
) -> tuple[tuple[Domain, ...], tuple[LapsedDomain, ...]]:
    """Return the domains that are the tenant's now, and those whose verification is too old."""
    held: list[Domain] = []
    lapsed: list[LapsedDomain] = []
    for domain in account.domains:
        ends = _ends(domain, lasts)
        if ends is not None and moment.reached(ends):
            lapsed.append(LapsedDomain(domain, ends))
        else:
            held.append(domain)
    return tuple(held), tuple(lapsed)


def _ends(domain: Domain, lasts: int | None) -> datetime | None:
    """Return when the verification of a domain ends; ``None``: never."""
    if lasts is None:
        return None
    try:
        return domain.verified_at + timedelta(days=lasts)
    except OverflowError:  # past the year 9999
        return None
