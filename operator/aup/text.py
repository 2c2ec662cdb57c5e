"""Words: quoting, plurals and joins for the sentences that people read."""

from collections.abc import Sequence
from typing import Final

_HEAD: Final = 8
"""How many times as much is read of a value as is shown of it: white space is left out."""


def plural(count: int, noun: str) -> str:
    """Return ``1 rule`` or ``2 rules``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def join(words: Sequence[object], last: str = "or", at_most: int = 4) -> str:
    """Return ``a, b or c``; past ``at_most`` words the rest is only counted.

    What is not shown is not written out either: a tenant may have thousands of networks.
    """
    shown = [str(word) for word in words[:at_most]]
    if hidden := len(words) - len(shown):
        shown.append(f"{hidden} more")
    if len(shown) <= 1:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def clip(text: str, limit: int) -> str:
    """Return ``text`` on one line, cut to ``limit`` characters with an ellipsis at the cut."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def legible(text: str) -> str:
    """Return ``text`` without characters that do something to a terminal instead of being read."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def printable(value: str, limit: int = 128) -> str:
    """Return a tenant's value fit for a message: one line, no control characters, bounded.

    Only its beginning is looked at: it may be a megabyte, and stand in a thousand findings.
    """
    if len(value) <= _HEAD * limit:
        return clip(legible(value), limit)
    head = clip(legible(value[: _HEAD * limit]), limit)
    return head if head.endswith("…") else f"{head[: limit - 1]}…"
