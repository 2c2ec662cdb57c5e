"""Access: who comes into a pod, and who lets somebody in.

Read here  CONNECT to pods/exec, attach, portforward and proxy and to services/proxy: of what these
           requests carry (PodExecOptions and so on) only the command of an exec, the rest says
           how; UPDATE of pods/ephemeralcontainers, which starts a process inside;
           SupportAccessGrant
"""

from collections.abc import Mapping
from typing import Any, Final

from aup.facts.command_line import words
from aup.facts.model import (
    Access,
    CommandLine,
    Container,
    ContainerKind,
    Door,
    Execution,
    Facts,
    Subject,
    Surroundings,
)
from aup.facts.wire.shape import Shape, Wire

DOORS: Final[Mapping[tuple[str, str], Door]] = {
    ("", "PodExecOptions"): Door.EXEC,
    ("", "PodAttachOptions"): Door.ATTACH,
    ("", "PodPortForwardOptions"): Door.PORT_FORWARD,
    ("", "PodProxyOptions"): Door.POD_PROXY,
    ("", "ServiceProxyOptions"): Door.SERVICE_PROXY,
    ("aup.asergo.com", "SupportAccessGrant"): Door.GRANT,
}
"""What the kind of a request says about the way in."""


_PROXIES: Final = frozenset({Door.POD_PROXY, Door.SERVICE_PROXY})
_SCHEME_NAME_PORT: Final = 3


class ExecOptions(Wire, frozen=True):
    """PodExecOptions."""

    container: str | None = None
    command: Any = None


_EXEC: Final = Shape(ExecOptions)


def request(raw: bytes, subject: Subject, _surroundings: Surroundings) -> Facts:
    """Read a request that opens one of the doors."""
    door = DOORS[subject.group, subject.kind]
    access = _access(subject, door)
    if door is not Door.EXEC:
        return Facts(subject, access=access)
    options, problems = _EXEC.read(raw)
    return Facts(subject, access=access, executions=_executed(options, subject), problems=problems)


def _executed(options: ExecOptions, subject: Subject) -> tuple[Execution, ...]:
    """Return what an exec runs; nobody here knows which image its container has."""
    if not (said := words(options.command)):
        return ()
    container = Container(
        kind=ContainerKind.CONTAINER,
        name=options.container or "",
        path="container",
        image=None,
        executed=(CommandLine(said, "command"),),
    )
    return (Execution(subject.namespace, container),)


def joined(subject: Subject) -> Access | None:
    """Return the access that an UPDATE gives: a container that joins a running pod."""
    if subject.subresource != "ephemeralcontainers":
        return None
    return _access(subject, Door.EPHEMERAL_CONTAINER)


def _access(subject: Subject, door: Door) -> Access | None:
    """Return who does it; ``None`` where nobody asks, as of a file."""
    if subject.writer is None:
        return None
    name = _proxied(subject.name) if door in _PROXIES else subject.name
    return Access(subject.namespace, name, door, subject.writer)


def _proxied(name: str) -> str:
    """Return the object behind ``name``, ``name:port`` or ``scheme:name:port``."""
    parts = name.split(":")
    return parts[1] if len(parts) == _SCHEME_NAME_PORT else parts[0]
