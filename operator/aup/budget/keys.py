"""The keys of a ResourceQuota: which there are, in what steps they count, what they force.

From k8s.io/kubernetes ``pkg/apis/core/helper`` and ``pkg/quota/v1/evaluator/core/pods.go``. The
API server refuses a whole quota for one bad key, and a namespace without its quota gets no
workload, so keys are checked before anything is written.
"""

import re
from decimal import Decimal
from typing import Final, NamedTuple

from typing_extensions import override

_MILLI: Final = Decimal("0.001")
_STANDARD: Final = frozenset(
    {
        *("cpu", "memory", "ephemeral-storage"),
        *("requests.cpu", "requests.memory", "requests.ephemeral-storage", "requests.storage"),
        *("limits.cpu", "limits.memory", "limits.ephemeral-storage"),
        *("pods", "services", "services.loadbalancers", "services.nodeports"),
        *("replicationcontrollers", "resourcequotas", "secrets", "configmaps"),
        "persistentvolumeclaims",
    }
)
_CONTAINER: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
"""Resources that every container may ask for."""
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
_DNS = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
_OPEN = re.compile(
    rf"count/{_NAME}"
    rf"|(?:requests\.)?hugepages-[0-9]+(?:Ki|Mi|Gi)"
    rf"|requests\.{_DNS}/{_NAME}"
    rf"|{_DNS}\.storageclass\.storage\.k8s\.io/(?:requests\.storage|persistentvolumeclaims)"
    rf"|{_DNS}\.deviceclass\.resource\.k8s\.io/devices"
)
"""Counts of any kind of object, hugepages, extended resources, classes of storage and devices."""


ADDRESSES: Final = "addresses"
"""Our own: addresses that Services take, of load balancers by family and ``externalIPs``."""
MEMORY_VOLUMES: Final = "emptydir.memory"
"""Our own: what volumes in memory may grow to, since it is no container's own request."""
SCRATCH_VOLUMES: Final = "emptydir.ephemeral-storage"
"""Our own: what volumes on the node's disk may grow to."""
LICENSE: Final = "license/"
"""Prefix of our own: ``license/acme-db.cores`` and ``license/acme-db.instances``."""
_EVENTS: Final = frozenset({"count/events", "count/events.events.k8s.io"})
_OWN: Final = frozenset({ADDRESSES, MEMORY_VOLUMES, SCRATCH_VOLUMES, "count/events"})
_OF_A_PRODUCT: Final = re.compile(rf"{LICENSE}{_NAME}\.(?:cores|instances)")


class LedgerKey(NamedTuple):
    """A key of the ledger: a key of a budget, counted within a part of the tenant."""

    key: str
    within: str = ""
    """``namespace/acme-dev``, ``scope/batch``, ``production``; empty: all that the tenant has."""
    parts: int = 1
    """What one is cut into, so that amounts are whole: sevenths of a GPU are 7."""

    @override
    def __str__(self) -> str:
        text = f"{self.within}:{self.key}" if self.within else self.key
        return text if self.parts == 1 else f"{text}@{self.parts}"


def split(text: str) -> LedgerKey:
    """Read a key of the ledger: ``namespace/acme-dev:requests.cpu``, ``gpu@7``."""
    within, _, key = text.rpartition(":")
    key, _, parts = key.partition("@")
    return LedgerKey(key, within, int(parts) if parts else 1)


def is_budget_key(key: str) -> bool:
    """Return whether a budget may name a key: one of a quota, or one of our own.

    Beside these it may name the weights of its policy.
    """
    return key in _OWN or is_quota_key(key) or _OF_A_PRODUCT.fullmatch(key) is not None


def is_extended(key: str) -> bool:
    """Return whether a key counts devices: an extended resource, or a device class."""
    if key.startswith("requests."):
        return "/" in key
    return key.endswith(".deviceclass.resource.k8s.io/devices")


def is_quota_key(key: str) -> bool:
    """Return whether a ResourceQuota takes a key and counts under it.

    The server also takes ``nvidia.com/gpu`` and ``count/events``, and admits whatever is asked
    for: extended resources count as ``requests.nvidia.com/gpu`` only, and events never.
    """
    return key in _STANDARD or (_OPEN.fullmatch(key) is not None and key not in _EVENTS)


def step(key: str) -> Decimal:
    """Return the finest amount that is handed out: a thousandth of a core, a byte, a piece."""
    return _MILLI if split(key).key.rpartition(".")[2] == "cpu" else Decimal(1)


def is_bytes(key: str) -> bool:
    """Return whether a key counts bytes."""
    return key.endswith(("memory", "storage")) or "hugepages-" in key


def is_limit(key: str) -> bool:
    """Return whether a quota on the key refuses containers that set no limit."""
    return key.startswith("limits.")


def is_pod_key(key: str) -> bool:
    """Return whether pods, and nothing else, use up a key."""
    if "/" in key:
        return key == "count/pods" or key.startswith("requests.")
    resource = key.removeprefix("requests.").removeprefix("limits.")
    return resource in {*_CONTAINER, "pods"} or resource.startswith("hugepages-")


def defaulted_request(key: str) -> str:
    """Return the resource for which a quota on the key wants every container to say a request.

    Only cpu and memory are refused when they are missing; ephemeral storage would pass uncounted.
    Empty where containers need to say nothing.
    """
    resource = key.removeprefix("requests.")
    return resource if resource in _CONTAINER else ""


def defaulted_limit(key: str) -> str:
    """Return the resource for which a quota on the key wants every container to say a limit."""
    return key.removeprefix("limits.") if is_limit(key) else ""
