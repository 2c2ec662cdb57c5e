"""Resources: pods cap what they receive and send.

resources/bandwidth
    Fields read   annotations of the pod: kubernetes.io/ingress-bandwidth and egress-bandwidth;
                  qos.projectcalico.org/ingressBandwidth and egressBandwidth, by which Calico goes
                  first; ingress_rate and egress_rate of Kube-OVN, also of further networks;
                  k8s.aliyun.com/ingress-bandwidth and egress-bandwidth of Terway, in bytes; rates
                  in k8s.v1.cni.cncf.io/networks; hostNetwork
    Allowed       any, unless `resources.requireBandwidth`: then a cap in both directions by the
                  annotations that the network goes by (`resources.bandwidthAnnotations`), and in
                  each further network; and with `resources.maxBandwidth` none above it
    Serves        "no disproportionate use of resources" (asergo/1.6): a pod without a cap may fill
                  the links of its node
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from aup.api.sections.resources import BandwidthAnnotations
from aup.facts.cni.go_json import Members, UnreadableJSONError, elements, objects, read_json
from aup.facts.model import Workload
from aup.facts.quantity import render
from aup.policy.terms import ResourceTerms
from aup.rules.base import Rule, Violation
from aup.rules.resources.said import amount

_MEGA: Final = Decimal(1_000_000)
_LEAST: Final = Decimal(1000)
_MOST: Final = Decimal(10) ** 15
"""What the kubelet takes of its own annotations: a pod beyond them never starts."""
_BITS: Final = re.compile(
    r"kubernetes\.io/(?:ingress|egress)-bandwidth"
    r"|qos\.projectcalico\.org/(?:ingress|egress)Bandwidth"
)
_MEGABITS: Final = re.compile(r"(?:[^/]+\.)?kubernetes\.io/(?:ingress|egress)_rate")
"""Of Kube-OVN: the main network's, and those of attachments under their own names."""
_BYTES: Final = re.compile(r"k8s\.aliyun\.com/(?:ingress|egress)-bandwidth")
"""Of Terway."""
_IN_BYTES: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)([BKMGT])(?:I?B)?", re.IGNORECASE)
_UNITS: Final = "BKMGT"
_KUBELET: Final = "kubernetes.io/"
_NETWORKS: Final = "k8s.v1.cni.cncf.io/networks"
_REQUIRED: Final = {
    BandwidthAnnotations.KUBERNETES: (
        *("kubernetes.io/ingress-bandwidth", "kubernetes.io/egress-bandwidth"),
    ),
    BandwidthAnnotations.KUBE_OVN: (
        *("ovn.kubernetes.io/ingress_rate", "ovn.kubernetes.io/egress_rate"),
    ),
}
_RATES: Final = ("ingressrate", "egressrate")


class _Cap(NamedTuple):
    """A cap as it was written."""

    path: str
    text: str
    bits: Decimal | None
    """A second; ``None``: it caps nothing."""
    key: str


def bandwidth(workload: Workload, terms: ResourceTerms) -> Iterator[Violation]:
    """Yield each cap that is missing, caps nothing, or is too high."""
    required, most = terms.require_bandwidth, terms.max_bandwidth
    if not required and most is None:
        return
    if required and workload.host_network:
        yield Violation(
            path=f"{workload.path}.hostNetwork",
            value="true",
            detail="puts the pod into its node's network, where nothing caps it",
            remedy="leave out hostNetwork",
            key=("hostNetwork",),
        )
        return
    for cap in _caps(workload):
        if cap.bits is None:
            yield _useless(cap)
        elif most is not None and cap.bits > most:
            yield _too_high(cap, most)
    if required and not workload.partial:
        yield from _missing(workload, terms)
        yield from _uncapped(workload)


def _caps(workload: Workload) -> Iterator[_Cap]:
    """Yield every cap that any network could go by."""
    for key, text in workload.annotations.items():
        path = f'{workload.annotations_path}["{key}"]'
        if _BITS.fullmatch(key):
            yield _Cap(path, text, _bits(key, text), key)
        elif _MEGABITS.fullmatch(key):
            yield _Cap(path, text, _megabits(text), key)
        elif _BYTES.fullmatch(key):
            yield _Cap(path, text, _in_bytes(text), key)
    path = _networks_path(workload)
    for name, said in _networks(workload):
        for rate in _RATES:
            for value in _values(said, rate):
                text = str(value)
                yield _Cap(path, text, _rate(value), f"{name} {rate}")


