"""``aup run``: the processes of the operator."""

import argparse
import asyncio
from typing import Any

from aup.errors import AupError


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    from aup import settings

    parser = commands.add_parser(
        "run", help="run the operator", description="Run a role of the operator."
    )
    settings.add_arguments(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run a role until the process is told to stop."""
    from aup import logs, settings

    chosen = settings.load(vars(options))
    logs.configure(chosen.log_level)
    try:
        asyncio.run(_role(chosen))
    except* AupError as group:
        raise group.exceptions[0] from group
    return 0


async def _role(chosen: Any) -> None:
    """Start what the role says."""
    from aup.handlers import admission, controller
    from aup.settings import Role

    match chosen.role:
        case Role.ADMISSION:
            await admission.run(chosen)
        case Role.CONTROLLER:
            await controller.run(chosen)
        case _:
            async with asyncio.TaskGroup() as roles:
                roles.create_task(admission.run(chosen))
                roles.create_task(controller.run(chosen))
