"""Network: addresses, names and ports. Order = order of findings in messages."""

from aup.rules.network import assigned_address, hostname

RULES = (
    assigned_address.RULE,
    hostname.RULE,
)
