"""The division of capabilities: every one that Linux has stands in one class."""

import pytest

from aup.rules.capability import BASELINE, CONFINED, NOTICEABLE, REACHING, drops, reaches

LINUX = frozenset(
    [
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "KILL",
        "SETGID",
        "SETUID",
        "SETPCAP",
        "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_ADMIN",
        "NET_RAW",
        "IPC_LOCK",
        "IPC_OWNER",
        "SYS_MODULE",
        "SYS_RAWIO",
        "SYS_CHROOT",
        "SYS_PTRACE",
        "SYS_PACCT",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_NICE",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "MKNOD",
        "LEASE",
        "AUDIT_WRITE",
        "AUDIT_CONTROL",
        "SETFCAP",
        "MAC_OVERRIDE",
        "MAC_ADMIN",
        "SYSLOG",
        "WAKE_ALARM",
        "BLOCK_SUSPEND",
        "AUDIT_READ",
        "PERFMON",
        "BPF",
        "CHECKPOINT_RESTORE",
    ]
)
"""include/uapi/linux/capability.h, Linux 6.12."""

CLASSES = (BASELINE, CONFINED, frozenset(NOTICEABLE), frozenset(REACHING))


def test_every_capability_of_linux_stands_in_exactly_one_class() -> None:
    assert len(LINUX) == 41
    assert frozenset().union(*CLASSES) == LINUX | {"ALL"}
    assert sum(map(len, CLASSES)) == len(LINUX) + 1


@pytest.mark.parametrize("name", [*sorted(REACHING), "", "NET_TELEPORT"])
def test_what_leads_out_and_what_nobody_knows_reaches(name: str) -> None:
    assert reaches(name)


@pytest.mark.parametrize("name", sorted({*BASELINE, *CONFINED, *NOTICEABLE}))
def test_all_others_do_not(name: str) -> None:
    assert not reaches(name)


def test_a_runtime_drops_by_name_in_any_case_without_the_prefix() -> None:
    assert drops(("chown", "Net_Raw"), "ALL", "NET_RAW")
    assert not drops(("CAP_NET_RAW", "CAP_ALL"), "ALL", "NET_RAW")
    assert not drops((), "ALL")
