"""Linux capabilities by how far they reach: the one division that host and security rules share.

Names are those of capabilities(7), Linux 6.12, without ``CAP_``. What a container may add by the
level Baseline of the Pod Security Standards (1.36) is ``BASELINE``. That level forbids all others
alike; here they are told apart by whom they concern:

- ``CONFINED`` concern nobody but the container: memory that it locks is counted as its own.
- ``NOTICEABLE`` are felt on the node, and give no way into it: priority, quotas, accounting.
- ``REACHING`` lead out of the container, or to what other tenants send and keep.

A name that is in none of them is treated as reaching: a kernel may know it one day.
"""

from collections.abc import Mapping
from typing import Final

ALL: Final = "ALL"
NET_RAW: Final = "NET_RAW"

BASELINE: Final = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)

CONFINED: Final = frozenset({"IPC_LOCK", "IPC_OWNER", "LEASE"})

NOTICEABLE: Final[Mapping[str, str]] = {
    "BLOCK_SUSPEND": "keeps the node from going to sleep",
    "CHECKPOINT_RESTORE": "chooses the ids of processes",
    "LINUX_IMMUTABLE": "makes files that the node cannot delete",
    "SYS_NICE": "puts its processes before those of others",
    "SYS_PACCT": "switches the accounting of processes",
    "SYS_RESOURCE": "goes past quotas and limits",
    "SYS_TTY_CONFIG": "sets the terminals of the node",
    "WAKE_ALARM": "wakes the node",
}
"""Each with what it does: ``is a capability that keeps the node from going to sleep``."""

REACHING: Final[Mapping[str, str]] = {
    ALL: "gives every right on the node's kernel",
    "AUDIT_CONTROL": "changes what the node's audit records",
    "AUDIT_READ": "reads the node's audit log",
    "BPF": "loads programs into the node's kernel",
    "DAC_READ_SEARCH": "opens files of the node by their handles",
    "MAC_ADMIN": "changes the node's mandatory access control",
    "MAC_OVERRIDE": "overrides the node's mandatory access control",
    "NET_ADMIN": "sets addresses, routes and filters of the network",
    "NET_BROADCAST": "sends broadcasts and listens to multicasts",
    NET_RAW: "sends packets under any address",
    "PERFMON": "watches everything that runs on the node",
    "SYSLOG": "reads the log of the node's kernel",
    "SYS_ADMIN": "mounts file systems and administers the node's kernel",
    "SYS_BOOT": "restarts the node",
    "SYS_MODULE": "loads modules into the node's kernel",
    "SYS_PTRACE": "reads and changes other processes",
    "SYS_RAWIO": "reaches the devices and the memory of the node",
    "SYS_TIME": "sets the clock of the node",
}


def reaches(name: str) -> bool:
    """Whether a capability, in its plain spelling, leads out of the container."""
    return not (name in BASELINE or name in CONFINED or name in NOTICEABLE)


def drops(dropped: tuple[str, ...], *names: str) -> bool:
    """Whether a runtime takes one of the names away.

    Any case counts, ``CAP_`` does not: containerd puts it before every name itself.
    """
    return any(text.upper() in names for text in dropped)
