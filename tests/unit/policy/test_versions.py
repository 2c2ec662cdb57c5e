"""Version ranges: which tags are in a range, and which cannot be told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.policy.versions import VersionRange, version_of


@pytest.mark.parametrize(
    ("text", "tag", "inside"),
    [
        pytest.param(">=7.4 <8", "7.4.1", True, id="inside"),
        pytest.param(">=7.4,<8", "7.4.1", True, id="commas"),
        pytest.param(">= 7.4 , < 8", "7.4.1", True, id="spaces-everywhere"),
        pytest.param(">=7.4 <8", "8.0.0", False, id="upper-end-is-outside"),
        pytest.param(">=7.4 <8", "7.2.5", False, id="below"),
        pytest.param(">=7.4 <8", "7.4", True, id="all-of-7.4-is-inside"),
        pytest.param(">=7.4 <8", "7", False, id="7-may-be-older-than-7.4"),
        pytest.param("<7.4", "7", False, id="7-may-be-newer-than-7.3"),
        pytest.param("<7.4", "6", True, id="all-of-6-is-inside"),
        pytest.param(">=7.4 <8", "v7.4.1", True, id="leading-v"),
        pytest.param(">=7.4 <8", "7.4-alpine", True, id="variant"),
        pytest.param(">=7.4 <8", "7.4.1-debian-12-r14", True, id="variant-with-numbers"),
        pytest.param(">=7.4 <8", "7.9-rc1", True, id="pre-release"),
        pytest.param("<=8.0rc1", "8.0-rc1", True, id="pre-release-is-one-release"),
        pytest.param(">=7.4 <8", "latest", False, id="latest-is-no-version"),
        pytest.param(">=7.4 <8", "stable-7.4", False, id="version-behind-a-word"),
        pytest.param("==16.4", "16.4", True, id="named-exactly-as-written"),
        pytest.param("==16.4", "16.4.1", False, id="named-exactly-is-not-what-begins-so"),
        pytest.param("==16.*", "16", True, id="prefix"),
        pytest.param("!=7.4.2 >=7.4", "7.4.2", False, id="exclusion"),
    ],
)
def test_range(text: str, tag: str, *, inside: bool) -> None:
    assert VersionRange.parse(text).matches(tag) is inside


@pytest.mark.parametrize("text", ["7.4", "newest", ">=x", "^7", "~7.4", ">=1 " * 100])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no version range|is longer"):
        VersionRange.parse(text)


def test_equal_ranges_are_equal_however_they_are_written() -> None:
    assert VersionRange.parse(">=7.4 <8") == VersionRange.parse("<8, >=7.4")


@given(st.text(max_size=130))
def test_any_tag_gets_an_answer(tag: str) -> None:
    assert VersionRange.parse(">=7.4 <8").matches(tag) in {True, False}


@given(st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20)))
def test_a_full_version_lies_on_one_side(numbers: tuple[int, int, int]) -> None:
    """Ranges that share an end share no full version and leave none out."""
    tag = ".".join(map(str, numbers))
    below, above = VersionRange.parse("<7.4"), VersionRange.parse(">=7.4")
    assert below.matches(tag) is not above.matches(tag)


def test_commit_hashes_are_no_versions() -> None:
    assert version_of("main-4f2c1a9") is None
    assert version_of("") is None
