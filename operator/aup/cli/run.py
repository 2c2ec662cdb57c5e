"""``aup run``: the processes of the operator."""

import argparse
import asyncio
from typing import Any

from aup.errors import AupError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    from aup import options

    parser.description = "Run a role of the operator."
    options.add_arguments(parser)


def run(given: argparse.Namespace) -> int:
    """Run a role until the process is told to stop."""
    from aup import logs, options

    chosen = options.load(vars(given))
    logs.configure(chosen.log_level)
    try:
        with asyncio.Runner(loop_factory=_loop) as runner:
            runner.run(_role(chosen))
    except BaseExceptionGroup as group:
        raise _cause(group) from group
    return 0


def _loop() -> asyncio.AbstractEventLoop:
    """Return a loop of libuv: reading and writing TLS costs it less."""
    import uvloop

    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def _cause(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what ended the process: the first error of ours, else the first of all."""
    ours, _ = group.split(AupError)
    found: BaseException = ours or group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


async def _role(chosen: Any) -> None:
    """Start what the role says."""
    from aup.handlers import admission, controller
    from aup.settings import Role

    roles = {Role.ADMISSION: admission.run, Role.CONTROLLER: controller.run}
    await roles[chosen.role](chosen)
