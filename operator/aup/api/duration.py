"""Durations as Go writes them, in hours, minutes and seconds: ``72h``, ``1h30m``."""

import re
from datetime import timedelta
from typing import Annotated, Final

import msgspec

_PATTERN: Final = (
    r"^([0-9]{1,5}h([0-9]{1,7}m)?([0-9]{1,9}s)?|[0-9]{1,7}m([0-9]{1,9}s)?|[0-9]{1,9}s)$"
)
_PART: Final = re.compile(r"([0-9]+)([hms])")
_UNITS: Final = {"h": "hours", "m": "minutes", "s": "seconds"}

Duration = Annotated[str, msgspec.Meta(pattern=_PATTERN)]


def parse_duration(text: Duration) -> timedelta:
    """Return the length of a duration that was decoded."""
    return timedelta(**{_UNITS[unit]: int(count) for count, unit in _PART.findall(text)})
