"""Fault injection for tests: end the process at a named point, as a power cut would.

``AUP_CRASH_AFTER=Neutralise`` ends the process with `os._exit` right after that step: no cleanup,
no flush, no last write. It is no setting of the product: nothing sets it outside of the tests.
"""

import os
from typing import Final

VARIABLE: Final = "AUP_CRASH_AFTER"
EXIT_CODE: Final = 86


def crash_point(name: str) -> None:
    """End the process here if a test asks for it."""
    if os.environ.get(VARIABLE) == name:
        os._exit(EXIT_CODE)
