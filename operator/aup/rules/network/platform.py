"""Whose word about a status is believed: the platform's, by who it is authenticated as."""

import re

from aup.facts.model import ClaimSource, Exposure, Writer
from aup.policy.terms import NetworkTerms

CONTROL_PLANE = frozenset(
    {
        "system:apiserver",
        "system:cloud-controller-manager",
        "system:kube-controller-manager",
    }
)
"""Usernames of the control plane where its controllers do not use ServiceAccounts."""

NODES = frozenset({"system:multus", "system:nodes", "system:ovn-nodes"})
"""Groups of what runs on each node under a certificate of that node: the kubelet, and where they
are given one Multus and the part of OVN-Kubernetes that notes which address a pod got."""

_SERVICE_ACCOUNT = re.compile(r"system:serviceaccount:([^:]+):[^:]+")


def is_platform(writer: Writer | None, terms: NetworkTerms) -> bool:
    """Tell whether the request comes from the platform, by who it is authenticated as.

    Never by what the object says of itself: labels such as ``managed-by`` can be forged.
    """
    if writer is None:
        return False
    account = _SERVICE_ACCOUNT.fullmatch(writer.username)
    return (
        writer.username in CONTROL_PLANE
        or writer.username in terms.platform_writers
        or not NODES.isdisjoint(writer.groups)
        or (account is not None and account[1] in terms.platform_namespaces)
    )


def is_judged(source: ClaimSource, exposure: Exposure, *, trusted: bool) -> bool:
    """Tell whether a claim takes effect by this request and is not the platform's own word."""
    if source is ClaimSource.STATUS:
        return exposure.writes_status and not trusted
    # A record that nobody is writing is the platform's, who has written it.
    return source is not ClaimSource.RECORD or (exposure.writer is not None and not trusted)


def is_read(prefix: str, terms: NetworkTerms) -> bool:
    """Tell whether any controller reads a claim that only one with this prefix would read."""
    return not prefix or prefix in terms.external_dns_prefixes
