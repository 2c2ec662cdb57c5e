"""Network: addresses, names and ports. Order = order of findings in messages."""

from aup.rules.network import (
    assigned_address,
    external_name,
    hostname,
    load_balancer_class,
    node_port,
    policy_subject,
    pool,
    sharing,
    status_writer,
    unknown_annotation,
)

RULES = (
    assigned_address.RULE,
    status_writer.RULE,
    policy_subject.RULE,
    pool.RULE,
    sharing.RULE,
    load_balancer_class.RULE,
    node_port.RULE,
    unknown_annotation.RULE,
    hostname.RULE,
    external_name.RULE,
)
