"""Finds each program at the right version: given, on PATH, cached, downloaded or built."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from support.controlplane import build, cache, download
from support.controlplane.components import Component, Program
from support.controlplane.errors import UnavailableError
from support.controlplane.progress import duration, say


@dataclass(frozen=True, slots=True)
class Found:
    """A program and where it was taken from."""

    path: Path
    source: str


def provide(components: Iterable[Component]) -> Mapping[str, Path]:
    """Return the path of every program of the components, getting those that are missing.

    Says which source was taken, but stays quiet about programs that were simply in the cache.
    """
    paths = {}
    for component in components:
        for program in component.programs:
            found = _installed(component, program) or _obtain(component, program)
            if found.source != "cache":
                say(f"{program.name} {component.version}: {found.path} ({found.source})")
            paths[program.name] = found.path
    return paths


def missing(components: Iterable[Component]) -> Mapping[str, float]:
    """Return the programs that are nowhere on this machine, with the minutes to build each."""
    return {
        program.name: program.minutes
        for component in components
        for program in component.programs
        if _installed(component, program) is None
    }


def announce(components: Iterable[Component]) -> None:
    """Say how long getting the missing programs can take, if any is missing."""
    lacking = missing(components)
    if lacking:
        total = duration(sum(lacking.values()) * 60)
        say(
            f"not on this machine: {', '.join(lacking)}. They are downloaded, or built from source"
            f" (about {total} on 2 cores), once, into {cache.root()}"
        )


def _installed(component: Component, program: Program) -> Found | None:
    """Look where a program of the right minor version may already be."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    given = Path(assets) / program.name if assets else None
    if given and given.exists():
        if _matches(component, program, given):
            return Found(given, "KUBEBUILDER_ASSETS")
        say(f"{given} is not {program.name} {component.minor}: looking elsewhere")
    on_path = shutil.which(program.name)
    if on_path and _matches(component, program, Path(on_path)):
        return Found(Path(on_path), "PATH")
    cached = cache.path_of(component, program.name)
    return Found(cached, "cache") if cached.exists() else None


def _obtain(component: Component, program: Program) -> Found:
    """Download a program or build it, and keep it in the cache."""
    target = cache.path_of(component, program.name)
    with cache.locked(f"{component.key}-{program.name}"):
        if target.exists():  # another run was faster
            return Found(target, "cache")
        with cache.scratch() as folder:
            try:
                path, source = download.fetch(component, program, folder), "downloaded"
            except UnavailableError as error:
                say(f"{program.name}: no download ({error})")
                path, source = build.build(component, program, folder), "built from source"
            cache.install(path, target)
    return Found(target, source)


def _matches(component: Component, program: Program, path: Path) -> bool:
    """Tell whether a program that we did not install reports the right minor version.

    A program of that name need not be it: kubectl in particular is often a wrapper that picks
    another version.
    """
    try:
        result = subprocess.run(
            [path, *program.version_args],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = re.search(r"v?(\d+\.\d+)\.\d+(\S*)", result.stdout)
    return bool(found and found[1] == component.minor and "dispatcher" not in found[2])
