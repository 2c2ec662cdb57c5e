"""``aup evidence verify`` checks a bundle with its files alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from aup.cli.main import main
from aup.controller.evidence_store import EvidenceStore
from aup.evidence.record import Head, Record, RecordKind
from aup.evidence.snapshot import taken

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}


@pytest.fixture
def bundle(tmp_path: Path) -> tuple[Path, str]:
    """Return the folder of a bundle of two records, and its head."""
    folder = tmp_path / "uid"
    record = Record(
        seq=0,
        at=datetime(2026, 11, 21, tzinfo=UTC),
        kind=RecordKind.SNAPSHOT,
        quarantine="q",
        namespace="acme-prod",
        namespace_uid="u",
    )
    store = EvidenceStore(folder)
    head = store.append(record, taken([POD]), store.append(record, (), Head()))
    return folder, head.hash


def test_whole_bundle_exits_0(bundle: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    folder, head = bundle
    assert main(["evidence", "verify", str(folder), "--head", head]) == 0
    assert capsys.readouterr().out == f"2 records, 1 object, whole\nhead {head}\n"


def test_changed_object_exits_1_and_is_named(
    bundle: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, head = bundle
    (taken_file,) = (folder / "objects").iterdir()
    taken_file.write_bytes(b"{}")
    assert main(["evidence", "verify", str(folder), "--head", head]) == 1
    assert capsys.readouterr().err == "00000002.json: Pod web was changed\n"


def test_another_head_exits_1(bundle: tuple[Path, str]) -> None:
    """A chain that was rewritten as a whole is whole, but ends elsewhere."""
    assert main(["evidence", "verify", str(bundle[0]), "--head", "sha256:other"]) == 1


def test_no_bundle_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "verify", str(tmp_path)]) == 2
    assert "no records here" in capsys.readouterr().err
