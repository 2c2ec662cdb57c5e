"""Exact amounts in whole steps."""

from decimal import Decimal

from aup.ledger.amounts import covers, decimals, least, minus, most, plus, positive, steps


def test_steps_round_up_and_come_back() -> None:
    found = steps(
        {"requests.cpu": Decimal("0.1001"), "requests.memory": Decimal(5), "pods": Decimal(0)}
    )
    assert found == {"requests.cpu": 101, "requests.memory": 5}
    assert decimals(found) == {"requests.cpu": Decimal("0.101"), "requests.memory": Decimal(5)}


def test_no_result_holds_a_zero() -> None:
    one, other = {"a": 1, "b": 2}, {"a": 1, "c": 3}
    assert plus(one, other, {"c": -3}) == {"a": 2, "b": 2}
    assert minus(one, other) == {"b": 2, "c": -3}
    assert most([one, other, {"d": -1}]) == {"a": 1, "b": 2, "c": 3}
    assert least(one, other) == {"a": 1}
    assert positive({"a": -1, "b": 1}) == {"b": 1}


def test_all_keys_must_be_covered() -> None:
    assert covers({"a": 1}, {"a": 1, "b": -5})
    assert not covers({"a": 1}, {"a": 1, "b": 1})
