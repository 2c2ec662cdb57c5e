"""Processes that never outlive the run that started them."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.controlplane import keeper
from support.controlplane.errors import StartError

YOUNG_SECONDS = 60.0
"""A run's folder without an owner that is younger than this is still being set up."""

NOBODY = "nobody"
"""The owner of a run that was let go."""


class Process:
    """A running program with its keeper, its log and its record on disk.

    Serves the control plane itself and whatever a test or the demo runs beside it: processes of
    the operator, webhooks, sources of reports.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it. ``folder`` gets ``<name>.log`` and, while it runs, ``<name>.json``."""
        self.name = name
        self.log = folder / f"{name}.log"
        self._record = folder / f"{name}.json"
        by = [sys.executable, "-I", keeper.__file__, str(self._record), str(self.log)]
        with self.log.open("ab") as log:
            self._keeper = subprocess.Popen(
                [*by, "--", *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | (environment or {}),
                # Out of the terminal's group: Ctrl-C is for the owner, who stops things in order.
                start_new_session=True,
            )
        self.pid = self._process_id()

    def _process_id(self) -> int:
        """Wait until the keeper has started the program and return the program's pid."""
        assert self._keeper.stdout is not None
        with self._keeper.stdout as pipe:
            line = pipe.readline()
        if not line:
            self.wait()
            raise StartError(f"{self.name} did not start:\n{self.tail()}")
        return int(line)

    @property
    def running(self) -> bool:
        """Whether the program still runs (a frozen one does)."""
        return self._keeper.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program itself, for example SIGSTOP to freeze it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the program at once, as a crash would, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> None:
        """Ask the program to end, insist after some seconds, and wait until it is gone."""
        if self.running:
            self._keeper.terminate()
        self.wait()

    def wait(self) -> int:
        """Wait until the program has ended and return its exit code."""
        code = self._keeper.wait(2 * keeper.GRACE_SECONDS)
        if self._keeper.stdin:
            self._keeper.stdin.close()
        return code

    def let_go(self) -> None:
        """Let the program run on when this process ends: ``stop_recorded`` ends it then."""
        if self._keeper.stdin:
            self._keeper.stdin.write(b"\n")
            self._keeper.stdin.close()

    def tail(self, lines: int = 15) -> str:
        """Return the end of what the program has written."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def runs_folder() -> Path:
    """Return the folder that holds one folder for each run of this user."""
    folder = Path(tempfile.gettempdir()) / f"aup-testbed-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise StartError(f"{folder} belongs to another user: set TMPDIR to a folder of your own")
    return folder


def new_run() -> Path:
    """Make a folder for a run and record who owns it."""
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=runs_folder()))
    _write_owner(folder, {"pid": os.getpid(), "birth": keeper.birth(os.getpid())})
    return folder


def disown(folder: Path) -> None:
    """Record that a run goes on without its owner."""
    _write_owner(folder, NOBODY)


def detached_runs() -> list[Path]:
    """Return the folders of the runs that go on without an owner."""
    return [folder for folder in runs_folder().glob("run-*") if _owner(folder) == NOBODY]


def reap() -> None:
    """Clear what dead runs left: their folders, and processes that lost their keeper too.

    Nothing is found by name. A process is ended only if its pid and its time of birth are the
    recorded ones and the run's owner is gone.
    """
    for folder in runs_folder().glob("run-*"):
        if not _abandoned(folder):
            continue
        stop_recorded(folder)
        shutil.rmtree(folder, ignore_errors=True)


def stop_recorded(folder: Path) -> None:
    """End the processes that a run recorded, the youngest first; those that resist by force."""
    for entry in _recorded(folder):
        if _alive(entry["keeper"]):
            os.kill(entry["keeper"]["pid"], signal.SIGTERM)
        deadline = time.monotonic() + 2 * keeper.GRACE_SECONDS
        while _alive(entry["keeper"]) and time.monotonic() < deadline:
            time.sleep(0.02)
        for identity in entry.values():
            if _alive(identity):
                os.kill(identity["pid"], signal.SIGKILL)


def _write_owner(folder: Path, owner: dict[str, Any] | str) -> None:
    """Write it in one step: another run may be reading."""
    (folder / "owner.draft").write_text(json.dumps(owner))
    (folder / "owner.draft").rename(folder / "owner")


def _owner(folder: Path) -> Any:
    """Return who owns a run: an identity, NOBODY, or None while it cannot be told."""
    try:
        return json.loads((folder / "owner").read_text())
    except (FileNotFoundError, ValueError):
        return None


def _abandoned(folder: Path) -> bool:
    owner = _owner(folder)
    if owner is None:
        with contextlib.suppress(FileNotFoundError):
            return time.time() - folder.stat().st_mtime > YOUNG_SECONDS
        return False
    if owner == NOBODY:  # it lives as long as its processes
        return not any(_alive(entry["keeper"]) for entry in _recorded(folder))
    return not _alive(owner)


def _recorded(folder: Path) -> list[dict[str, Any]]:
    """Return the records of a run's processes, the youngest first."""
    entries = []
    for record in folder.glob("*.json"):
        with contextlib.suppress(FileNotFoundError):  # it has just ended
            entries.append((record.stat().st_mtime_ns, record.read_text()))
    found = [json.loads(text) for _, text in sorted(entries, reverse=True)]
    # Guests may keep JSON of their own in the folder: what was sent, a report.
    return [entry for entry in found if isinstance(entry, dict) and "keeper" in entry]


def _alive(identity: Mapping[str, Any]) -> bool:
    """Tell whether a recorded process still runs and is not another one with its pid."""
    return bool(identity["birth"]) and keeper.birth(identity["pid"]) == identity["birth"]
