"""How far caches reach: forwards only, and kind by kind."""

from aup.ledger.horizon import NEVER, Horizon


def test_versions_only_grow() -> None:
    horizon = Horizon()
    assert horizon.version("Pod") is None
    for version, known in ((5, 5), (3, 5), (9, 9)):
        horizon.progressed("Pod", version)
        assert horizon.version("Pod") == known
    assert horizon.version("Claim") is None


def test_a_moment_is_confirmed_when_the_cache_has_come_to_what_was_read() -> None:
    horizon = Horizon()
    horizon.progressed("Pod", 5)
    horizon.read("Pod", 1.0, 5)
    assert horizon.confirmed("Pod") == 1.0
    horizon.read("Pod", 2.0, 8)
    horizon.read("Pod", 3.0, 12)
    assert (horizon.confirmed("Pod"), horizon.sent("Pod")) == (1.0, 3.0)
    horizon.progressed("Pod", 8)
    assert horizon.confirmed("Pod") == 2.0
    assert not horizon.all_confirmed(["Pod", "Claim"], 1.5)
    assert horizon.confirmed("Claim") == NEVER


def test_a_cache_that_lags_is_not_pushed_on_by_later_reads() -> None:
    horizon = Horizon()
    for moment in range(100):
        horizon.read("Pod", float(moment), 10 + moment)
    horizon.progressed("Pod", 10)
    assert horizon.confirmed("Pod") == 0.0
    horizon.progressed("Pod", 200)
    assert horizon.confirmed("Pod") == 99.0
