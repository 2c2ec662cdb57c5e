"""Tenancy: who a tenant is here, and what it must leave alone."""

from aup.rules.tenancy import acceptance, lending, tampering

RULES = (
    acceptance.RULE,
    tampering.RULE,
    lending.RULE,
)
