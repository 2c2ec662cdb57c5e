"""The command line for the tests of its parts."""

import pytest

from support.commands import Commands


@pytest.fixture
def aup(capsys: pytest.CaptureFixture[str]) -> Commands:
    """Return the command line."""
    return Commands(capsys)
