"""Kernel settings: the safe set and what the provider lists, in either spelling."""

import pytest

from aup.facts.model import SecurityContext, Workload
from aup.policy.terms import HostTerms
from aup.rules.base import Violation
from aup.rules.host.sysctls import SAFE, sysctls
from support.neutral import TERMS
from support.replacing import replace
from support.workloads import workload

HOST = TERMS.host


def setting(*names: str) -> Workload:
    context = SecurityContext("spec.template.spec.securityContext", sysctls=names)
    return workload("nginx", security=context)


def told(terms: HostTerms, *names: str) -> list[str]:
    return [v.value for v in sysctls(setting(*names), terms)]


def test_a_setting_that_forges_addresses_is_told_as_such() -> None:
    assert list(
        sysctls(setting("kernel.shm_rmid_forced", "net.ipv4.conf.all.rp_filter"), HOST)
    ) == [
        Violation(
            path="spec.template.spec.securityContext.sysctls[1].name",
            value="net.ipv4.conf.all.rp_filter",
            detail="lets the pod use addresses that are not its own",
            remedy="leave it out, or ask abuse@asergo.example to set it on the nodes",
            key=("net.ipv4.conf.all.rp_filter",),
        )
    ]


@pytest.mark.parametrize("name", sorted(SAFE))
def test_the_safe_set_passes_with_dots_and_with_slashes(name: str) -> None:
    assert told(HOST, name, name.replace(".", "/")) == []


@pytest.mark.parametrize(
    "name",
    [
        "net.ipv4.ip_forward",
        "net/ipv4/ip_forward",
        "net.ipv6.conf.all.forwarding",
        "net/ipv4/conf/eth0.100/accept_local",
        "net.ipv4.conf.eth0.route_localnet",
        "net.ipv4.ip_nonlocal_bind",
        "net.ipv4.conf.all.proxy_arp",
    ],
)
def test_every_way_to_forge_an_address_is_told(name: str) -> None:
    (found,) = sysctls(setting(name), HOST)
    assert found.detail == "lets the pod use addresses that are not its own"


@pytest.mark.parametrize(
    "name", ["", "*", "net.core.somaxconn", "net.ipv4.TCP_SYNCOOKIES", "net.ipv4.tcp_syncookies "]
)
def test_what_is_not_called_safe_is_told(name: str) -> None:
    (found,) = sysctls(setting(name), HOST)
    assert found.detail == "is not among the kernel settings that Kubernetes calls safe"


def test_both_spellings_of_a_setting_are_one_to_the_ratchet() -> None:
    dots, slashes = "net.ipv4.conf.all.rp_filter", "net/ipv4/conf/all/rp_filter"
    first, second = sysctls(setting(dots, slashes), HOST)
    assert first.key == second.key


def test_the_provider_may_list_settings_and_beginnings_of_them() -> None:
    listing = replace(HOST, sysctls=("net.core.somaxconn", "kernel.msg*"))
    assert told(listing, "net/core/somaxconn", "kernel.msgmax", "kernel/msgmnb") == []
    assert told(listing, "net.core.somaxconn2", "kernel.ms") == ["net.core.somaxconn2", "kernel.ms"]
    assert told(replace(HOST, sysctls=("*",)), "vm.swappiness") == []
