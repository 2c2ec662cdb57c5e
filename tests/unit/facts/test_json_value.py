"""Words for decoded JSON values."""

import pytest

from aup.facts.json_value import text_of, type_of


@pytest.mark.parametrize(
    ("value", "type_name", "text"),
    [
        (None, "null", ""),
        (True, "a boolean", "true"),
        (False, "a boolean", "false"),
        (0, "a number", "0"),
        (1.5, "a number", "1.5"),
        ("x", "a string", "x"),
        ([1], "a list", ""),
        ({"a": 1}, "an object", ""),
    ],
)
def test_a_value_has_the_name_and_text_of_its_json(
    value: object, type_name: str, text: str
) -> None:
    assert (type_of(value), text_of(value)) == (type_name, text)