def _bits(key: str, text: str) -> Decimal | None:
    found = amount(text)
    if not found or (key.startswith(_KUBELET) and not _LEAST <= found <= _MOST):
        return None
    return found


def _megabits(text: str) -> Decimal | None:
    """Read whole megabits; none, and nought, is no cap for Kube-OVN."""
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        return None
    return int(text) * _MEGA or None


def _in_bytes(text: str) -> Decimal | None:
    """Read bytes a second with a unit, powers of 1024 whatever it is called."""
    match = _IN_BYTES.fullmatch(text.strip()) if text.isascii() else None
    if match is None:
        return None
    return Decimal(match[1]) * 8 * 1024 ** _UNITS.index(match[2].upper()) or None


def _rate(value: object) -> Decimal | None:
    """Read bits a second of a JSON number, which go_json keeps as it was written."""
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        return None
    return Decimal(text) or None


def _networks(workload: Workload) -> Iterator[tuple[str, Members | None]]:
    """Yield the further networks of a pod, each with what it says of bandwidth."""
    text = workload.annotations.get(_NETWORKS, "")
    if not re.search(r'[\[{"]', text):
        for name in filter(None, map(str.strip, text.split(","))):
            yield name, None
        return
    try:
        decoded = read_json(text)
    except UnreadableJSONError:
        return  # network/assigned-address refuses it
    for element in elements([decoded]):
        if isinstance(element, Members):
            name = next((str(value) for value in element.all("name")), "")
            yield name, next(objects(element.all("bandwidth")), None)


def _networks_path(workload: Workload) -> str:
    return f'{workload.annotations_path}["{_NETWORKS}"]'


def _values(said: Members | None, rate: str) -> Iterator[object]:
    if said is not None:
        yield from said.all(rate)


def _missing(workload: Workload, terms: ResourceTerms) -> Iterator[Violation]:
    """Yield the caps that the pod does not say."""
    for key in _REQUIRED[terms.bandwidth_annotations]:
        if key not in workload.annotations:
            yield Violation(
                path=workload.annotations_path,
                value="",
                detail=f"say no {key}, so nothing caps that direction",
                remedy=f"set {key}{_example(terms.bandwidth_annotations, terms.max_bandwidth)}",
                key=(key,),
            )


def _uncapped(workload: Workload) -> Iterator[Violation]:
    """Yield further networks that are not capped in both directions."""
    for name, said in _networks(workload):
        if not all(any(True for _ in _values(said, rate)) for rate in _RATES):
            yield Violation(
                path=_networks_path(workload),
                value=name,
                detail="is a further network without bandwidth in both directions",
                remedy="write it as JSON with bandwidth.ingressRate and bandwidth.egressRate",
                key=(_NETWORKS, name),
            )


def _example(by: BandwidthAnnotations, most: Decimal | None) -> str:
    if most is None:
        return ""
    if by is BandwidthAnnotations.KUBE_OVN:
        return f" to at most {int(most // _MEGA)}"
    return f" to at most {render(most)}"


def _useless(cap: _Cap) -> Violation:
    return Violation(
        path=cap.path,
        value=cap.text,
        detail="caps nothing",
        remedy=(
            "write megabits a second, such as 100"
            if cap.key.endswith("_rate")
            else "write bytes a second with their unit, such as 12M"
            if _BYTES.fullmatch(cap.key)
            else "write bits a second between 1k and 1P, such as 100M"
        ),
        key=(cap.key,),
    )


def _too_high(cap: _Cap, most: Decimal) -> Violation:
    return Violation(
        path=cap.path,
        value=cap.text,
        detail=f"is above {render(most)} bits a second, which a pod may have at most",
        remedy="write less",
        key=(cap.key, cap.text),
    )


RULE = Rule(
    id="resources/bandwidth",
    title="Pods cap what they receive and send",
    reads=Workload,
    terms=lambda terms: terms.resources,
    check=bandwidth,
    blind=(
        "Whether the network goes by the annotations at all, and by which: Calico reads its own "
        "and the kubelet's, Cilium the kubelet's, Kube-OVN its own, Terway the kubelet's and in "
        "older versions its own. Most networks read them once, "
        "when a pod starts. A pod in its node's network is never capped. What pods really send: "
        "fair use measures that."
    ),
)
