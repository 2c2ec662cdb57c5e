"""The tutorial does what it says: its commands are run in one shell, as a reader would."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from support.controlplane import ControlPlane
from support.controlplane.ports import unlikely
from support.repository import ROOT, text

TUTORIAL = Path("docs/tutorials/first-tenant.md")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
MARK = "--- end of block ---"


def steps() -> list[tuple[str, str]]:
    """Return each shell block with the output that the tutorial shows after it, if any.

    Blocks of another language (``console``) are for people: here the fixture does their work.
    """
    found = [(match[1], match[2]) for match in FENCE.finditer(text(TUTORIAL))]
    return [
        (block, shown if kind == "text" else "")
        for (language, block), (kind, shown) in pairwise([*found, ("", "")])
        if language == "sh"
    ]


def as_pattern(shown: str) -> re.Pattern[str]:
    """Return shown output as a pattern: ``…`` is anything in a line, the width of gaps is free."""
    lines = [re.escape(" ".join(line.split())) for line in shown.splitlines()]
    return re.compile("\n".join(line.replace("…", ".+") for line in lines))


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """Return the shell's variables beside a control plane of its own, as ``make cluster`` says."""
    with ControlPlane() as cluster:
        folders = {str(cluster.programs[name].parent) for name in ("kubectl", "helm")}
        path = [str(Path(sys.executable).parent), *folders, os.environ["PATH"]]
        own = {"KUBECONFIG": str(cluster.kubeconfig), "PATH": os.pathsep.join(path)}
        yield {k: v for k, v in os.environ.items() if not k.startswith("AUP_")} | own


def run(script: str, environment: dict[str, str]) -> list[str]:
    """Run a script in one shell and return what each block printed, errors included."""
    shell = subprocess.Popen(
        ["bash", "-c", script],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        printed, _ = shell.communicate(timeout=240)
    finally:
        # What the tutorial started and did not end, if it broke half-way.
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
    return printed.split(f"{MARK}\n")


def test_every_command_of_the_tutorial_does_what_it_shows(environment: dict[str, str]) -> None:
    """Blocks without shown output succeed; the others print what is shown."""
    blocks = steps()
    assert len(blocks) >= 8
    webhook, *health = unlikely(3)
    ports = {"8443": webhook, "8080 2>": f"{health[0]} 2>", "8081": health[1]}
    script = "".join(f"{{ {b}\n}} || echo failed: $?\necho '{MARK}'\n" for b, _ in blocks)
    for written, free in ports.items():
        script = script.replace(written, str(free))
    listening = environment | {"AUP_ADMISSION_PORT": str(webhook)}
    for (block, shown), printed in zip(blocks, run(script, listening), strict=False):
        plain = "\n".join(" ".join(line.split()) for line in printed.splitlines())
        if shown:
            assert as_pattern(shown).search(plain), f"{block}\n{printed}"
        else:
            assert "failed: " not in plain, f"{block}\n{printed}"
