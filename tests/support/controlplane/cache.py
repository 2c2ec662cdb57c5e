"""Where programs are kept between runs: outside the repository, one folder for each version."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.controlplane.components import PLATFORM, Component
from support.controlplane.progress import duration, say, ticking


def root() -> Path:
    """Return the cache folder, by the XDG Base Directory Specification."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "aup-operator"


def path_of(component: Component, program: str) -> Path:
    """Return where a program of this version is kept, whether or not it is there."""
    return root() / "bin" / PLATFORM / component.key / program


def install(source: Path, target: Path) -> None:
    """Put an executable or data file into the cache so that nobody ever sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".install-", dir=target.parent) as folder:
        whole = Path(folder) / target.name
        shutil.copyfile(source, whole)
        whole.chmod(0o755)
        whole.rename(target)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock between processes, so that parallel runs do the same work once.

    The kernel drops it when the holder dies, so that no stale lock can be left.
    """
    folder = root() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"{name}: another run is getting it; waiting")
            with ticking(lambda seconds: f"{name}: still waiting, {duration(seconds)}"):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder on the cache's file system for the time of a download or build."""
    root().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".work-", dir=root()) as folder:
        yield Path(folder)
