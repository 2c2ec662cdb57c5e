"""What a pod asks of the kernel and the kubelet of its node, beyond running its images."""

from enum import StrEnum

import msgspec

from aup.facts.model.claim import IPAddress, NamespaceReference


class SELinux(msgspec.Struct, frozen=True):
    """SELinux labels that are asked for; empty where none is."""

    type: str = ""
    user: str = ""
    role: str = ""


class SecurityContext(msgspec.Struct, frozen=True):
    """How the processes of a pod, or of one container, are to be confined.

    What a container says counts before what its pod says. Words are kept as written, and empty
    where nothing is; where each stands follows from ``path`` (see ``at``).
    """

    path: str
    """For example ``spec.containers[0].securityContext``, written or not."""
    added: tuple[str, ...] = ()
    """Capabilities that a container takes on. Containers only, as the three that follow."""
    dropped: tuple[str, ...] = ()
    """Capabilities that it gives up."""
    proc_mount: str = ""
    allow_privilege_escalation: bool | None = None
    sysctls: tuple[str, ...] = ()
    """Names of kernel settings. Pods only."""
    seccomp: str = ""
    """Type of the profile: ``RuntimeDefault``, ``Localhost``, ``Unconfined``."""
    apparmor: str = ""
    """Type of the profile, with the same words."""
    selinux: SELinux | None = None
    run_as_non_root: bool | None = None
    run_as_user: int | None = None

    def at(self, field: str) -> str:
        """Return the path of a field: ``capabilities.add[0]``."""
        return f"{self.path}.{field}"


class Purpose(StrEnum):
    """What the kubelet connects for."""

    PROBE = "probe"
    HOOK = "hook"
    VOLUME = "volume"
    PERSISTENT = "persistent volume"
    """A volume of the cluster, which pods reach through a claim."""
    CREDENTIALS = "credentials"
    """Not a host, but the namespace of the Secret that such a volume is mounted with."""


class KubeletConnection(msgspec.Struct, frozen=True):
    """A host that the kubelet, or the node's kernel for it, is told to connect to.

    The connection comes from the node: under the node's address, and past every NetworkPolicy.
    """

    text: str
    """As written: an address, a name, either with a port, a URL, or the name of Endpoints; or the
    namespace of a Secret."""
    path: str
    purpose: Purpose
    address: IPAddress | None = None
    """Where an address is written, canonical; else ``None``."""
    hostname: str = ""
    """Where a name is written, canonical; else empty."""
    namespace: NamespaceReference | None = None
    """Of the Secret, where it is one."""
    says: tuple[str, ...] = ()
    """Digest of all that the object says, where any change of it is a new violation."""


class HostPath(msgspec.Struct, frozen=True):
    """A path of the node's file system that is mounted."""

    text: str
    path: str
    canonical: str
    """Absolute, without ``.``, ``..`` or doubled slashes."""
    persistent: bool = False
    """Whether it is a volume of the cluster, which pods reach through a claim."""
    says: tuple[str, ...] = ()
    """Digest of all that the object says, where any change of it is a new violation."""
