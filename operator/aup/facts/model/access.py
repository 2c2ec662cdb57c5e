"""Access: a connection that somebody opens into a pod, or a consent to it."""

from enum import StrEnum

import msgspec

from aup.facts.model.subject import Writer


class Door(StrEnum):
    """A way into a pod; the value names it as RBAC does."""

    EXEC = "pods/exec"
    ATTACH = "pods/attach"
    PORT_FORWARD = "pods/portforward"
    POD_PROXY = "pods/proxy"
    EPHEMERAL_CONTAINER = "pods/ephemeralcontainers"
    SERVICE_PROXY = "services/proxy"
    GRANT = "supportaccessgrants"
    """No way in by itself: a SupportAccessGrant is written, which opens the others."""


class Access(msgspec.Struct, frozen=True):
    """Somebody comes in."""

    namespace: str
    name: str
    """Of the pod, the Service or the grant."""
    door: Door
    writer: Writer
