"""The write-ahead journal: what was changed in objects of a tenant, and what was there before.

An entry is stored before the field is changed and says so; releasing reads it backwards. It is a
journal of the namespace, by UID, so that two quarantines of one namespace share it: what is given
back is what stood before the first of them.

It is kept as text in chunks that each fit into a ConfigMap (1 MiB).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

import msgspec

from aup.errors import AupError

CHUNK_BYTES: Final = 512 * 1024
"""A chunk takes no entry beyond this; one entry is far smaller."""
INLINE_BYTES: Final = 32 * 1024
"""Longer values are kept by hash: our addition can be taken off the value that is there."""
_STATE_BYTES: Final = max(map(len, ("Intended", "Written", "Restored", "Conflict")))
"""A change of state alone stays where it is; there is ample room for it."""
PATH: Final = "spec.podSelector.matchExpressions"
"""The one field of a tenant's object that is ever changed."""


class EntryState(StrEnum):
    """How far a change has come."""

    INTENDED = "Intended"
    """It may or may not have been made: the object tells."""
    WRITTEN = "Written"
    RESTORED = "Restored"
    CONFLICT = "Conflict"
    """Not given back: somebody else had changed it, or the object is gone."""


OPEN: Final = frozenset({EntryState.INTENDED, EntryState.WRITTEN})
"""States of what has to be given back."""


class JournalError(AupError):
    """The journal cannot be read; nothing is given back by guesswork."""

    def __init__(self, *, chunk: str, problem: str) -> None:
        super().__init__(f"journal {chunk} cannot be read: {problem}")
        self.chunk = chunk
        self.problem = problem


class Entry(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One field of one object."""

    object: str
    """Kind and name, for example ``NetworkPolicy/web``."""
    uid: str
    path: str = PATH
    before: str | None
    """JSON text (``null``: the field was absent); None: too long, see `before_hash`."""
    before_hash: str
    after_hash: str
    state: EntryState = EntryState.INTENDED

    @property
    def key(self) -> tuple[str, str]:
        """Return what identifies the entry; an object made anew has another one."""
        return self.object, self.uid

    @property
    def open(self) -> bool:
        """Tell whether it has to be given back."""
        return self.state in OPEN


def entry(object_: str, uid: str, before: Any, after: Any) -> Entry:
    """Return the intent to change a field of an object; None stands for an absent field."""
    text = text_of(before)
    return Entry(
        object=object_,
        uid=uid,
        before=text if len(text.encode()) <= INLINE_BYTES else None,
        before_hash=hash_of(before),
        after_hash=hash_of(after),
    )


def text_of(value: Any) -> str:
    """Return a value as JSON text, the same for equal values."""
    return msgspec.json.encode(value, order="sorted").decode()


def hash_of(value: Any) -> str:
    """Return the SHA-256 of a value's JSON text."""
    return sha256(text_of(value).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Journal:
    """All entries of a namespace; where two speak of one object, the later one counts."""

    chunks: tuple[tuple[Entry, ...], ...] = ()

    @property
    def entries(self) -> Mapping[tuple[str, str], Entry]:
        """Return the entries by object and uid, oldest first."""
        return {entry.key: entry for chunk in self.chunks for entry in chunk}

    @property
    def open(self) -> tuple[Entry, ...]:
        """Return what has to be given back."""
        return tuple(entry for entry in self.entries.values() if entry.open)

    def put(self, entries: Iterable[Entry]) -> "Journal":
        """Return the journal with these entries, in place of older ones where there is room."""
        chunks = [list(chunk) for chunk in self.chunks]
        sizes = [len(encode(chunk)) for chunk in chunks]
        at = {e.key: (c, i) for c, chunk in enumerate(chunks) for i, e in enumerate(chunk)}
        for new in entries:
            size = len(msgspec.json.encode(new)) + 1
            if new.key in at:
                chunk, place = at[new.key]
                growth = size - len(msgspec.json.encode(chunks[chunk][place])) - 1
                # An object may come back with a longer value in a later quarantine.
                if growth <= _STATE_BYTES or sizes[chunk] + growth <= CHUNK_BYTES:
                    chunks[chunk][place] = new
                    sizes[chunk] += growth
                    continue
            if not chunks or sizes[-1] + size > CHUNK_BYTES:
                chunks.append([])
                sizes.append(2)
            at[new.key] = len(chunks) - 1, len(chunks[-1])
            chunks[-1].append(new)
            sizes[-1] += size
        return Journal(tuple(tuple(chunk) for chunk in chunks))

    def mark(self, state: EntryState, keys: Iterable[tuple[str, str]]) -> "Journal":
        """Return the journal with some entries in another state."""
        entries = self.entries
        return self.put(msgspec.structs.replace(entries[key], state=state) for key in keys)


def encode(chunk: Iterable[Entry]) -> str:
    """Return a chunk as text for a ConfigMap."""
    return msgspec.json.encode(list(chunk)).decode()


def decode(chunk: str, text: str) -> tuple[Entry, ...]:
    """Read a chunk; raises JournalError, which names it."""
    try:
        return msgspec.json.decode(text, type=tuple[Entry, ...])
    except msgspec.MsgspecError as error:
        raise JournalError(chunk=chunk, problem=str(error)) from error


def decoded(chunks: Iterable[tuple[str, str]]) -> Journal:
    """Read a journal from its chunks in order, each with its name."""
    return Journal(tuple(decode(name, text) for name, text in chunks))
