"""The catalogue of rules. Its order is the order of findings in messages."""

from typing import Any

from aup.rules import (
    conduct,
    export,
    host,
    license,  # noqa: A004 - a section's name
    mail,
    network,
    resources,
    security,
    tenancy,
)
from aup.rules.base import Rule

CATALOGUE: tuple[Rule[Any, Any], ...] = (
    *network.RULES,
    *host.RULES,
    *license.RULES,
    *export.RULES,
    *mail.RULES,
    *security.RULES,
    *conduct.RULES,
    *tenancy.RULES,
    *resources.RULES,
)

RULE_IDS = frozenset(rule.id for rule in CATALOGUE)
"""What policies and exemptions may name."""
