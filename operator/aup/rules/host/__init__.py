"""Host: a tenant's pods stay in their sandbox and off the node."""

from aup.rules.host import namespaces, port, privileged

RULES = (
    namespaces.RULE,
    port.RULE,
    privileged.RULE,
)
