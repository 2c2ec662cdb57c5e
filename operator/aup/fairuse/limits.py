"""What counts as overuse for a tenant: its policy's terms over the catalogue's defaults."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from aup.api.sections.fair_use import FairUseLimit, FairUseTerms
from aup.facts.quantity import parse
from aup.fairuse.catalogue import Query


class Contention(NamedTuple):
    """When others are disrupted."""

    query: str
    """PromQL, with the placeholders of the catalogue."""
    full: float
    """Its value from which on they are."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The thresholds of one measure."""

    share: float
    floor: float
    contention: Contention
    hold: timedelta
    """How long a change must have been measured before it is believed."""
    recover: float
    """Part of a threshold below which use has recovered."""


def limit_of(query: Query, terms: FairUseTerms) -> Limit | None:
    """Return the thresholds; None where overuse of this measure is not reported.

    Without contention nobody is disrupted, so a measure that has none is never reported.
    """
    said = next((x for x in terms.limits if x.measure is query.measure), None)
    said = said or FairUseLimit(measure=query.measure)
    # The policy's own query is taken as it is: a dollar in it is no placeholder of ours.
    own = said.contention_query.replace("$", "$$") if said.contention_query else None
    contention_query = own or query.contention
    if not said.report or contention_query is None:
        return None
    return Limit(
        share=(said.share_percent or query.share_percent) / 100,
        floor=float(parse(query.floor if said.floor is None else said.floor)),
        contention=Contention(
            contention_query, (said.contention_percent or query.contention_percent) / 100
        ),
        hold=timedelta(seconds=said.for_seconds or terms.for_seconds),
        recover=terms.recover_percent / 100,
    )
