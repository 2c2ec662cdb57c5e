"""Durations: hours, minutes and seconds, each at most once and in this order."""

from datetime import timedelta

import msgspec
import pytest

from aup.api.duration import Duration, parse_duration


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("72h", timedelta(hours=72)),
        ("1h30m", timedelta(minutes=90)),
        ("90m", timedelta(minutes=90)),
        ("0s", timedelta()),
        ("1h0m5s", timedelta(seconds=3605)),
    ],
)
def test_a_duration_is_read(text: str, length: timedelta) -> None:
    assert parse_duration(msgspec.convert(text, Duration)) == length


@pytest.mark.parametrize("text", ["", "h", "72", "72 h", "3d", "-1h", "30m1h", "1.5h", "72H"])
def test_what_is_no_duration_is_not_decoded(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, Duration)
