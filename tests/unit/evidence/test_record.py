"""The chain of evidence shows what was changed, taken away or added."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from aup.evidence.record import Item, Record, RecordKind, canonical, digest, file_name, verify

AT = datetime(2026, 11, 21, tzinfo=UTC)
OBJECT = b'{"kind":"Pod"}'
SHA = sha256(OBJECT).hexdigest()


def chain(count: int = 3, **last: Any) -> dict[str, bytes]:
    """Return the files of a chain; ``last`` changes fields of its last record."""
    files: dict[str, bytes] = {}
    prev = ""
    for seq in range(1, count + 1):
        record = Record(
            seq=seq,
            prev=prev,
            at=AT,
            kind=RecordKind.SNAPSHOT,
            quarantine="q",
            namespace="acme-prod",
            namespace_uid="u",
            items=(Item(api_version="v1", kind="Pod", name="web", sha256=SHA),),
        )
        if seq == count:
            record = msgspec.structs.replace(record, **last)
        data = canonical(record)
        files[file_name(record.seq)] = data
        prev = digest(data)
    return files


def objects(sha: str) -> bytes | None:
    """Return the one object there is."""
    return OBJECT if sha == SHA else None


def head(files: dict[str, bytes]) -> str:
    """Return the hash of the last record."""
    return digest(files[max(files)])


def test_a_whole_chain_is_whole() -> None:
    files = chain()
    verdict = verify(files, objects, head(files))
    assert verdict.whole
    assert (verdict.records, verdict.items, verdict.head.hash) == (3, 3, head(files))


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_any_changed_byte_is_found(seq: int) -> None:
    files = chain()
    wanted = head(files)
    files[file_name(seq)] = files[file_name(seq)].replace(b"acme-prod", b"beta-prod")
    assert not verify(files, objects, wanted).whole


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_any_record_taken_away_is_found(seq: int) -> None:
    """The last one by the head that stands in the status."""
    files = chain()
    wanted = head(files)
    del files[file_name(seq)]
    assert not verify(files, objects, wanted).whole


def test_objects_are_checked() -> None:
    files = chain()
    assert verify(files, lambda _: None).problems == tuple(
        f"{name}: Pod web is missing" for name in sorted(files)
    )
    assert "was changed" in verify(files, lambda _: b"{}").problems[0]


def test_a_gap_that_a_record_tells_of_is_no_forgery_but_not_whole() -> None:
    files = chain(3, kind=RecordKind.GAP, seq=7, prev="sha256:lost", note="up to record 6")
    verdict = verify(files, objects, head(files))
    assert verdict.problems == ()
    assert verdict.missing == ("record 7 says: up to record 6",)
    assert not verdict.whole


def test_a_jump_without_such_a_record_is_a_problem() -> None:
    files = chain(3, seq=5)
    assert verify(files, objects).problems == ("2 records missing before record 5",)


def test_bytes_that_are_no_record_are_a_problem_and_no_crash() -> None:
    files = {**chain(), file_name(4): b"\xff{"}
    assert not verify(files, objects).whole


def test_canonical_bytes_do_not_depend_on_order() -> None:
    assert canonical({"b": 1, "a": {"d": 2, "c": 3}}) == canonical({"a": {"c": 3, "d": 2}, "b": 1})
