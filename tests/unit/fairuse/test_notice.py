"""What a tenant is told of its own use: plain words, and nothing of anybody else."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from aup.api.abuse import MeasuredUse, NamespaceUse
from aup.api.meta import read, write
from aup.api.policy import AcceptableUsePolicy
from aup.api.report import ReportedUse, UseState
from aup.api.sections.fair_use import FairUseLimit, FairUseTerms, Measure
from aup.fairuse.catalogue import CATALOGUE
from aup.fairuse.limits import limit_of
from aup.fairuse.notice import STATES, notice, told
from aup.fairuse.standing import Phase
from aup.policy.edition import compile_edition
from aup.presets import load
from aup.rules import RULE_IDS

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
USAGE = MeasuredUse(
    measure=Measure.CPU,
    tenant="acme",
    namespace="acme-prod",
    namespace_uid="0b9d6a55",
    clause="1.6",
    unit="cores",
    used="6.75",
    floor="4",
    share="0.844",
    share_limit="0.25",
    contention="0.938",
    contention_limit="0.85",
    since=START,
    until=START + timedelta(minutes=1),
    measured_seconds=60,
    readings=2,
    namespaces=(
        NamespaceUse(name="acme-prod", used="6.25"),
        NamespaceUse(name="acme-test", used="0.5"),
    ),
    query="sum by (namespace) (…)",
)


def about(state: UseState, usage: MeasuredUse = USAGE, **terms: int) -> ReportedUse:
    """Return what a tenant of the preset is told."""
    edition, _ = compile_edition("asergo", read(AcceptableUsePolicy, load("asergo")).spec, RULE_IDS)
    query = next(q for q in CATALOGUE if q.measure is usage.measure)
    own = FairUseLimit(measure=usage.measure, contention_query="vector(1)")
    limit = limit_of(query, FairUseTerms(limits=(own,), **terms))
    assert limit is not None
    return notice(usage, state, limit, edition)


def test_the_first_reading_is_told_with_the_tenants_own_numbers() -> None:
    found = write(about(UseState.NOTICED))
    assert found.pop("message") == (
        "CPU time: the namespaces of acme use 6.75 cores while others run short; from 4 cores on, "
        "with 25% or more of what is short, that is too much; use less, or it is reported to "
        "abuse@asergo.example once it has lasted for 15 min"
    )
    assert found == {
        "measure": "CPU",
        "state": "Noticed",
        "clause": "1.6",
        "unit": "cores",
        "used": "6.75",
        "floor": "4",
        "since": "2026-11-22T12:00:00Z",
        "measuredAt": "2026-11-22T12:01:00Z",
        "namespaces": [{"name": "acme-prod", "used": "6.25"}, {"name": "acme-test", "used": "0.5"}],
    }


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        (
            UseState.REPORTED,
            "use less, and it ends",
        ),
        (
            UseState.RECOVERING,
            "it has ended once use has been below 80% of that for 90 s",
        ),
    ],
)
def test_what_was_reported_is_told_so(state: UseState, remedy: str) -> None:
    reported = "it was reported, and a person decides: write to abuse@asergo.example"
    told = about(state, for_seconds=90).message
    assert told.endswith(f"that is too much; {reported}; {remedy}")


@pytest.mark.parametrize("state", UseState)
@pytest.mark.parametrize("measure", Measure)
def test_nothing_is_told_from_which_the_use_of_others_follows(
    state: UseState, measure: Measure
) -> None:
    """Neither how full something is nor which part of it the tenant has: only terms."""
    query = next(q for q in CATALOGUE if q.measure is measure)
    usage = msgspec.structs.replace(USAGE, measure=measure, unit=query.unit)
    said = str(write(about(state, usage)))
    assert usage.share not in said
    assert "84" not in said
    assert usage.contention not in said
    assert "93" not in said


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [
        ("17179869184", "bytes", "16 GiB"),
        ("1649267441664", "bytes", "1.5 TiB"),
        ("1023", "bytes", "1023 bytes"),
        ("26214400.5", "bytes per second", "25 MiB per second"),
        ("20000", "packets per second", "20000 packets per second"),
        ("0.25", "cores", "0.25 cores"),
    ],
)
def test_numbers_are_written_for_people(number: str, unit: str, words: str) -> None:
    assert told(number, unit) == words


def test_who_is_quiet_is_told_nothing() -> None:
    assert set(Phase) - STATES.keys() == {Phase.QUIET}
    assert set(STATES.values()) == set(UseState)
