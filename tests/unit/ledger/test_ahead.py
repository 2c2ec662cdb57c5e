"""How much is kept ahead of admissions."""

from aup.ledger.ahead import Ahead


def used(times: int, now: float, ahead: Ahead | None = None) -> Ahead:
    ahead = ahead or Ahead(1.0)
    for _ in range(times):
        ahead.used({"pods": 2}, now)
    return ahead


def test_a_single_admission_keeps_nothing() -> None:
    assert used(1, 10.0).target("pods", 10.0) == 0


def test_the_target_is_what_was_used_within_a_second() -> None:
    ahead = used(10, 10.0)
    assert ahead.target("pods", 10.5) == 20
    used(4, 11.2, ahead)
    assert ahead.target("pods", 11.3) == 20
    used(4, 12.3, ahead)
    assert ahead.target("pods", 12.4) == 8


def test_it_ends_with_use() -> None:
    ahead = used(10, 10.0)
    assert ahead.target("pods", 11.0) == 0
    assert ahead.is_idle("pods", 11.0)
    ahead.granted({"pods": 1}, 11.0)
    assert not ahead.is_idle("pods", 11.5)


def test_near_the_cap_it_asks_for_little() -> None:
    ahead = used(10, 10.0)
    assert ahead.more("pods", 5, 1000, 3, 10.1) == 15
    assert ahead.more("pods", 5, 60, 3, 10.1) == 10
    assert ahead.more("pods", 5, 5, 3, 10.1) == 0
    assert ahead.more("pods", 50, 1000, 3, 10.1) == 0


def test_it_is_low_below_half_of_the_target() -> None:
    ahead = used(10, 10.0)
    assert ahead.is_low({"pods": 9}, 10.1)
    assert not ahead.is_low({"pods": 10}, 10.1)
