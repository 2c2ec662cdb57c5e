"""Conduct: what a tenant must not use the service for, whatever it runs."""

from aup.rules.conduct import gambling, high_risk_use

RULES = (
    high_risk_use.RULE,
    gambling.RULE,
)
