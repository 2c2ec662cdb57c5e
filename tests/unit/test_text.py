"""Words that people read: short, on one line, and made of no more than is shown."""

import pytest
from typing_extensions import override

from aup.text import join, printable


class Unwritten:
    """What must not be written out: it is not shown."""

    @override
    def __str__(self) -> str:
        raise AssertionError("was written out")


def test_only_the_words_that_are_shown_are_written_out() -> None:
    assert join([1, "b", *[Unwritten()] * 998], at_most=2) == "1, b or 998 more"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a b", "a b"),
        ("a\n\tb", "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b"),
        ("abcdefgh", "abcdefgh"),
        ("abcdefghi", "abcdefg…"),
        ("a" * 1000, "aaaaaaa…"),
        ("a" + " " * 1000 + "b", "a…"),
        (" " * 1000, "…"),
    ],
)
def test_a_value_is_shown_on_one_line_and_cut_where_it_is_long(value: str, shown: str) -> None:
    assert printable(value, 8) == shown


def test_of_a_long_value_only_the_beginning_is_looked_at() -> None:
    class Long(str):
        """A text that can be cut, and not read as a whole."""

        __slots__ = ()

        @override
        def isprintable(self) -> bool:
            raise AssertionError("was read as a whole")

    assert printable(Long("a" * 100_000)) == "a" * 127 + "…"
