"""Access: a connection that somebody opens into a pod or a Service."""

from dataclasses import dataclass

from aup.facts.model.subject import Writer


@dataclass(frozen=True, slots=True)
class Access:
    """A CONNECT request: exec, attach, portforward or proxy."""

    namespace: str
    name: str
    """Of the pod or the Service."""
    resource: str
    """``pods`` or ``services``."""
    subresource: str
    """``exec``, ``attach``, ``portforward``, ``proxy``."""
    writer: Writer
