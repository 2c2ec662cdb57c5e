"""Thresholds: the policy's terms over the catalogue's defaults."""

from datetime import timedelta

import pytest

from aup.api.sections.fair_use import FairUseLimit, FairUseTerms, Measure
from aup.facts.quantity import parse
from aup.fairuse.catalogue import CATALOGUE, Query
from aup.fairuse.limits import limit_of

BY_MEASURE = {query.measure: query for query in CATALOGUE}
CPU = BY_MEASURE[Measure.CPU]


def test_the_catalogue_has_every_measure_once_and_in_order() -> None:
    assert [query.measure for query in CATALOGUE] == list(Measure)


@pytest.mark.parametrize("query", CATALOGUE, ids=lambda q: q.measure)
def test_without_a_word_of_the_policy_the_catalogue_counts(query: Query) -> None:
    """And what has no contention is never reported: nobody is disrupted."""
    limit = limit_of(query, FairUseTerms())
    assert (limit is None) == (query.contention is None)
    if limit is not None:
        assert limit.share == query.share_percent / 100
        assert limit.floor == float(parse(query.floor))
        assert limit.contention == (query.contention, query.contention_percent / 100)
        assert (limit.hold, limit.recover) == (timedelta(minutes=15), 0.8)


def test_the_policy_says_otherwise() -> None:
    said = FairUseLimit(
        measure=Measure.CPU,
        share_percent=50,
        floor="500m",
        contention_percent=95,
        contention_query='max(pressure{a="$x"})',
        for_seconds=60,
    )
    limit = limit_of(CPU, FairUseTerms(limits=(said,), recover_percent=50))
    assert limit is not None
    assert (limit.share, limit.floor, limit.recover) == (0.5, 0.5, 0.5)
    assert limit.hold == timedelta(minutes=1)
    # Taken as it is: a dollar of theirs is no placeholder of ours.
    assert limit.contention == ('max(pressure{a="$$x"})', 0.95)


def test_a_measure_can_be_left_out() -> None:
    terms = FairUseTerms(limits=(FairUseLimit(measure=Measure.CPU, report=False),))
    assert limit_of(CPU, terms) is None


def test_storage_is_reported_where_the_policy_knows_how_full_it_is() -> None:
    storage = BY_MEASURE[Measure.STORAGE]
    said = FairUseLimit(measure=Measure.STORAGE, contention_query="max(pool_full)")
    assert limit_of(storage, FairUseTerms(limits=(said,))) is not None
