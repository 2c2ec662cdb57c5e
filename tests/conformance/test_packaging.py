"""What is installed is what was locked: requirements, build backend, image, version."""

import re
import shlex
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

import aup
from aup.cli.main import parser
from support.repository import ROOT, text, tracked

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;]+)")
# In two halves, so that this file does not name them itself.
REGISTRIES = [
    "pypi" + ".org",
    "files.python" + "hosted",
    "proxy.go" + "lang",
    "sum.go" + "lang",
    "registry.npm" + "js",
    "deb.deb" + "ian",
]


def entries(lock: Path) -> list[str]:
    """Return the logical lines of a requirements file, continuations joined."""
    return lock.read_text().replace("\\\n", " ").splitlines()


def pins(lock: Path) -> dict[str, str]:
    """Return name → version of a requirements file."""
    found = [PIN.match(entry) for entry in entries(lock)]
    return {m[1].lower().replace("_", "-"): m[2] for m in found if m}


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions as (name, arguments), comments left out."""
    lines = [s for s in text(Path("Dockerfile")).splitlines() if not s.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(name, rest) for name, _, rest in (s.partition(" ") for s in joined if s.strip())]


def final_stage() -> list[tuple[str, str]]:
    """Return the instructions after the last FROM, that FROM included."""
    all_of_them = instructions()
    last = max(i for i, (name, _) in enumerate(all_of_them) if name == "FROM")
    return all_of_them[last:]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda p: p.name)
def test_every_requirement_is_pinned_with_hashes(lock: Path) -> None:
    """And none names the place that it is fetched from."""
    assert pins(lock)
    for entry in entries(lock):
        assert re.fullmatch(r"\S+==\S+( ;.*?)?( +--hash=sha256:[0-9a-f]{64})+", entry), entry


def test_the_three_locks_agree() -> None:
    """What is tested is what is shipped."""
    dev = pins(ROOT / "requirements/dev.txt").items()
    assert [p.name for p in LOCKS] == ["build.txt", "dev.txt", "run.txt"]
    assert pins(ROOT / "requirements/run.txt").items() <= dev
    assert pins(ROOT / "requirements/build.txt").items() <= dev


def test_every_declared_dependency_is_locked() -> None:
    """A dependency that was added without `make lock` would be missing on a fresh machine."""
    declared = {re.split(r"[<>=;! ]", d)[0].lower() for d in PROJECT["project"]["dependencies"]}
    assert declared <= pins(ROOT / "requirements/run.txt").keys()
    backend = PROJECT["build-system"]["requires"]
    assert backend == PROJECT["dependency-groups"]["build"]
    assert "uv-build" in pins(ROOT / "requirements/build.txt")


def test_no_file_names_a_package_registry() -> None:
    """Everyone uses the registry, mirror or proxy that their machine is set up for."""
    named = [str(p) for p in tracked() if any(host in text(p) for host in REGISTRIES)]
    assert named == []


def test_the_version_is_the_same_everywhere() -> None:
    """Package, module and chart are released as one."""
    chart = yaml.safe_load(text(Path("charts/aup-operator/Chart.yaml")))
    versions = {PROJECT["project"]["version"], aup.__version__, str(chart["appVersion"])}
    assert versions == {aup.__version__}


def test_the_image_runs_as_a_number_that_is_not_root() -> None:
    """The kubelet can check ``runAsNonRoot`` for a number only."""
    users = [rest for name, rest in final_stage() if name == "USER"]
    assert users == ["65532:65532"]
    assert ("ENTRYPOINT", '["aup"]') in final_stage()
    assert "aup" in PROJECT["project"]["scripts"]


def test_other_repositories_can_name_our_hook() -> None:
    """pre-commit installs the project and calls the program; the flags are the caller's."""
    (hook,) = yaml.safe_load(text(Path(".pre-commit-hooks.yaml")))
    program, *words = shlex.split(hook["entry"])
    assert program in PROJECT["project"]["scripts"]
    assert parser().parse_args([*words, "--bundle", "bundle.yaml", "web.yaml"]).run
    assert (hook["language"], hook["types_or"]) == ("python", ["yaml", "json"])


@pytest.mark.parametrize(("name", "entry"), PROJECT["project"]["scripts"].items())
def test_a_program_leads_to_a_function(name: str, entry: str) -> None:
    """Also those whose names kubectl looks for."""
    module, _, function = entry.partition(":")
    assert callable(getattr(import_module(module), function)), name


def test_the_image_is_built_from_a_full_version() -> None:
    """A tag such as `3.11-slim` changes under us; `latest` even more so."""
    defaults = dict(rest.split("=", 1) for name, rest in instructions() if name == "ARG")
    bases = [rest.split()[0] for name, rest in instructions() if name == "FROM"]
    assert len(bases) == 2
    for base in bases:
        tag = re.sub(r"\$\{(\w+)\}", lambda m: defaults[m[1]], base).partition(":")[2]
        assert re.match(r"3\.\d+\.\d+-slim", tag), tag


def test_the_image_installs_locked_wheels_only() -> None:
    """No package is taken unlocked, and none is compiled, so that no compiler is needed."""
    commands = [c for n, rest in instructions() if n == "RUN" for c in rest.split("&&")]
    installs = [shlex.split(c) for c in commands if " install " in c]
    assert len(installs) == 3
    for words in installs:
        locked = {"--require-hashes", "--only-binary=:all:"} <= set(words)
        assert locked or {"--no-index", "--no-deps"} <= set(words), words
    assert not [c for c in commands if re.search(r"\bapt(-get)?\b", c)]
    assert [name for name, _ in final_stage() if name == "RUN"] == []


def test_the_image_is_sent_what_it_copies() -> None:
    """`.dockerignore` leaves everything out but the files that the Dockerfile copies."""
    ignore = text(Path(".dockerignore")).splitlines()
    assert "*" in ignore
    sent = {line[1:] for line in ignore if line.startswith("!")}
    copies = [
        rest.split()[:-1] for n, rest in instructions() if n == "COPY" and "--from" not in rest
    ]
    copied = {source for sources in copies for source in sources}
    assert sent == copied
    assert all((ROOT / source).exists() for source in copied)
