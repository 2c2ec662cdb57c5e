"""What can go wrong with the test bed, in words that say what to do."""

from collections.abc import Sequence


class TestbedError(Exception):
    """The test bed cannot do what it was asked to."""

    __test__ = False  # the name would make pytest collect it


class UnavailableError(TestbedError):
    """One source of a program does not have it; the next one is tried."""


class StartError(TestbedError):
    """A process of the control plane did not become ready."""


class RefusedError(TestbedError):
    """The API server has answered, but not with success."""

    def __init__(self, *, path: str, status: int, body: bytes) -> None:
        super().__init__(f"{path}: {status}: {body.decode(errors='replace')}")
        self.status = status


class CommandError(TestbedError):
    """A command failed; the message holds all that it said."""

    def __init__(self, *, command: Sequence[str], code: int, stdout: str, stderr: str) -> None:
        super().__init__(f"exit code {code}: {' '.join(command)}\n{stdout}{stderr}")
        self.command = command
        self.code = code
        self.stdout = stdout
        self.stderr = stderr
