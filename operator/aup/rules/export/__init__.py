"""Export control and sanctions: controlled software stays where it may be, denied parties out."""

from aup.rules.export import destination, party

RULES = (
    destination.RULE,
    party.RULE,
)
