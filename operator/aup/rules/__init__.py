"""The catalogue of rules. Its order is the order of findings in messages."""

from typing import Any

from aup.rules import network
from aup.rules.base import Rule

CATALOGUE: tuple[Rule[Any, Any], ...] = (*network.RULES,)
