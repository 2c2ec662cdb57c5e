"""Pods as admission needs them: whose address is whose, and what a pod that waits for a node is."""

from collections.abc import Iterable
from ipaddress import ip_address

import msgspec
from msgspec.structs import replace

from aup.facts.model import IPAddress, Surroundings, Workload
from aup.facts.pod import read_pod
from aup.facts.wire.workload import POD, PodTemplateSpec
from aup.kube.shared import Shared
from aup.kube.wire import ObjectKey
from aup.live.watched import Pod

TERMINAL_PHASES = frozenset({"Succeeded", "Failed"})
"""A pod in one of these has given its address back."""


class SeenPod(msgspec.Struct, frozen=True, gc=False):
    """What is kept of a pod: little of the many that run, more of the few that wait."""

    addresses: tuple[bytes, ...] = ()
    """Its own, packed; a pod in the host's network has only its node's, and one that has ended
    none."""
    template: PodTemplateSpec | None = None
    """What it is, while it has no node."""


class Pods:
    """Pods as they were last seen."""

    def __init__(self, watched: Shared[Pod]) -> None:
        self._seen = watched.view(read_seen, on_change=self._changed)
        self._holders: dict[bytes, tuple[str, ...]] = {}
        """Address, packed → the namespaces of the pods that have it now: almost always one."""
        self._alone: dict[str, tuple[str, ...]] = {}
        """Namespace → it alone, once for all its pods."""

    def namespaces_at(self, address: IPAddress) -> frozenset[str]:
        """Return the namespaces whose running pods have an address."""
        return frozenset(self._holders.get(address.packed, ()))

    def waiting(self, namespace: str, name: str, surroundings: Surroundings) -> Workload | None:
        """Return a pod that has no node yet; ``None`` when none of that name is known."""
        found = self._seen.get(ObjectKey(namespace, name))
        if found is None or found.template is None:
            return None
        workload, _ = read_pod(found.template, "", namespace, surroundings)
        return replace(workload, continues=True)

    def _changed(self, key: ObjectKey, old: SeenPod | None, new: SeenPod | None) -> None:
        """Keep the index of addresses."""
        before = old.addresses if old else ()
        after = new.addresses if new else ()
        if before == after:
            return
        for address in before:
            holders = list(self._holders.pop(address))
            holders.remove(key.namespace)
            if holders:
                self._holders[address] = tuple(holders)
        for address in after:
            alone = self._alone.setdefault(key.namespace, (key.namespace,))
            others = self._holders.get(address)
            self._holders[address] = (*others, key.namespace) if others else alone


def read_seen(pod: Pod, raw: bytes | msgspec.Raw) -> SeenPod:
    """Return what is kept of a Pod."""
    if pod.spec.node_name:
        return SeenPod(_addresses(pod))
    template, _ = POD.read(bytes(raw))
    return SeenPod(_addresses(pod), template)


def _addresses(pod: Pod) -> tuple[bytes, ...]:
    """Return a pod's own addresses, each once."""
    if pod.spec.host_network or pod.status.phase in TERMINAL_PHASES:
        return ()
    told = (entry.ip for entry in pod.status.pod_ips or () if entry is not None)
    return tuple(dict.fromkeys(_packed(told)))


def _packed(told: Iterable[str]) -> Iterable[bytes]:
    for text in told:
        try:
            yield ip_address(text).packed
        except ValueError:
            # The API server has checked it; an address of a later form is simply not ours.
            continue
