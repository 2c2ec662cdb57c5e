"""Terms of the section host."""

from dataclasses import dataclass

from aup.api.sections.choice import Permission
from aup.policy.addresses import AddressSet


@dataclass(frozen=True, slots=True)
class HostTerms:
    """Section ``host``."""

    tenant: str
    host_ports: Permission
    require_drop_net_raw: bool
    """Containers must drop NET_RAW, which runtimes give by default."""
    capabilities: frozenset[str]
    """Capabilities that may be added, upper case without ``CAP_``."""
    sysctls: tuple[str, ...]
    """Settings beside the safe ones, with dots; a trailing ``*`` stands for any ending."""
    host_paths: tuple[str, ...]
    """Paths of the node that may be mounted, with all below them; in their plain form."""
    nodes: AddressSet
    """Of the cluster, as far as the policy says."""
    addresses: AddressSet
    """Assigned to the tenant: sending under one of them is no spoofing."""
    contact: str
