"""Annotations of a Namespace that settle the network of every pod in it.

They are the platform's to write: an edit is judged, what stands there is not.
"""

from typing import Final

from aup.facts import claims
from aup.facts.annotations.keys import Keys, Reader, under
from aup.facts.annotations.readers import TRUTHY, json_list, nothing, pools, setting, whole
from aup.facts.cni.notes import UNVERIFIED
from aup.facts.model import ClaimSource, Facts, Operation, Reach, Subject, Surroundings
from aup.facts.wire.network import Metadata
from aup.facts.wire.shape import Shape, Wire


class _Status(Wire, frozen=True):
    """NamespaceStatus."""

    phase: str | None = None


class _Namespace(Wire, frozen=True):
    """Namespace v1."""

    metadata: Metadata | None = None
    status: _Status | None = None


_SHAPE = Shape(_Namespace)

POOLS: Final[dict[str, Reader]] = {
    **under(
        ("cni.projectcalico.org/",),
        {"ipv4pools": pools(json_list), "ipv6pools": pools(json_list)},
    ),
    **under(
        ("ipam.cilium.io/",), dict.fromkeys(("ip-pool", "ipv4-pool", "ipv6-pool"), pools(whole))
    ),
    "ipam.antrea.io/ippools": pools(),
    **under(
        ("ipam.spidernet.io/",),
        dict.fromkeys(("default-ipv4-ippool", "default-ipv6-ippool"), pools(json_list)),
    ),
    "ovn.kubernetes.io/logical_switch": pools(),
}
HARMLESS: Final[dict[str, Reader]] = {"k8s.ovn.org/acl-logging": nothing}


def _keys(source: ClaimSource) -> Keys:
    """Return all keys, with whose word they are."""
    spoofing = setting(UNVERIFIED, Reach.SPOOFING, only=TRUTHY, source=source)
    routing = setting("settles how all pods of the namespace are routed", source=source)
    pooled = setting("settles where all pods of the namespace get addresses from", source=source)
    readers = {
        **POOLS,
        **HARMLESS,
        "config.cilium.io/delegate-source-ip-verification": spoofing,
        "ipam.cilium.io/require-pool-match": pooled,
        "network.cilium.io/fib-table-id": routing,
    }
    families = {
        r"egress\.projectcalico\.org/.*": routing,
        r"k8s\.ovn\.org/.*": routing,
        r"ovn\.kubernetes\.io/.*": pooled,
        r"networking\.alibaba\.com/.*": pooled,
    }
    return Keys(readers, families)


_MADE: Final = _keys(ClaimSource.ANNOTATION)
_STORED: Final = _keys(ClaimSource.RECORD)


def namespace(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a Namespace; one in a file counts as stored where it has a status."""
    found, problems = _SHAPE.read(raw)
    asked = subject.writer is not None
    stored = subject.operation is Operation.UPDATE if asked else found.status is not None
    annotations = found.metadata.annotations if found.metadata else None
    keys = _STORED if stored else _MADE
    return claims.exposed(
        subject, problems, keys.read(annotations, "metadata.annotations", subject, surroundings)
    )


KINDS: Final = {("", "Namespace"): namespace}
