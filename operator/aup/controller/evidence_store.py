"""Evidence in a directory: one folder for each Quarantine, nothing in it is ever overwritten.

    <quarantine uid>/records/00000001.json    the chain, see aup.evidence.record
    <quarantine uid>/objects/<sha256>.json    what was taken, named by its hash

Every file is complete or not there: written aside, synced to disk, linked into place, and the
directory synced too. Files are readable by the operator alone.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from aup.errors import AupError
from aup.evidence.record import Head, Item, Record, RecordKind, canonical, digest, file_name

FILE_MODE = 0o600
FOLDER_MODE = 0o700

Taken = tuple[tuple[Item, bytes], ...]


class EvidenceError(AupError):
    """Evidence cannot be kept, so nothing may be changed."""

    def __init__(self, *, folder: Path, problem: str) -> None:
        super().__init__(f"evidence in {folder} cannot be kept: {problem}")
        self.folder = folder
        self.problem = problem


@dataclass(frozen=True, slots=True)
class EvidenceStore:
    """The evidence of one Quarantine; blocks, so it is called in a thread."""

    folder: Path

    def holds(self, head: Head) -> bool:
        """Tell whether the chain on disk has this record."""
        return head.seq == 0 or self._hash(head.seq) == head.hash

    def append(self, record: Record, taken: Taken, known: Head) -> Head:
        """Add a record with what was taken, and return the new end of the chain.

        Args:
            record: its ``seq`` and ``prev`` are set here.
            taken: the objects that it names.
            known: where the chain ended as far as the status of the Quarantine knows. The disk may
                be ahead by what a process wrote before it was killed; where it is behind, records
                are lost, and a record of its own says so first.

        Raises:
            EvidenceError: the disk does not take it.

        """
        try:
            end = self._end()
            if not self.holds(known):
                end = self._gap(record, known, end)
            for item, data in taken:
                self._write("objects", f"{item.sha256}.json", data, again=True)
            return self._link(record, end, tuple(item for item, _ in taken))
        except OSError as error:
            raise EvidenceError(folder=self.folder, problem=str(error)) from error

    def _gap(self, record: Record, known: Head, end: Head) -> Head:
        """Say that records are missing, and go on from the last one that is known by its hash."""
        after = Head(max(known.seq, end.seq), known.hash)
        note = (
            f"up to record {known.seq} there were others; the disk held "
            f"{f'records up to {end.seq}' if end.seq else 'none'}, and not the last of them"
        )
        body = {"known": {"seq": known.seq, "hash": known.hash}, "onDisk": end.hash}
        gap = msgspec.structs.replace(record, kind=RecordKind.GAP, note=note, body=body)
        return self._link(gap, after, ())

    def _link(self, record: Record, end: Head, items: tuple[Item, ...]) -> Head:
        """Write one record after the given end."""
        whole = msgspec.structs.replace(record, seq=end.seq + 1, prev=end.hash, items=items)
        data = canonical(whole)
        self._write("records", file_name(whole.seq), data)
        return Head(whole.seq, digest(data))

    def _end(self) -> Head:
        """Return where the chain on disk ends."""
        names = sorted(p.name for p in (self.folder / "records").glob("*.json"))
        if not names:
            return Head()
        seq = int(names[-1].removesuffix(".json"))
        return Head(seq, self._hash(seq) or "")

    def _hash(self, seq: int) -> str | None:
        try:
            return digest((self.folder / "records" / file_name(seq)).read_bytes())
        except OSError:
            return None

    def _write(self, room: str, name: str, data: bytes, *, again: bool = False) -> None:
        """Write a file that does not exist yet; with ``again`` one that does is left as it is."""
        folder = self.folder / room
        for part in (self.folder.parent, self.folder, folder):
            if not part.is_dir():
                part.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
                _sync(part.parent)
        final = folder / name
        if again and final.exists():
            return
        aside = folder / f".{name}.{os.getpid()}"
        aside.unlink(missing_ok=True)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            # Unlike a rename, a link never takes the place of another file.
            os.link(aside, final)
        finally:
            aside.unlink()
        _sync(folder)


def _sync(folder: Path) -> None:
    """Have the names in a directory survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
