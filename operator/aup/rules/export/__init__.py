"""Export control and sanctions: controlled software stays where it may be, denied parties out."""

from aup.rules.export import destination, end_use, party, sector, served_country

RULES = (
    destination.RULE,
    party.RULE,
    sector.RULE,
    end_use.RULE,
    served_country.RULE,
)
