"""kubectl and helm, run as somebody."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.controlplane.errors import CommandError

COMMAND_SECONDS = 120.0
"""No command against a loopback server takes this long: it hangs."""


@dataclass(frozen=True, slots=True)
class Client:
    """The command line of one user: each command runs with this user's kubeconfig."""

    kubeconfig: Path
    programs: Mapping[str, Path]
    home: Path
    """Where kubectl and helm keep caches and settings: apart from the person's own."""

    def kubectl(
        self,
        *args: str | Path,
        input: str | None = None,  # noqa: A002 (the word that subprocess uses)
        as_user: str | None = None,
        as_groups: Sequence[str] = (),
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl.

        ``as_user`` and ``as_groups`` impersonate, which the user must be allowed to. Raises
        ``CommandError`` with all that kubectl said, unless ``check`` is false.
        """
        impersonation = [f"--as={as_user}"] if as_user else []
        impersonation += [f"--as-group={group}" for group in as_groups]
        return self._run("kubectl", [*args, *impersonation], text=input, check=check)

    def helm(self, *args: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run helm. Raises ``CommandError``, unless ``check`` is false."""
        return self._run("helm", args, text=None, check=check)

    def environment(self) -> dict[str, str]:
        """Return the environment in which a program acts as this user on this control plane."""
        own = {
            "KUBECONFIG": str(self.kubeconfig),
            "KUBECACHEDIR": str(self.home / "kube-cache"),
            "KUBERC": "off",
            "HELM_CACHE_HOME": str(self.home / "helm" / "cache"),
            "HELM_CONFIG_HOME": str(self.home / "helm" / "config"),
            "HELM_DATA_HOME": str(self.home / "helm" / "data"),
        }
        return os.environ | own

    def _run(
        self, program: str, args: Sequence[str | Path], *, text: str | None, check: bool
    ) -> subprocess.CompletedProcess[str]:
        command = [str(part) for part in (self.programs[program], *args)]
        result = subprocess.run(
            command,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            capture_output=True,
            text=True,
            env=self.environment(),
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if check and result.returncode:
            raise CommandError(
                command=command,
                code=result.returncode,
                stdout=result.stdout,
                stderr=result.stderr,
            )
        return result
