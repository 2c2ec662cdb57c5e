"""Licences: software runs as its licence allows, and products with a right to them."""

from aup.rules.license import declaration, entitlement, expression, unknown, vendor_support

RULES = (
    expression.RULE,
    unknown.RULE,
    entitlement.RULE,
    vendor_support.RULE,
    declaration.RULE,
)
