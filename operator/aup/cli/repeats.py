"""Keys that an object has twice: kubectl takes the last of them, other programs none."""

from collections.abc import Iterator, Sequence

from aup.cli.ours import Remark
from aup.cli.place import Spot, written
from aup.documents import Document, repeated


def repeated_keys(document: Document, lines: Sequence[str]) -> Iterator[tuple[Remark, Spot | None]]:
    """Yield what is written twice in one object, and where the later one stands."""
    if document.repeats:
        for path, key in repeated(document.tree):
            remark = Remark(path, f"{path} is written more than once; the last one counts")
            yield remark, written(key, lines, document.offset)
