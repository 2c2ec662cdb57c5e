"""Countries and their subdivisions: codes only, never names.

Fuzzy matching of names finds KP for "Korea" and IL for "Iran", so a name is simply not known.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aup.api.sections.choice import Unknown

_ASSIGNED: Final = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
ISO_3166: Final = frozenset(_ASSIGNED.split())
"""ISO 3166-1 alpha-2, officially assigned, 2026."""

CODES: Final = ISO_3166 | {"XK"}
"""What counts as a country. XK is user-assigned; EU law and banks use it for Kosovo."""

_SUBDIVISION = re.compile(r"([A-Z]{2})-([A-Z0-9]{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """A country, or a part of one."""

    country: str
    """ISO 3166-1 alpha-2; empty when it is not known."""
    subdivision: str
    """ISO 3166-2; empty when none is given."""
    text: str
    """As written: the subdivision if there is one, else the country."""


@dataclass(frozen=True, slots=True)
class CountryRules:
    """Which countries may not be served."""

    deny: frozenset[str]
    deny_subdivisions: frozenset[str]
    aliases: Mapping[str, str]
    """Other spelling to ISO code: ``UK`` to ``GB``."""
    unknown: Unknown
    ownership_threshold: int
    """Per cent."""

    def place(self, country: str, subdivision: str | None) -> Place:
        """Read a country and a subdivision of it as the provider wrote them.

        Where the two contradict each other, or one of them is no code, the country is not known.
        """
        code = self.code(country)
        if not subdivision:
            return Place(code, "", country)
        part = self.subdivision(subdivision)
        if part is None or part.partition("-")[0] != code:
            # A denied part is denied whatever stands beside it.
            return Place("", part or "", subdivision)
        return Place(code, part, subdivision)

    def code(self, text: str) -> str:
        """Return the ISO code of a country, or an empty string."""
        code = self.aliases.get(text, text)
        return code if code in CODES else ""

    def subdivision(self, text: str) -> str | None:
        """Return the canonical ISO 3166-2 code; ``None`` when the text is none.

        Only the form and the country are checked: regions are renamed more often than we release.
        """
        match = _SUBDIVISION.fullmatch(text)
        country = self.code(match[1]) if match else ""
        return f"{country}-{match[2]}" if match and country else None

    def denies(self, place: Place) -> bool:
        """Return whether a place may not be served: the part, or the whole that it is part of."""
        return place.subdivision in self.deny_subdivisions or place.country in self.deny
