"""Pauses after failures."""

from hypothesis import given
from hypothesis import strategies as st

from aup.kube.backoff import Backoff, jittered


@given(st.floats(0, 1e6))
def test_jitter_stays_between_half_and_all(seconds: float) -> None:
    assert seconds / 2 <= jittered(seconds) <= seconds


def test_pauses_double_up_to_the_limit() -> None:
    backoff = Backoff(first=1.0, last=8.0)
    pauses = [backoff.failed() for _ in range(6)]
    for pause, whole in zip(pauses, (1, 2, 4, 8, 8, 8), strict=True):
        assert whole / 2 <= pause <= whole


def test_an_outage_of_days_does_not_overflow() -> None:
    backoff = Backoff(first=0.5, last=30.0)
    assert all(backoff.failed() <= 30.0 for _ in range(5000))


def test_a_success_makes_the_next_pause_short_again() -> None:
    backoff = Backoff(first=1.0, last=60.0)
    for _ in range(5):
        backoff.failed()
    backoff.succeeded()
    assert backoff.failed() <= 1.0
