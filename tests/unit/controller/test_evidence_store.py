"""Evidence on disk: complete or not there, never overwritten, and honest about what is lost."""

import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aup.controller.evidence_store import EvidenceError, EvidenceStore
from aup.evidence.record import Head, Record, RecordKind, Verdict, verify
from aup.evidence.snapshot import taken

AT = datetime(2026, 11, 21, tzinfo=UTC)
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {}}


def record(kind: RecordKind = RecordKind.SNAPSHOT) -> Record:
    """Return a record to be linked."""
    return Record(seq=0, at=AT, kind=kind, quarantine="q", namespace="acme-prod", namespace_uid="u")


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    """Return an empty store."""
    return EvidenceStore(tmp_path / "evidence" / "uid")


def check(store: EvidenceStore, head: Head) -> Verdict:
    """Verify what is on disk."""
    records = {p.name: p.read_bytes() for p in (store.folder / "records").iterdir()}
    return verify(
        records, lambda sha: (store.folder / "objects" / f"{sha}.json").read_bytes(), head.hash
    )


def test_chain_is_whole_and_private(store: EvidenceStore) -> None:
    head = Head()
    for _ in range(3):
        head = store.append(record(), taken([POD]), head)
    assert head.seq == 3
    assert check(store, head).whole
    for path in store.folder.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_record_that_status_never_heard_of_is_part_of_the_chain(store: EvidenceStore) -> None:
    """The process was killed between the disk and the status."""
    known = store.append(record(), (), Head())
    store.append(record(), (), known)
    head = store.append(record(), (), known)
    assert head.seq == 3
    assert check(store, head).whole


def test_wiped_disk_is_said_in_the_chain(store: EvidenceStore) -> None:
    known = store.append(record(), (), store.append(record(), (), Head()))
    shutil.rmtree(store.folder.parent)
    assert not store.holds(known)
    head = store.append(record(), (), known)
    verdict = check(store, head)
    assert head.seq == 4
    assert verdict.problems == ()
    (missing,) = verdict.missing
    assert missing.startswith("record 3 says: up to record 2 there were others; the disk held none")


def test_record_that_was_changed_on_disk_is_not_gone_on_from(store: EvidenceStore) -> None:
    known = store.append(record(), (), Head())
    file = store.folder / "records" / "00000001.json"
    file.write_bytes(file.read_bytes().replace(b"acme-prod", b"beta-prod"))
    head = store.append(record(), (), known)
    assert head.seq == 3
    assert len(check(store, head).missing) == 1


def test_nothing_is_overwritten(store: EvidenceStore) -> None:
    """Also not by a second process that believes to be the first one."""
    store.append(record(), (), Head())
    path = store.folder / "records" / "00000001.json"
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        store._write("records", path.name, b"other")
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_disk_that_takes_nothing_is_an_error(tmp_path: Path) -> None:
    """Then nothing may be changed."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(EvidenceError, match="cannot be kept"):
        EvidenceStore(blocked / "uid").append(record(), (), Head())
