"""Where a tenant stands: what begins, what ends, and what a gap changes, which is nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.fairuse.limits import Contention, Limit
from aup.fairuse.reading import Reading
from aup.fairuse.standing import Pace, Phase, Standing, Zone, step, zone

START = datetime(2026, 11, 22, tzinfo=UTC)
TICK = timedelta(minutes=1)
LIMIT = Limit(
    share=0.25,
    floor=4.0,
    contention=Contention("busy", 0.85),
    hold=timedelta(minutes=10),
    recover=0.8,
)
PACE = Pace(window=timedelta(minutes=5), stride=timedelta(seconds=90))
REPORTED = {Phase.OVER, Phase.RECOVERING}
OVER, BELOW, CLEAR, GAP = Zone.OVER, Zone.BETWEEN, Zone.CLEAR, Zone.UNKNOWN


def reading(used: float = 8, share: float | None = 0.5, contention: float = 0.95) -> Reading:
    """Return a reading that is over unless told otherwise."""
    return Reading(START, used, share, contention, (("acme-prod", used),))


def walk(zones: list[Zone], limit: Limit = LIMIT) -> list[Standing]:
    """Return where a tenant stands after each minute."""
    standings, standing = [], Standing()
    for n, where in enumerate(zones):
        standing = step(standing, START + n * TICK, where, limit, PACE)
        standings.append(standing)
    return standings


@pytest.mark.parametrize(
    ("given_reading", "expected"),
    [
        pytest.param(reading(), OVER, id="all-three-are-over"),
        pytest.param(reading(used=4, share=0.25, contention=0.85), OVER, id="thresholds-are-over"),
        pytest.param(reading(contention=0.2), CLEAR, id="busy-but-nobody-suffers"),
        pytest.param(reading(used=0.5), CLEAR, id="large-share-of-little"),
        pytest.param(reading(share=0.01), CLEAR, id="much-but-a-small-share"),
        pytest.param(reading(used=3.9), BELOW, id="a-little-below-the-floor"),
        pytest.param(reading(share=0.21), BELOW, id="a-little-below-the-share"),
        pytest.param(reading(contention=0.8, share=None), BELOW, id="no-longer-contended"),
        pytest.param(reading(share=None), GAP, id="contended-but-the-share-is-not-known"),
        pytest.param(reading(used=1, share=None), CLEAR, id="below-the-floor-whatever-the-share"),
        pytest.param(None, GAP, id="nothing-was-measured"),
    ],
)
def test_a_reading_lies_in_one_zone(given_reading: Reading | None, expected: Zone) -> None:
    assert zone(given_reading, LIMIT) is expected


@pytest.mark.parametrize(
    ("told", "phase"),
    [
        pytest.param("o" * 10, Phase.RISING, id="nine-minutes-are-not-ten"),
        pytest.param("o" * 11, Phase.OVER, id="ten-minutes-are"),
        pytest.param("o" * 10 + "b" + "o" * 10, Phase.RISING, id="below-once-begins-anew"),
        pytest.param("o" * 6 + "?" * 60 + "o" * 5, Phase.RISING, id="a-gap-does-not-count"),
        pytest.param("o" * 6 + "?" * 60 + "o" * 6, Phase.OVER, id="nor-does-it-end"),
        pytest.param("o" * 11 + "c" * 10, Phase.RECOVERING, id="recovery-takes-as-long"),
        pytest.param("o" * 11 + "c" * 11, Phase.QUIET, id="and-then-it-is-over"),
        pytest.param("o" * 11 + "c" * 9 + "bc", Phase.RECOVERING, id="not-clear-enough"),
        pytest.param("o" * 11 + "?" * 99, Phase.OVER, id="a-gap-ends-nothing"),
        pytest.param("o" * 11 + "c" + "?" * 99, Phase.RECOVERING, id="nor-once-it-is-clear"),
    ],
)
def test_a_change_is_measured_for_its_time(told: str, phase: Phase) -> None:
    letters = {"o": OVER, "b": BELOW, "c": CLEAR, "?": GAP}
    assert walk([letters[letter] for letter in told])[-1].phase is phase


def test_readings_of_the_same_scrapes_are_one_reading() -> None:
    """However short the time is that the policy asks for."""
    hasty = replace(LIMIT, hold=timedelta(seconds=1))
    assert [s.phase for s in walk([OVER] * 6, hasty)] == [*[Phase.RISING] * 5, Phase.OVER]


def test_an_instant_that_was_looked_at_counts_once() -> None:
    standing = walk([OVER] * 5)[-1]
    assert step(standing, START + 4 * TICK, OVER, LIMIT, PACE) == standing
    assert step(standing, START, CLEAR, LIMIT, PACE) == standing


def test_a_gap_is_not_counted_however_far_apart_readings_may_lie() -> None:
    patient = replace(PACE, stride=timedelta(hours=1))
    standing = Standing()
    for n, where in enumerate((OVER, GAP, OVER, OVER)):
        standing = step(standing, START + n * TICK, where, LIMIT, patient)
    assert standing.counted == TICK


def test_a_reading_that_was_missed_is_a_gap() -> None:
    """The time over which nobody looked is not counted."""
    early = step(Standing(), START, OVER, LIMIT, PACE)
    late = step(early, START + 60 * TICK, OVER, LIMIT, PACE)
    assert (late.phase, late.counted) == (Phase.RISING, timedelta())


ZONES = st.lists(st.sampled_from(list(Zone)), max_size=80)
RUNS = st.lists(st.tuples(st.sampled_from(list(Zone)), st.integers(1, 25)), max_size=12).map(
    lambda runs: [where for where, times in runs for _ in range(times)]
)
"""As it is: a state lasts."""


@given(ZONES | RUNS)
def test_a_gap_never_starts_or_ends_anything(zones: list[Zone]) -> None:
    standings = [Standing(), *walk(zones)]
    for where, (before, after) in zip(zones, pairwise(standings), strict=True):
        if where is Zone.UNKNOWN:
            assert replace(after, last=before.last, seen=before.seen) == before


@given(RUNS, st.data())
def test_gaps_only_ever_delay(zones: list[Zone], data: st.DataObject) -> None:
    """With gaps put in anywhere, nothing is reported that was not before."""
    holes = data.draw(st.lists(st.integers(0, len(zones)), max_size=6))
    holed = list(zones)
    for hole in sorted(holes, reverse=True):
        holed[hole:hole] = [Zone.UNKNOWN] * 3
    whole = [s.counted for s in walk(zones)]
    known = [s for s, where in zip(walk(holed), holed, strict=True) if where is not Zone.UNKNOWN]
    asked = [where for where in holed if where is not Zone.UNKNOWN]
    original = [w for w in zones if w is not Zone.UNKNOWN]
    assert asked == original
    if Zone.UNKNOWN not in zones and not any(s.phase in REPORTED for s in walk(zones)):
        assert not any(s.phase in REPORTED for s in known)
        assert all(k.counted <= w for k, w in zip(known, whole, strict=True))


@given(ZONES | RUNS)
def test_a_report_takes_measured_overuse_and_its_end_measured_calm(zones: list[Zone]) -> None:
    """Between two changes lies the whole time of the policy: it never flaps."""
    standings = [Standing(), *walk(zones)]
    turns = [
        n
        for n, (before, after) in enumerate(pairwise(standings))
        if (before.phase in REPORTED) != (after.phase in REPORTED)
    ]
    for n in turns:
        wanted = Zone.OVER if standings[n + 1].phase in REPORTED else Zone.CLEAR
        since = [where for where in zones[: n + 1] if where is not Zone.UNKNOWN]
        assert all(where is wanted for where in since[-11:])
        assert len(since) >= 11
    for one, other in pairwise(turns):
        assert (other - one) * TICK >= LIMIT.hold


READINGS = st.builds(
    reading,
    used=st.floats(0, 100),
    share=st.none() | st.floats(0, 1),
    contention=st.floats(0, 1.5),
)


@given(READINGS)
def test_over_is_what_is_over_in_everything(one: Reading) -> None:
    """A share alone, an amount alone, or contention alone never leads to a report."""
    over = zone(one, LIMIT) is Zone.OVER
    assert over == (
        one.used >= LIMIT.floor
        and one.share is not None
        and one.share >= LIMIT.share
        and one.contention >= LIMIT.contention.full
    )


@given(READINGS, st.floats(0, 1))
def test_less_use_is_never_worse(one: Reading, part: float) -> None:
    """Whoever uses less of it does not come from clear or between to over."""
    less = replace(one, used=one.used * part)
    order = {Zone.CLEAR: 0, Zone.BETWEEN: 1, Zone.UNKNOWN: 1, Zone.OVER: 2}
    assert order[zone(less, LIMIT)] <= order[zone(one, LIMIT)]
