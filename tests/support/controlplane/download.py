"""Official releases: fetched where the machine has internet, and never used unverified."""

import hashlib
import http.client
import re
import shutil
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

from support.controlplane.components import Archive, Component, Program
from support.controlplane.errors import TestbedError, UnavailableError
from support.controlplane.progress import duration, say, ticking

CONNECT_SECONDS = 5.0
"""Without internet the first request must fail fast: a build follows anyway."""
READ_SECONDS = 60.0


def fetch(component: Component, program: Program, folder: Path) -> Path:
    """Download a program into ``folder`` and return its path.

    Raises
    ------
    UnavailableError
        The release cannot be reached, or not completely.
    TestbedError
        It was fetched, but is not what its publisher's checksum says.
    """
    archive = component.archives.get(program.name)
    if archive is None:
        raise UnavailableError(f"{component.name} is not published as a file")
    file = folder / archive.url.rsplit("/", 1)[1]
    try:
        expected = _checksum(archive, file.name)
        say(f"{component.key}: downloading {archive.url}")
        with ticking(lambda seconds: f"{program.name}: {_size(file)} in {duration(seconds)}"):
            _download(archive.url, file)
    except (OSError, urllib.error.URLError, http.client.HTTPException) as error:
        raise UnavailableError(f"{archive.url}: {error}") from error
    with file.open("rb") as stream:
        actual = hashlib.file_digest(stream, "sha256").hexdigest()
    if actual != expected:
        raise TestbedError(f"{archive.url}: SHA-256 is {actual}, its publisher says {expected}")
    return _unpack(file, archive) if archive.member else file


def _checksum(archive: Archive, name: str) -> str:
    """Read the SHA-256 of a file out of the release's checksum file (alone, or ``sha  name``)."""
    # The addresses are constants of components.py.
    with urllib.request.urlopen(archive.checksums, timeout=CONNECT_SECONDS) as answer:  # noqa: S310
        text = answer.read(1 << 20).decode()
    for line in text.splitlines():
        match = re.fullmatch(r"([0-9a-f]{64})(?:\s+\*?(.+))?", line.strip())
        if match and match[2] in {None, name}:
            return match[1]
    raise UnavailableError(f"{archive.checksums} names no SHA-256 of {name}")


def _download(url: str, file: Path) -> None:
    with (
        urllib.request.urlopen(url, timeout=READ_SECONDS) as answer,  # noqa: S310 (as above)
        file.open("wb") as stream,
    ):
        shutil.copyfileobj(answer, stream, 1 << 20)


def _size(file: Path) -> str:
    return f"{file.stat().st_size >> 20} MB" if file.exists() else "connecting"


def _unpack(file: Path, archive: Archive) -> Path:
    """Take the one program out of a tar archive."""
    target = file.with_name("unpacked")
    with tarfile.open(file) as tar:
        member = tar.extractfile(archive.member)
        if member is None:
            raise TestbedError(f"{archive.url} holds no file {archive.member}")
        with member, target.open("wb") as stream:
            shutil.copyfileobj(member, stream)
    return target
