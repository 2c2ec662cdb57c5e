"""Names that a tenant may use, as a remedy lists them."""

from functools import lru_cache

from aup.text import join


@lru_cache(maxsize=256)
def listed(names: frozenset[str]) -> str:
    """Return the first names in words, and how many more there are.

    A frozen set keeps its hash, so that the second of a thousand findings sorts nothing again.
    """
    return join(sorted(names))
