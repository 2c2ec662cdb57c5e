"""Paths of fields as ratchet keys see them: without the positions in lists."""

import re

_INDEX = re.compile(r"\[\d+\]")


def unindexed(path: str) -> str:
    """Return a path that stays the same when lists are reordered."""
    return _INDEX.sub("", path)
