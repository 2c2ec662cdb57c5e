"""Pods as admission needs them: whose address is whose, and what a pod that waits for a node is."""

from dataclasses import dataclass
from ipaddress import ip_address

import msgspec
from msgspec.structs import replace

from aup.facts.model import IPAddress, Surroundings, Workload
from aup.facts.pod import read_pod
from aup.facts.wire.workload import POD, PodTemplateSpec
from aup.kube.reader import Reader
from aup.kube.resource import PODS
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed

TERMINAL_PHASES = frozenset({"Succeeded", "Failed"})
"""A pod in one of these has given its address back."""


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    host_network: bool | None = None
    node_name: str | None = None


class _PodIP(msgspec.Struct, frozen=True):
    ip: str = ""


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    phase: str | None = None
    pod_ips: list[_PodIP] | None = msgspec.field(default=None, name="podIPs")


class _Wire(msgspec.Struct, frozen=True):
    spec: _Spec = _Spec()
    status: _Status = _Status()


@dataclass(frozen=True, slots=True)
class SeenPod:
    """What is kept of a pod: little of the many that run, more of the few that wait."""

    addresses: frozenset[IPAddress] = frozenset()
    """Its own; a pod in the host's network has only its node's, and one that has ended none."""
    template: PodTemplateSpec | None = None
    """What it is, while it has no node."""


class Pods:
    """Pods as they were last seen."""

    def __init__(self, reader: Reader) -> None:
        self.informer: Informer[SeenPod] = Informer(
            reader, PODS, read_seen, on_change=self._changed
        )
        self._holders: dict[IPAddress, dict[ObjectKey, str]] = {}
        """Address → the pods that have it now → their namespace."""

    def namespaces_at(self, address: IPAddress) -> frozenset[str]:
        """Return the namespaces whose running pods have an address."""
        return frozenset(self._holders.get(address, {}).values())

    def waiting(self, namespace: str, name: str, surroundings: Surroundings) -> Workload | None:
        """Return a pod that has no node yet; ``None`` when none of that name is known."""
        found = self.informer.items.get(ObjectKey(namespace, name))
        if found is None or found.template is None:
            return None
        workload, _ = read_pod(found.template, "", namespace, surroundings)
        return replace(workload, continues=True)

    def _changed(self, key: ObjectKey, old: SeenPod | None, new: SeenPod | None) -> None:
        """Keep the index of addresses."""
        before = old.addresses if old else frozenset()
        after = new.addresses if new else frozenset()
        for address in before - after:
            holders = self._holders.get(address, {})
            holders.pop(key, None)
            if not holders:
                self._holders.pop(address, None)
        for address in after - before:
            self._holders.setdefault(address, {})[key] = key.namespace


_POD = typed(_Wire)


def read_seen(raw: bytes | msgspec.Raw) -> SeenPod:
    """Read what is kept of a Pod."""
    pod = _POD(raw)
    if pod.spec.node_name:
        return SeenPod(_addresses(pod))
    template, _ = POD.read(bytes(raw))
    return SeenPod(_addresses(pod), template)


def _addresses(pod: _Wire) -> frozenset[IPAddress]:
    """Return a pod's own addresses."""
    if pod.spec.host_network or pod.status.phase in TERMINAL_PHASES:
        return frozenset()
    found = set()
    for entry in pod.status.pod_ips or ():
        try:
            found.add(ip_address(entry.ip))
        except ValueError:
            # The API server has checked it; an address of a later form is simply not ours.
            continue
    return frozenset(found)
