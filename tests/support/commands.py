"""The command line, called in this process, and small manifests to call it with."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aup.cli.main import main
from support.world import NOW, WORLD_FILE

AT = ("--at", NOW.isoformat())
"""When the cases are judged."""
ACME = ("--bundle", str(WORLD_FILE), "--tenant", "acme", "--namespace", "acme-prod", *AT)
"""Judge by the world of the corpus, for its first tenant."""

OWN = "198.51.100.18"
"""An address of acme."""
FOREIGN = "203.0.113.9"
REPORT = """
apiVersion: aup.asergo.com/v1alpha1
kind: TenantReport
metadata: {name: aup, namespace: acme-prod}
status:
  policy: asergo
  revision: "2023-06-01"
  addresses: [198.51.100.16/28]
  hostnames: [.acme.example]
"""
"""What a tenant may read of itself."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        """Return everything that it said."""
        return self.out + self.err


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs commands and takes what they say."""

    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> Said:
        """Run a command."""
        code = main(arguments)
        said = self.capsys.readouterr()
        return Said(code, said.out, said.err)

    def check(self, *arguments: str) -> dict[str, Any]:
        """Return what a check says to programs."""
        found: dict[str, Any] = json.loads(self.run("check", "-o", "json", *arguments).out)
        return found


def service(address: str, name: str = "web") -> str:
    """Return a Service that claims an address: on line 4, from column 21."""
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n"
        f"spec: {{externalIPs: [{address}]}}\n"
    )


def write(folder: Path, name: str, text: str) -> str:
    """Write a file, with its folder, and return its name."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)
