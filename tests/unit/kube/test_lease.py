"""Who may take a Lease, decided from what was seen and when."""

import pytest

from aup.kube.lease import Lease, LeaseSpec, LeaseTimes, Sighting
from aup.kube.wire import ObjectMeta


def lease(holder: str = "a", renewed: str = "1", version: str = "7", duration: int = 15) -> Lease:
    return Lease(
        ObjectMeta(name="leader", namespace="aup-system", resource_version=version),
        LeaseSpec(holder_identity=holder, lease_duration_seconds=duration, renew_time=renewed),
    )


@pytest.mark.parametrize(
    ("seen", "now", "free"),
    [
        pytest.param(Sighting(None, 0), 0, True, id="a-lease-that-is-not-there"),
        pytest.param(Sighting(lease(holder=""), 0), 0, True, id="a-released-lease"),
        pytest.param(Sighting(lease(holder="b"), 0), 0, True, id="our-own-after-a-lost-answer"),
        pytest.param(Sighting(lease(), 0), 14.9, False, id="held-and-not-yet-run-out"),
        pytest.param(Sighting(lease(), 0), 15.0, True, id="not-renewed-for-its-duration"),
        pytest.param(
            Sighting(lease(duration=60), 0), 20.0, False, id="the-holder's-duration-counts"
        ),
    ],
)
def test_who_may_take_the_lease(seen: Sighting, now: float, free: bool) -> None:
    assert seen.free("b", now) is free


def test_time_counts_from_the_first_look_at_a_renewal() -> None:
    """Each renewal that is seen starts the time anew, by our own clock."""
    first = Sighting(None, float("-inf")).then(lease(renewed="1"), 100.0)
    assert first.then(lease(renewed="1"), 110.0).since == 100.0
    assert first.then(lease(renewed="2"), 110.0).since == 110.0
    assert first.then(lease(holder="c"), 110.0).since == 110.0


def test_an_edit_that_renews_nothing_keeps_nobody_in_office() -> None:
    """A label on the Lease changes its resourceVersion, but not the time that is left."""
    first = Sighting(None, 0.0).then(lease(version="7"), 100.0)
    assert first.then(lease(version="8"), 110.0).since == 100.0


@pytest.mark.parametrize(
    ("retry", "renew", "seconds"),
    [(2, 15, 15), (10, 10, 15), (0, 10, 15), (2, 10, 15.5)],
    ids=["renew-not-below-lease", "retry-not-below-renew", "no-retry", "not-whole-seconds"],
)
def test_durations_that_could_make_two_leaders_are_refused(
    retry: float, renew: float, seconds: float
) -> None:
    with pytest.raises(ValueError, match="retry < renew < lease"):
        LeaseTimes(retry=retry, renew=renew, lease=seconds)
