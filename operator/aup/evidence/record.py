"""Records of evidence: a chain in which each record carries the hash of the one before.

A record is a file of canonical JSON and its hash is that of the file's bytes, so that anybody can
check a bundle with `sha256sum` alone. Taken objects are files of their own, named by hash.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

import msgspec

from aup.text import plural

PREFIX: Final = "sha256:"


class RecordKind(StrEnum):
    """What a record tells."""

    SNAPSHOT_BEFORE = "SnapshotBefore"
    """The namespace before it was locked."""
    SNAPSHOT = "Snapshot"
    """The namespace while nobody could write."""
    CHANGE = "Change"
    """What the operator is about to change."""
    RELEASE = "Release"
    """What was given back, and what was not."""
    GAP = "Gap"
    """Earlier records are not there any more."""


class Item(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One object that was taken."""

    api_version: str
    kind: str
    namespace: str = ""
    name: str
    uid: str = ""
    resource_version: str = ""
    sha256: str
    """Of its canonical JSON, and the name of the file with it."""


class Record(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One link of the chain."""

    seq: int
    """1 for the first."""
    prev: str = ""
    """Hash of the record before; empty for the first."""
    at: datetime
    kind: RecordKind
    quarantine: str
    namespace: str
    namespace_uid: str = msgspec.field(name="namespaceUID")
    note: str = ""
    """A sentence for people."""
    body: Mapping[str, Any] = msgspec.field(default_factory=dict)
    items: tuple[Item, ...] = ()


def canonical(value: Any) -> bytes:
    """Return a value as JSON that is the same for equal values: keys sorted, no blanks, UTF-8."""
    return msgspec.json.encode(value, order="sorted")


def digest(data: bytes) -> str:
    """Return the hash of bytes as it is written in records and status."""
    return f"{PREFIX}{sha256(data).hexdigest()}"


def file_name(seq: int) -> str:
    """Return the name of a record's file; sorts by sequence."""
    return f"{seq:08d}.json"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends."""

    seq: int = 0
    """Number of the last record; 0: there is none."""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a bundle found."""

    records: int
    items: int
    head: Head
    missing: tuple[str, ...] = ()
    """Records that are not there, and a record of the chain says so."""
    problems: tuple[str, ...] = ()
    """What was changed, taken away or added."""

    @property
    def whole(self) -> bool:
        """Tell whether everything is there and as it was written."""
        return not self.missing and not self.problems


def verify(
    records: Mapping[str, bytes], item: Callable[[str], bytes | None], head: str | None = None
) -> Verdict:
    """Check a bundle.

    Args:
        records: files of records, by name.
        item: returns the file of an object by its hash in hex; None when there is none.
        head: the hash that the chain must end with, from the status of the Quarantine.

    """
    missing: list[str] = []
    problems: list[str] = []
    last = Head()
    items = 0
    for name in sorted(records):
        data = records[name]
        try:
            record = msgspec.json.decode(data, type=Record)
        except msgspec.MsgspecError as error:
            problems.append(f"{name} cannot be read: {error}")
            last = Head(last.seq + 1, digest(data))
            continue
        problems += _link(name, record, last, missing)
        problems += _items(name, record.items, item)
        items += len(record.items)
        last = Head(record.seq, digest(data))
    if head and last.hash != head:
        problems.append(f"the chain ends with {last.hash or 'nothing'}, not with {head}")
    return Verdict(len(records), items, last, tuple(missing), tuple(problems))


def _link(name: str, record: Record, last: Head, missing: list[str]) -> list[str]:
    """Check that a record follows the one before; note what a gap says of itself."""
    if name != file_name(record.seq):
        return [f"{name} says that it is record {record.seq}"]
    if record.seq == last.seq + 1 and record.prev == last.hash:
        return []
    if record.kind is RecordKind.GAP and record.seq > last.seq:
        missing.append(f"record {record.seq} says: {record.note}")
        return []
    if record.seq != last.seq + 1:
        lost = record.seq - last.seq - 1
        return [f"{plural(lost, 'record')} missing before record {record.seq}"]
    follows = f"record {record.seq} follows {record.prev or 'nothing'}"
    return [f"{follows}, but record {last.seq} is {last.hash or 'nothing'}"]


def _items(name: str, items: Sequence[Item], item: Callable[[str], bytes | None]) -> list[str]:
    """Check the objects that a record names."""
    problems = []
    for wanted in items:
        data = item(wanted.sha256)
        what = f"{name}: {wanted.kind} {wanted.name}"
        if data is None:
            problems.append(f"{what} is missing")
        elif sha256(data).hexdigest() != wanted.sha256:
            problems.append(f"{what} was changed")
    return problems
