"""KubeVirt's virtual machines: the networks they are plugged into, and what they call themselves.

A masquerade (and a network stack of its own process: passt, slirp) hides the machine behind its
pod: whatever address it has inside reaches nobody. A bridge puts it on the pod's layer 2.
"""

import base64
import binascii
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Final

from msgspec.structs import replace

from aup.facts import claims
from aup.facts.address import parse_interface, parse_network
from aup.facts.annotations.keys import Note
from aup.facts.claims import Leaf
from aup.facts.cni.cloud_init import LONGEST, UnreadableNetworkDataError, static_addresses
from aup.facts.cni.multus import networks
from aup.facts.cni.notes import HARDWARE
from aup.facts.cni.pods import ASKED
from aup.facts.json_value import text_of
from aup.facts.model import (
    AddressClaim,
    ClaimSource,
    Facts,
    IPNetwork,
    PlatformSetting,
    Reach,
    Subject,
    Surroundings,
)
from aup.facts.wire.tree import Tree, read_tree

_SPEC: Final = ClaimSource.SPEC
_HIDDEN: Final = ("masquerade", "passt", "passtBinding", "slirp")
"""Bindings behind which a machine has no address of its own, as fields and as names of plugins."""
_NAT: Final = (ip_network("10.0.2.0/24"), ip_network("fd10:0:2::/120"))
"""KubeVirt's networks between a pod and the machine that it masquerades, unless another is said."""
_BRIDGE: Final = "is bridged to the network of pods, where a machine may take any address"
_SOURCES: Final = ("cloudInitNoCloud", "cloudInitConfigDrive")
_MULTUS: Final = networks()


def machine(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a machine, or the template of some."""
    tree = read_tree(raw)
    leaves = list(machine_leaves(tree, subject, surroundings))
    return claims.exposed(subject, tree.problems, leaves)


def machine_leaves(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Yield what a machine asks of the network, wherever in its kind it stands."""
    path = _TEMPLATES.get(subject.kind, "spec.template")
    for template in tree.objects(path) if path else (tree,):
        for found in template.objects("metadata.annotations"):
            yield from ASKED.read(found.members, found.path, subject, surroundings)
        for spec in template.objects("spec"):
            yield from _plugged(spec, subject, surroundings)
            yield from _initialised(spec)


def _plugged(spec: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Yield networks of others, bridges on the pod's own, and hardware addresses on a wire."""
    wires = {text_of(n.one("name")) for n in spec.objects("networks[]") if n.one("multus")}
    for at, value in spec.each("networks[].multus.networkName"):
        yield from _MULTUS(Note("", value, at, subject.namespace, surroundings))
    for interface in spec.objects("domain.devices.interfaces[]"):
        plugin = text_of(interface.one("binding.name"))
        if plugin in _HIDDEN or any(interface.one(name) is not None for name in _HIDDEN):
            continue
        text, at = text_of(interface.one("name")), interface.at("name")
        if interface.one("bridge") is not None and text not in wires:
            yield PlatformSetting(text, at, _SPEC, Reach.ROUTING, _BRIDGE, instead="use masquerade")
        for at, value in interface.each("macAddress"):
            yield PlatformSetting(text_of(value), at, _SPEC, Reach.SPOOFING, HARDWARE)


def _initialised(spec: Tree) -> Iterator[Leaf]:
    """Yield the static addresses in network data, but for those that a masquerade hides."""
    hidden = tuple(_hidden(spec))
    for source in _SOURCES:
        for at, value in spec.each(f"volumes[].{source}.networkData"):
            yield from _addresses(text_of(value), text_of(value), at, hidden, reading="")
        for at, value in spec.each(f"volumes[].{source}.networkDataBase64"):
            text = text_of(value)
            try:
                yield from _addresses(_decoded(text), text, at, hidden, reading="holds")
            except (binascii.Error, ValueError):
                yield AddressClaim(text, at, _SPEC, None, "is not text in base64")


def _hidden(spec: Tree) -> Iterator[IPNetwork]:
    """Yield the networks between pods and machines that are masqueraded."""
    masked = {
        text_of(interface.one("name"))
        for interface in spec.objects("domain.devices.interfaces[]")
        if interface.one("masquerade") is not None
    }
    if masked:
        yield from _NAT
    for network in spec.objects("networks[]"):
        if text_of(network.one("name")) in masked:
            for name in ("pod.vmNetworkCIDR", "pod.vmIPv6NetworkCIDR"):
                yield from parse_network(network.one(name)).networks


def _decoded(text: str) -> str:
    """Return what base64 stands for.

    Raises:
        ValueError: it is none, it is too long, or what it stands for is no text.

    """
    if len(text) > 2 * LONGEST:
        raise ValueError(text)
    return base64.b64decode(text, validate=True).decode()


def _addresses(
    data: str, text: str, path: str, hidden: tuple[IPNetwork, ...], *, reading: str
) -> Iterator[Leaf]:
    """Yield the addresses of network data; ``text`` is how the data is written."""
    try:
        found = static_addresses(data)
    except UnreadableNetworkDataError as error:
        yield AddressClaim(text, path, _SPEC, None, str(error))
        return
    for written in found:
        claim = claims.address_claim(parse_interface(written), path, _SPEC)
        if claim.address is None or not any(claim.address in network for network in hidden):
            shown = text if reading else written
            yield replace(claim, text=shown, reading=reading, inside=True)


_TEMPLATES: Final = {
    "VirtualMachinePool": "spec.virtualMachineTemplate.spec.template",
    "VirtualMachineInstance": "",
}
"""Path of what machines are made from, by kind; empty: the object is the machine."""

KINDS: Final = {
    ("kubevirt.io", "VirtualMachine"): machine,
    ("kubevirt.io", "VirtualMachineInstance"): machine,
    ("kubevirt.io", "VirtualMachineInstanceReplicaSet"): machine,
    ("pool.kubevirt.io", "VirtualMachinePool"): machine,
}
