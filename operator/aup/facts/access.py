"""Access: who comes into a pod, and who lets somebody in.

Read here  CONNECT to pods/exec, attach, portforward and proxy and to services/proxy: what these
           requests carry (PodExecOptions and so on) says how, and nobody judges that; UPDATE of
           pods/ephemeralcontainers, which starts a process inside; SupportAccessGrant
"""

from collections.abc import Mapping
from typing import Final

from aup.facts.model import Access, Door, Facts, Subject, Surroundings

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


def request(_raw: bytes, subject: Subject, _surroundings: Surroundings) -> Facts:
    """Read a request that opens one of the doors."""
    return Facts(subject, access=_access(subject, DOORS[subject.group, subject.kind]))


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
