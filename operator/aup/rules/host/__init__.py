"""Host: a tenant's pods stay in their sandbox and off the node."""

from aup.rules.host import (
    anti_spoofing,
    capabilities,
    kubelet_connections,
    namespaces,
    path,
    port,
    privileged,
    sysctls,
)

RULES = (
    namespaces.RULE,
    port.RULE,
    path.RULE,
    privileged.RULE,
    capabilities.RULE,
    sysctls.RULE,
    anti_spoofing.RULE,
    kubelet_connections.RULE,
)
