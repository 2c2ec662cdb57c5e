"""Hypothesis strategies for bodies that no API server sends, made of reviews that it does send."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from support.corpus import cases
from support.reviews import review

HUGE = 10**5000
"""More digits than Python turns into a number by itself."""
DEEP = 3000
"""Levels: more than any decoder of ours follows."""
LARGE = 1 << 20
"""Bytes of what a value becomes when it is repeated."""
LONG = 5000
"""Entries of a list that holds three at the most in an honest object."""

ODD_TEXT = st.sampled_from(
    [
        "",
        " ",
        "\ud800",
        "a\udfffb",
        "\x00",
        "\x1b[31m",
        "line\nbreak",
        "\u202e",
        "x" * 70_000,
        "203.0.113.9",
        "*",
        "{",
        "[" * 2000,
        '{"a":' * 2000,
        "ｅｘａｍｐｌｅ。com",
        "-1",
        "1e999999999",
    ]
)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.just(HUGE),
    st.floats(allow_nan=False, allow_infinity=False),
    ODD_TEXT,
    st.text(max_size=5),
    # Made anew each time: they are changed in place.
    st.builds(list),
    st.builds(dict),
    st.builds(lambda: [None]),
    st.builds(lambda: {"": None}),
)


ODD_TOKENS = (
    b"1e400",
    b"-0",
    b"1" * 6000,
    b"0.1e-99999",
    b"NaN",
    b"Infinity",
    b"01",
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\\u0000"',
    b'"\xff\xfe"',
    b"'x'",
    b"",
)
"""Values as no library writes them."""


_INDEX: Final = re.compile(r"\[\d+\]")


class Twice(dict[str, Any]):
    """An object whose keys are all written a second time, with another value first."""

    def __init__(self, inner: dict[str, Any], first: Any) -> None:
        super().__init__(inner)
        self.first = first


@cache
def reviews() -> tuple[dict[str, Any], ...]:
    """Return a review of each case of the corpus: as a CREATE, and as an UPDATE of itself."""
    found = []
    for case in cases():
        obj = case.load()
        said = obj["metadata"].get("annotations") or {}
        envelope: dict[str, Any] = {
            "group": str(obj["apiVersion"]).rpartition("/")[0],
            "namespace": obj["metadata"].get("namespace", "acme-prod"),
            "subresource": said.get("case/subresource", ""),
            "groups": tuple(said.get("case/groups", "tenants:acme").split(",")),
        }
        found.append(review(obj, **envelope))
        found.append(review(obj, old=obj, operation="UPDATE", **envelope))
    return tuple(found)


class Misfit(NamedTuple):
    """A review with one field that holds what nothing can look up."""

    what: str
    """Which field of which kind, and what it is: ``apps/Deployment spec.replicas is a list``."""
    review: dict[str, Any]


def misfits() -> Iterator[Misfit]:
    """Yield a review of each kind for each field that any case of it has: in a list, in an object.

    Updates come first: in them the object is judged, and held against what it was.
    """
    seen: set[str] = set()
    for honest in reversed(reviews()):
        whole = json.loads(json.dumps(honest))
        kind = "{group}/{kind}".format(**whole["request"]["kind"])
        for path, parent, key in list(_places(whole["request"]["object"])):
            field = f"{kind} {_INDEX.sub('[]', path)}"
            if field in seen:
                continue
            seen.add(field)
            value = parent[key]
            for odd, form in (([value], "a list"), ({"": value}, "an object")):
                parent[key] = odd
                yield Misfit(f"{kind} {path} is {form}", json.loads(json.dumps(whole)))
            parent[key] = value


def _places(tree: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield where each value of a tree stands: its path, what holds it, and under which key."""
    for key in sorted(tree) if isinstance(tree, dict) else range(len(tree)):
        at = f"{path}.{key}".removeprefix(".") if isinstance(tree, dict) else f"{path}[{key}]"
        yield at, tree, key
        if isinstance(tree[key], dict | list):
            yield from _places(tree[key], at)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Generate the body of a request: a real review with a few things wrong."""
    tree = json.loads(json.dumps(draw(st.sampled_from(reviews()))))
    for _ in range(draw(st.integers(0, 4))):
        tree = _mutate(draw, tree)
    raw = written(tree)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        raw = _spoil(draw, raw)
    return raw


def _mutate(draw: st.DrawFn, tree: Any) -> Any:
    """Change one value, anywhere in the tree."""
    path: list[Any] = []
    at = tree
    while isinstance(at, dict | list) and at and (not path or draw(st.integers(0, 5))):
        path.append(draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at)))))
        at = at[path[-1]]
    changed = draw(st.sampled_from(CHANGES))(draw, at)
    if not path:
        return {} if changed is GONE else changed
    parent = tree
    for step in path[:-1]:
        parent = parent[step]
    if changed is GONE:
        del parent[path[-1]]
    else:
        parent[path[-1]] = changed
    return tree


GONE = object()


def _nested(draw: st.DrawFn, value: Any) -> Any:
    """Put a value under lists or objects; written at once, since thousands are too deep to walk."""
    levels = draw(st.sampled_from([1, 3, 60, DEEP]))
    before, after = draw(st.sampled_from([(b"[", b"]"), (b'{"a":', b"}")]))
    return Raw(before * levels + written(value) + after * levels)


def _repeated(draw: st.DrawFn, value: Any) -> Any:
    """Put a value into a list many times, as far as a body may be large."""
    most = max(LARGE // max(len(written(value)), 1), 1)
    return [value] * min(draw(st.sampled_from([2, 40, LONG])), most)


CHANGES: tuple[Callable[[st.DrawFn, Any], Any], ...] = (
    lambda draw, _: draw(ODD),
    lambda draw, _: draw(ODD),
    lambda *_: GONE,
    _repeated,
    lambda draw, value: {draw(ODD_TEXT): value},
    lambda draw, value: Twice(value, draw(ODD)) if isinstance(value, dict) else [value],
    _nested,
    lambda draw, _: Raw(draw(st.sampled_from(ODD_TOKENS))),
)
"""What is done to one value."""


class Raw:
    """Bytes that stand in the text as they are."""

    def __init__(self, text: bytes) -> None:
        self.text = text


def written(value: Any) -> bytes:
    """Write JSON, or nearly: with keys that stand twice and with odd tokens."""
    match value:
        case Raw():
            return value.text
        case Twice():
            twice = [(k, value.first) for k in value] + list(value.items())
            return b"{%s}" % b",".join(b"%s:%s" % (_text(k), written(v)) for k, v in twice)
        case dict():
            return b"{%s}" % b",".join(b"%s:%s" % (_text(k), written(v)) for k, v in value.items())
        case list():
            return b"[%s]" % b",".join(written(v) for v in value)
        case int() if not isinstance(value, bool) and abs(value) >= HUGE:
            return b"9" * 5001
        case _:
            return _text(value)


def _text(value: Any) -> bytes:
    """Write a scalar; half a pair of surrogates stays what it is, as an escape."""
    return json.dumps(value).encode("ascii")


def _spoil(draw: st.DrawFn, raw: bytes) -> bytes:
    """Cut, flip or insert bytes."""
    at = draw(st.integers(0, max(len(raw) - 1, 0)))
    how = draw(st.sampled_from(["cut", "flip", "insert", "repeat"]))
    if how == "cut":
        return raw[:at]
    if how == "flip":
        return raw[:at] + bytes([raw[at] ^ 0x80]) + raw[at + 1 :] if raw else raw
    if how == "insert":
        return raw[:at] + draw(st.binary(min_size=1, max_size=4)) + raw[at:]
    return raw + raw[at : at + 10_000]
