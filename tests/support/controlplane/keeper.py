"""Runs one process and ends it with its owner, however the owner ends.

A program of its own (``python -I keeper.py RECORD LOG -- PROGRAM …``), so that it outlives a
killed test run just long enough to clean up. Its standard input is a pipe that only the owner
holds: the kernel closes it when the owner dies, even by SIGKILL, and reading its end is the
signal. An owner that writes a byte into it first lets the process go: from then on it lives
until the keeper gets SIGTERM. The standard output says the process's pid. Standard library only.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

GRACE_SECONDS = 5.0
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class StopRequested(BaseException):
    """SIGTERM has arrived."""


def birth(pid: int) -> str:
    """Return when a process started, in the kernel's own units: with the pid, its identity.

    Pids are used again; without this a later process could be killed in its place. Empty when
    there is no such process.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return _birth_without_proc(pid)
    fields = stat.rpartition(")")[2].split()  # the name before it may hold blanks
    return "" if fields[0] == "Z" else fields[19]  # starttime, proc_pid_stat(5) field 22


def _birth_without_proc(pid: int) -> str:
    if Path("/proc/self/stat").exists():
        return ""
    # macOS and BSD
    command = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _die_with_parent() -> None:
    """Ask Linux to kill this process when the keeper itself is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _request_stop(_signal: int, _frame: FrameType | None) -> None:
    raise StopRequested


def _wait(child: subprocess.Popen[bytes]) -> None:
    """Return when the child has ended, or when the owner has."""
    while child.poll() is None:
        # The child's end is noticed by polling: a pidfd would exist on Linux only.
        readable, _, _ = select.select([sys.stdin], [], [], 0.2)
        if readable:
            if os.read(sys.stdin.fileno(), 1):
                child.wait()  # let go
            return


def _end(child: subprocess.Popen[bytes]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if child.poll() is not None:
        return
    child.terminate()
    child.send_signal(signal.SIGCONT)  # a frozen process could not act on SIGTERM
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _write(record: Path, pids: dict[str, int]) -> None:
    """Record who runs, in one step: a reader never sees half of it."""
    content = {role: {"pid": pid, "birth": birth(pid)} for role, pid in pids.items()}
    draft = record.with_suffix(".draft")
    draft.write_text(json.dumps(content))
    draft.rename(record)


def main(arguments: list[str]) -> int:
    """Run, watch and end the process."""
    split = arguments.index("--")
    record, log = arguments[:split]
    signal.signal(signal.SIGTERM, _request_stop)
    with Path(log).open("ab") as output:
        child = subprocess.Popen(
            arguments[split + 1 :],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 (there are no threads here)
        )
    try:
        _write(Path(record), {"keeper": os.getpid(), "process": child.pid})
        print(child.pid, flush=True)  # the owner waits for it
        _wait(child)
    except StopRequested:
        pass
    finally:
        _end(child)
        with contextlib.suppress(FileNotFoundError):
            Path(record).unlink()
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
