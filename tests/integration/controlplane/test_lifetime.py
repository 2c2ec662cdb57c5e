"""The test bed's processes: they end with their owner, and only they."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.controlplane import ControlPlane, Process, StartError, keeper, process
from support.repository import ROOT

OWNER = """
import signal, sys
from support.controlplane import ControlPlane
with ControlPlane() as control_plane:
    print(control_plane.folder, flush=True)
    signal.pause()
"""


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait until a condition holds; False when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def recorded(folder: Path) -> list[int]:
    """Return the pids of all processes of a run, keepers included."""
    records = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    return [identity["pid"] for record in records for identity in record.values()]


def alive(pids: list[int]) -> list[int]:
    """Return those of the pids that still run."""
    return [pid for pid in pids if keeper.birth(pid)]


def start_owner(tmp_path: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a program that holds a control plane, in a TMPDIR of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests"), "TMPDIR": str(tmp_path)}
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert owner.stdout is not None
    return owner, Path(owner.stdout.readline().strip())


def run_cli(tmp_path: Path, *arguments: str) -> str:
    """Run ``python -m support.controlplane`` and return what it printed."""
    return subprocess.run(
        [sys.executable, "-m", "support.controlplane", *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests"), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    ).stdout


def test_two_control_planes_run_side_by_side(cluster: ControlPlane) -> None:
    """What is written into one is not in the other, and its end leaves the other alone."""
    with ControlPlane() as other:
        other.create_namespace("only-in-the-other")
        answer = cluster.kubectl("get", "namespace", "only-in-the-other", check=False)
        assert "NotFound" in answer.stderr
        pids = recorded(other.folder)
        assert len(alive(pids)) == 6
    assert alive(pids) == []
    assert not other.folder.exists()
    assert cluster.get("/readyz") == b"ok"


def test_a_killed_owner_leaves_no_process(tmp_path: Path) -> None:
    """SIGKILL gives the owner no chance to clean up: the keepers notice."""
    owner, folder = start_owner(tmp_path)
    pids = recorded(folder)
    assert len(alive(pids)) == 6
    owner.kill()
    owner.communicate()
    assert eventually(lambda: alive(pids) == [])


@pytest.mark.skipif(sys.platform != "linux", reason="needs prctl(2) of Linux")
def test_a_killed_keeper_takes_its_process_with_it(tmp_path: Path) -> None:
    sleeper = Process("sleeper", ["/bin/sleep", "600"], tmp_path)
    keeper_pid = json.loads((tmp_path / "sleeper.json").read_text())["keeper"]["pid"]
    os.kill(keeper_pid, signal.SIGKILL)
    sleeper.wait()
    assert eventually(lambda: alive([sleeper.pid]) == [])


def test_the_next_run_clears_what_a_killed_one_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder, and a process whose keeper is gone too; nothing that merely got its pid."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = process.new_run()
    orphan = subprocess.Popen(["/bin/sleep", "600"])
    stranger = subprocess.Popen(["/bin/sleep", "600"])
    identities = {
        "orphan": {"pid": orphan.pid, "birth": keeper.birth(orphan.pid)},
        "stranger": {"pid": stranger.pid, "birth": "1"},
    }
    gone = {"pid": stranger.pid, "birth": "2"}
    (folder / "owner").write_text(json.dumps(gone))
    for name, identity in identities.items():
        record = {"keeper": gone, "process": identity}
        (folder / f"{name}.json").write_text(json.dumps(record))
    (folder / "sent.json").write_text('{"kind": "Pod"}')  # a guest's own, no record
    try:
        process.reap()
        assert orphan.wait(timeout=5) == -signal.SIGKILL
        assert stranger.poll() is None
        assert not folder.exists()
    finally:
        for child in (orphan, stranger):
            child.kill()
            child.wait()


def test_a_living_run_is_not_cleared(cluster: ControlPlane) -> None:
    process.reap()
    assert cluster.get("/readyz") == b"ok"


def test_a_frozen_process_is_still_ended(tmp_path: Path) -> None:
    sleeper = Process("sleeper", ["/bin/sleep", "600"], tmp_path)
    sleeper.signal(signal.SIGSTOP)
    assert sleeper.running
    sleeper.stop()
    assert alive([sleeper.pid]) == []


def test_what_a_process_says_and_how_it_ended_can_be_read(tmp_path: Path) -> None:
    child = Process("child", ["/bin/sh", "-c", "echo to be read >&2; exit 3"], tmp_path)
    assert child.wait() == 3
    assert child.tail() == "to be read"


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="absent"):
        Process("absent", [tmp_path / "absent"], tmp_path)


def test_a_detached_control_plane_lives_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """``make cluster`` in the background: it outlives the command, and ``down`` ends all of it."""
    printed = run_cli(tmp_path, "up", "--detach")
    (folder,) = tmp_path.glob("aup-testbed-*/run-*")
    assert f"export KUBECONFIG={folder}/admin.kubeconfig" in printed
    pids = recorded(folder)
    assert len(alive(pids)) == 6
    assert run_cli(tmp_path, "down", str(folder)) == f"stopped {folder}\n"
    assert alive(pids) == []
    assert not folder.exists()
