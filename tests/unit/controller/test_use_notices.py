"""Notices between who measures and who writes reports: who is told, and when nothing is known."""

from datetime import UTC, datetime

import pytest

from aup.api.abuse import MeasuredUse, NamespaceUse
from aup.api.meta import read
from aup.api.policy import AcceptableUsePolicy
from aup.api.report import UseState
from aup.api.sections.fair_use import FairUseTerms, Measure
from aup.controller.use_notices import UseNotices, Watched
from aup.fairuse.catalogue import CATALOGUE
from aup.fairuse.limits import limit_of
from aup.policy.edition import compile_edition
from aup.presets import load
from aup.rules import RULE_IDS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EDITION, _ = compile_edition("asergo", read(AcceptableUsePolicy, load("asergo")).spec, RULE_IDS)
LIMIT = limit_of(CATALOGUE[0], FairUseTerms())
CPU = Watched("acme", Measure.CPU)


def usage(measure: Measure = Measure.CPU, used: str = "6") -> MeasuredUse:
    """Return what acme was measured to use."""
    return MeasuredUse(
        measure=measure,
        tenant="acme",
        namespace="acme-prod",
        namespace_uid="0b9d6a55",
        unit="cores",
        used=used,
        floor="4",
        share="0.5",
        share_limit="0.25",
        contention="0.9",
        contention_limit="0.85",
        since=NOW,
        until=NOW,
        measured_seconds=0,
        readings=1,
        namespaces=(NamespaceUse(name="acme-prod", used=used),),
        query="q",
    )


@pytest.fixture
def told() -> list[str]:
    """Return whom the notices woke."""
    return []


@pytest.fixture
def notices(told: list[str]) -> UseNotices:
    """Return notices of a process that has measured everything once."""
    found = UseNotices(measured=True)
    found.on_change(told.append)
    found.complete(())
    return found


def tell(notices: UseNotices, state: UseState, new: MeasuredUse | None, watched: Watched) -> None:
    assert LIMIT is not None
    notices.tell(watched, state, new, LIMIT, EDITION)


def test_a_notice_wakes_its_tenant_and_nobody_else(notices: UseNotices, told: list[str]) -> None:
    tell(notices, UseState.NOTICED, usage(), CPU)
    assert told == ["acme"]
    (found,) = notices.of("acme") or ()
    assert (found.state, found.used) == (UseState.NOTICED, "6")
    assert notices.of("beta") == ()
    notices.drop(CPU)
    notices.drop(CPU)
    assert told == ["acme", "acme"]
    assert notices.of("acme") == ()


def test_a_new_state_keeps_numbers_that_nobody_has_anew(notices: UseNotices) -> None:
    """As of an episode that an earlier process reported."""
    tell(notices, UseState.REPORTED, None, CPU)
    assert notices.of("acme") == ()
    notices.remember(CPU, usage(used="5"))
    tell(notices, UseState.REPORTED, None, CPU)
    tell(notices, UseState.RECOVERING, None, CPU)
    (found,) = notices.of("acme") or ()
    assert (found.state, found.used) == (UseState.RECOVERING, "5")
    assert notices.state(CPU) is UseState.RECOVERING


def test_what_is_not_measured_any_more_is_taken_back(notices: UseNotices) -> None:
    """A tenant that is gone, or terms that ask for no report."""
    memory = Watched("acme", Measure.MEMORY)
    tell(notices, UseState.NOTICED, usage(), CPU)
    tell(notices, UseState.NOTICED, usage(Measure.MEMORY), memory)
    notices.keep(Measure.CPU, {"acme": 1})
    assert len(notices.of("acme") or ()) == 2
    notices.keep(Measure.CPU, {"beta": 1})
    assert [n.measure for n in notices.of("acme") or ()] == [Measure.MEMORY]


def test_until_all_was_measured_nothing_is_known(told: list[str]) -> None:
    """And then everybody hears of it: what an earlier process told may have ended."""
    notices = UseNotices(measured=True)
    notices.on_change(told.append)
    tell(notices, UseState.NOTICED, usage(), CPU)
    assert notices.of("acme") is None
    assert told == []
    notices.complete(("acme", "beta"))
    assert told == ["acme", "beta"]
    assert len(notices.of("acme") or ()) == 1
    assert notices.of("beta") == ()


def test_where_nobody_measures_there_is_nothing_to_tell() -> None:
    assert UseNotices(measured=False).of("acme") == ()
