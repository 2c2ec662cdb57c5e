"""Host: pods leave the kernel's settings as they are.

host/sysctls
    Fields read   securityContext.sysctls[].name of the pod
    Allowed       the safe set of Kubernetes: settings that are the pod's own and felt by nobody
                  else; and what `network.allowedSysctls` lists
    Serves        "phishing, spoofing, or forging packet headers" (asergo/1.4): `rp_filter`,
                  `ip_nonlocal_bind` and their like let a pod send under addresses of others

A name may be written with `/` instead of `.`; both are the same setting.
"""

import re
from collections.abc import Iterator
from typing import Final

from aup.facts.model import Workload
from aup.facts.node_names import sysctl
from aup.policy.terms import HostTerms
from aup.rules.base import Rule, Violation

SAFE: Final = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports",  # 1.27
        "net.ipv4.tcp_keepalive_time",  # 1.29
        "net.ipv4.tcp_fin_timeout",  # 1.29
        "net.ipv4.tcp_keepalive_intvl",  # 1.29
        "net.ipv4.tcp_keepalive_probes",  # 1.29
        "net.ipv4.tcp_rmem",  # 1.32
        "net.ipv4.tcp_wmem",  # 1.32
        "net.ipv4.tcp_slow_start_after_idle",  # 1.37
        "net.ipv4.tcp_notsent_lowat",  # 1.37
    }
)
"""Safe sysctls of Kubernetes 1.37 (docs, Using sysctls in a Kubernetes Cluster), with the version
that brought each; the first five are older than any that is supported."""

_FORGING = re.compile(
    r".*\.(?:rp_filter|accept_local|route_localnet|src_valid_mark|accept_source_route|forwarding"
    r"|mc_forwarding|proxy_arp\w*|proxy_ndp|ip_forward\w*|ip_nonlocal_bind|arp_\w+)"
)
"""Settings by which a pod sends, answers or forwards under addresses that are not its own."""


def sysctls(workload: Workload, terms: HostTerms) -> Iterator[Violation]:
    """Yield each setting that is not known to stay within the pod."""
    for i, text in enumerate(workload.security.sysctls):
        name = sysctl(text)
        if name in SAFE or _is_allowed(name, terms):
            continue
        forges = _FORGING.fullmatch(name)
        yield Violation(
            path=workload.security.at(f"sysctls[{i}].name"),
            value=text,
            detail=(
                "lets the pod use addresses that are not its own"
                if forges
                else "is not among the kernel settings that Kubernetes calls safe"
            ),
            remedy=f"leave it out, or ask {terms.contact} to set it on the nodes",
            key=(name,),
        )


def _is_allowed(name: str, terms: HostTerms) -> bool:
    """Whether the provider lists a setting."""
    return any(
        name.startswith(allowed[:-1]) if allowed.endswith("*") else name == allowed
        for allowed in terms.sysctls
    )


RULE = Rule(
    id="host/sysctls",
    title="Pods leave the kernel's settings as they are",
    reads=Workload,
    terms=lambda terms: terms.host,
    check=sysctls,
    blind=(
        "Settings that a program changes itself, which needs rights of host/capabilities or "
        "host/privileged. Which values are set: those of the safe settings concern the pod alone."
    ),
)
