"""Hypothesis strategies for data that a structural schema accepts."""

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from support.schema import Schema, python_pattern

QUANTITIES = ("0", "10m", "1", "4Gi", "1e3", "0.5", "128974848")
NAMES = st.from_regex(re.compile(r"[a-z][a-z0-9.-]{0,9}", re.ASCII), fullmatch=True)
EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2199, 12, 31)  # noqa: DTZ001 - gets its zone below
PRECISIONS = ("seconds", "milliseconds", "microseconds")
FEW = 3
"""Bound of lists and maps: long ones test nothing that short ones do not."""


def data(schema: Schema) -> st.SearchStrategy[Any]:
    """Generate JSON data for a schema; validations in CEL are not looked at."""
    strategy = _present(schema)
    return st.none() | strategy if schema.get("nullable") else strategy


def _present(schema: Schema) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("x-kubernetes-int-or-string"):
        return st.integers(0, 10**6) | st.sampled_from(QUANTITIES)
    if schema["type"] == "integer":
        return st.integers(schema.get("minimum", 0), schema.get("maximum", 2**31))
    if schema["type"] == "number":
        return st.decimals(schema["minimum"], schema["maximum"], places=2).map(float)
    if schema["type"] == "boolean":
        return st.booleans()
    return {"object": _object, "array": _array, "string": _string}[schema["type"]](schema)


def _object(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    if "additionalProperties" in schema:
        values = data(schema["additionalProperties"])
        least = schema.get("minProperties", 0)
        return st.dictionaries(NAMES, values, min_size=least, max_size=max(least, FEW))
    fields = {name: data(child) for name, child in schema.get("properties", {}).items()}
    required = schema.get("required", ())
    return st.fixed_dictionaries(
        {name: fields[name] for name in required},
        optional={name: child for name, child in fields.items() if name not in required},
    )


def _array(schema: Schema) -> st.SearchStrategy[list[Any]]:
    keys = schema.get("x-kubernetes-list-map-keys")
    unique = {
        "set": lambda item: item,
        "map": lambda item: tuple(item[key] for key in keys or ()),
    }.get(schema.get("x-kubernetes-list-type", "atomic"))
    least = schema.get("minItems", 0)
    return st.lists(
        data(schema["items"]), min_size=least, max_size=max(least, FEW), unique_by=unique
    )


def _string(schema: Schema) -> st.SearchStrategy[str]:
    longest = schema.get("maxLength", 64)
    if schema.get("format") == "date-time":
        return date_times()
    if schema.get("format") == "date":
        return st.dates(EARLIEST.date(), LATEST.date()).map(str)
    if "pattern" in schema:
        pattern = re.compile(python_pattern(schema["pattern"]), re.ASCII)
        return st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) <= longest)
    return st.text(min_size=schema.get("minLength", 0), max_size=min(longest, 20))


@st.composite
def date_times(draw: st.DrawFn) -> str:
    """Generate RFC 3339 times with every kind of offset and fraction."""
    offset = timezone(timedelta(minutes=draw(st.integers(-23 * 60 - 59, 23 * 60 + 59))))
    moment = draw(st.datetimes(EARLIEST, LATEST, timezones=st.just(offset)))
    text = moment.isoformat(timespec=draw(st.sampled_from(PRECISIONS)))
    return text.replace("+00:00", draw(st.sampled_from(["Z", "+00:00"])))
