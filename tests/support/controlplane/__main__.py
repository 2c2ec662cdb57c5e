"""The control plane from the command line: ``python -m support.controlplane {tools,up,down}``."""

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

from support.controlplane import process
from support.controlplane.errors import TestbedError
from support.controlplane.provision import prepare, prepare_tests
from support.controlplane.server import ControlPlane


def main(arguments: list[str] | None = None) -> int:
    """Run a subcommand and return the exit code."""
    options = _parser().parse_args(arguments)
    # So that a plain kill ends in order, like Ctrl-C. (After SIGKILL the keepers clear up.)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        options.run(options)
    except TestbedError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m support.controlplane", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    tools = commands.add_parser("tools", help="find, download or build the programs")
    tools.add_argument("--tests", action="store_true", help="what only tests need as well")
    tools.set_defaults(run=_tools)
    up = commands.add_parser("up", help="start a control plane and keep it until Ctrl-C")
    up.add_argument("--detach", action="store_true", help="return, and leave it running")
    up.set_defaults(run=_up)
    down = commands.add_parser("down", help="end control planes that were left running")
    down.add_argument("folder", nargs="*", type=Path, help="which ones (default: all)")
    down.set_defaults(run=_down)
    for command in (tools, up):
        command.add_argument(
            "--version", help="of Kubernetes (default: $AUP_KUBERNETES_VERSION, then the newest)"
        )
    return parser


def _tools(options: argparse.Namespace) -> None:
    for path in (prepare_tests() if options.tests else prepare(options.version)).values():
        print(path)


def _up(options: argparse.Namespace) -> None:
    prepare(options.version)
    with ControlPlane(options.version) as control_plane:
        _introduce(control_plane)
        if options.detach:
            control_plane.detach()
            print(f"stop it:    {_command()} down {control_plane.folder}")
        else:
            print("stop it:    Ctrl-C", flush=True)
            signal.pause()


def _introduce(control_plane: ControlPlane) -> None:
    folders = {str(control_plane.programs[name].parent): None for name in ("kubectl", "helm")}
    print(
        f"Kubernetes {control_plane.version} is ready after {control_plane.start_seconds:.1f} s"
        f" at {control_plane.url}\n"
        f"use it:     export KUBECONFIG={control_plane.kubeconfig}\n"
        f"            export PATH={':'.join(folders)}:$PATH\n"
        "try:        kubectl get namespaces\n"
        "            kubectl create deployment web --image=registry.example/web\n"
        "            kubectl auth can-i --list --as=anna"
    )


def _down(options: argparse.Namespace) -> None:
    process.reap()
    for folder in options.folder or process.detached_runs():
        process.stop_recorded(folder)
        shutil.rmtree(folder)
        print(f"stopped {folder}")


def _command() -> str:
    return f"PYTHONPATH={os.environ.get('PYTHONPATH', '')} {sys.executable} -m support.controlplane"


if __name__ == "__main__":
    sys.exit(main())
