"""What the audience sees: who types which command, and the exact answer."""

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.controlplane import Client

MANIFESTS = Path(__file__).parent / "manifests"

_COLOURS = {"title": "1;36", "prompt": "1;32", "yaml": "2", "refused": "31", "plain": "0"}


class StageError(Exception):
    """The cluster did not answer as the story says it does: the demo must not go on."""


def show(text: str, style: str = "plain") -> None:
    """Print text, in colour where a person looks at it."""
    if sys.stdout.isatty() and style != "plain":
        text = f"\033[{_COLOURS[style]}m{text}\033[0m"
    print(text, flush=True)


def title(text: str) -> None:
    """Begin a scene."""
    show(f"\n━━ {text} ", "title")


def say(text: str) -> None:
    """Tell what is going on."""
    show(f"\n{text}")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or program with credentials of its own."""

    name: str
    client: Client
    namespace: str = ""

    def does(self, command: str, *, stdin: str = "", refused: bool = False) -> str:
        """Run a kubectl command and show it with its answer.

        Raises:
            StageError: it was refused and should not have been, or the other way round.

        """
        namespace = f"-n {self.namespace} " if self.namespace else ""
        show(f"\n{self.name}$ kubectl {namespace}{command}", "prompt")
        done = self.quietly(command, stdin=stdin)
        text = (done.stdout + done.stderr).rstrip()
        show(text, "refused" if done.returncode else "plain")
        if bool(done.returncode) != refused:
            raise StageError(f"expected {'a refusal' if refused else 'success'} of: {command}")
        return text

    def applies(
        self, file: str, *, refused: bool = False, values: dict[str, str] | None = None
    ) -> str:
        """Show a manifest and create what is in it."""
        text = (MANIFESTS / file).read_text()
        for key, value in (values or {}).items():
            text = text.replace(f"@{key}@", value)
        show("")
        show("\n".join(f"  │ {line}" for line in text.splitlines()), "yaml")
        return self.does("create -f -", stdin=text, refused=refused)

    def quietly(self, command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a kubectl command behind the stage."""
        namespace = ["-n", self.namespace] if self.namespace else []
        words = (*namespace, *shlex.split(command))
        return self.client.kubectl(*words, input=stdin or None, check=False)

    def get(self, command: str) -> dict[str, object]:
        """Read an object behind the stage."""
        found: dict[str, object] = json.loads(self.quietly(f"get {command} -o json").stdout)
        return found


def wait(what: str, ready: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something to happen, and say how long it took."""
    started = time.monotonic()
    while not ready():
        if time.monotonic() - started > seconds:
            raise StageError(f"{what}: not after {seconds:.0f} s")
        time.sleep(0.1)
    show(f"  ({what}: {time.monotonic() - started:.1f} s)", "yaml")
