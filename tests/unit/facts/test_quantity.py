"""Quantities: the grammar of the API server, its canonical text, and nothing beside it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.quantity import LARGEST, NANO, ceiling, floor, parse, render, total


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("1", "1"),
        ("+1", "1"),
        (".5", "0.5"),
        ("5.", "5"),
        ("500m", "0.5"),
        ("100u", "0.0001"),
        ("1n", "0.000000001"),
        ("0.1n", "0.000000001"),
        ("1k", "1000"),
        ("1E", "1000000000000000000"),
        ("1E3", "1000"),
        ("1e3", "1000"),
        ("1E+3", "1000"),
        ("1e-3", "0.001"),
        ("1Ki", "1024"),
        ("1.5Gi", "1610612736"),
        ("4Ei", "4611686018427387904"),
        ("8Ei", "9223372036854775807"),
        ("9999Ei", "9223372036854775807"),
        ("-0", "0"),
        ("+", "0"),
        ("-", "0"),
        (".", "0"),
        ("m", "0"),
        ("Ti", "0"),
        ("e3", "0"),
        ("1.0001Ki", "1024.1024"),
        (0.5, "0.5"),
        (4, "4"),
    ],
)
def test_parse_reads_what_the_api_server_reads(text: str | float, value: str) -> None:
    assert parse(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1 Gi", "1K", "1ki", "1Kib", "NaN", "Infinity", "1_000", "１", "0x10", "1e3Mi"),
        *("--1", "-1", "-1m", "1e", "1e9999", "1e30", "9" * 30, "1\n", "1.2.3", "..", "Pi", "Ei"),
        "1" * 65,
    ],
)
def test_parse_refuses_the_rest(text: str) -> None:
    with pytest.raises(ValueError, match=r"quantity|negative|larger"):
        parse(text)


@pytest.mark.parametrize(
    ("value", "binary", "text"),
    [
        ("0", False, "0"),
        ("4", False, "4"),
        ("0.5", False, "500m"),
        ("1.5", False, "1500m"),
        ("0.0001", False, "100u"),
        ("1000", False, "1k"),
        ("1024", False, "1024"),
        ("1024", True, "1Ki"),
        ("171798691840", True, "160Gi"),
        ("1025", True, "1025"),
        ("2000", True, "2k"),
        ("512", True, "512"),
        ("0.5", True, "500m"),
    ],
)
def test_render_is_canonical(value: str, text: str, *, binary: bool) -> None:
    assert render(Decimal(value), binary=binary) == text


_VALUES = st.decimals(min_value=0, max_value=10**15, places=9, allow_nan=False)


@given(_VALUES, st.booleans())
def test_what_is_rendered_reads_back(value: Decimal, binary: bool) -> None:
    assert parse(render(value, binary=binary)) == value


@given(st.integers(0, 2**63 - 1), st.booleans())
def test_whole_numbers_read_back_to_the_last_unit(value: int, binary: bool) -> None:
    assert parse(render(Decimal(value), binary=binary)) == value


@given(st.text(alphabet="0123456789.eE+-KMGTPEinumk _", max_size=70))
def test_any_text_is_a_quantity_or_refused(text: str) -> None:
    try:
        value = parse(text)
    except ValueError:
        return
    assert 0 <= value <= LARGEST
    assert render(value) == render(parse(render(value)))


@given(_VALUES, st.sampled_from([Decimal(1), Decimal("0.001"), NANO]))
def test_floor_and_ceiling_hold_the_value_between_them(value: Decimal, step: Decimal) -> None:
    low, high = floor(value, step), ceiling(value, step)
    assert low * step <= value <= high * step
    assert high - low in {0, 1}


def test_total_is_exact_where_the_default_context_is_not() -> None:
    assert total([LARGEST, NANO, LARGEST]) == Decimal("18446744073709551614.000000001")
