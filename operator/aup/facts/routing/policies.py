"""Network policies of the whole cluster: whose traffic they decide about.

With whom these may speak claims nothing, but for what is let pass before others are heard (see
passages.py). Three API groups have a ``ClusterNetworkPolicy``, each another one.
"""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import replace

from aup.facts.address import parse_network
from aup.facts.json_value import text_of
from aup.facts.model import (
    Capture,
    Facts,
    NamespaceReference,
    PlatformSetting,
    Reach,
    Subject,
    Surroundings,
)
from aup.facts.namespace import (
    NAME_LABEL,
    TENANT_LABEL,
    every_namespace,
    named_namespace,
    selected_namespaces,
)
from aup.facts.routing import passages
from aup.facts.routing.calico_selector import demanded
from aup.facts.routing.kind import SPEC, Kinds, RoutingKind, said
from aup.facts.wire.tree import Tree, read_tree

_POLICY: Final = Reach.POLICY
_DECIDES: Final = "decides about the traffic of"
_GROUPS: Final = "lets policies that name it be about"
_LENDS: Final = "is taken in by policies of others that select it"
_NODES: Final = "decides about the traffic of nodes"
_CONFINE: Final = "select pods of your own namespaces"

_MEMBERS: Final = {
    "childGroups": "are groups that may hold pods of anybody",
    "externalEntitySelector": "selects hosts outside of the cluster",
}
"""Of a ClusterGroup, what is the platform's whatever it says."""
_SOURCES: Final = ("k8s:", "", "any:")
"""Cilium's labels say where they come from, or leave it open."""
_OF_NAMESPACE: Final = "io.cilium.k8s.namespace.labels."
CILIUM_NAMES: Final = tuple(
    source + label
    for label in ("io.kubernetes.pod.namespace", _OF_NAMESPACE + NAME_LABEL)
    for source in _SOURCES
)
CILIUM_TENANTS: Final = tuple(source + _OF_NAMESPACE + TENANT_LABEL for source in _SOURCES)

_CALICO_NAME: Final = "projectcalico.org/name"
CALICO_LABELS: Final = {
    "namespaceSelector": ((_CALICO_NAME, NAME_LABEL), (TENANT_LABEL,)),
    "selector": (("projectcalico.org/namespace",), ()),
}
"""Labels that confine an expression, by field: names of namespaces, and tenants. What else stands
on a pod, its tenant has written."""

_Subjects = Iterator[Capture | PlatformSetting]


@dataclass(frozen=True, slots=True)
class PolicyKind:
    """How the policies of one kind are read."""

    subjects: Callable[[Tree, Surroundings], _Subjects]
    """Yields whom one is for."""
    at: str
    """Where that would stand. A policy that does not say whom it is for is for everybody."""
    label: str = NAME_LABEL
    """Under which a selector there finds the name of a namespace."""
    lets: passages.Read = passages.nothing
    """Yields what one lets pass before others are heard."""
    what: str = _DECIDES
    """What one does with those whom it is for."""
    lists: tuple[str, ...] = ()
    """Paths of lists of whom it is for, of which any element is enough."""

    def __call__(self, raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
        """Read the facts of an object."""
        tree = read_tree(raw)
        found = list(self.subjects(tree, surroundings))
        found = found or [Capture(self.what, every_namespace("", self.at), self.label, _POLICY)]
        return said(tree, subject, (*found, *self.lets(tree)), self.lists)


def network_policy_api(tree: Tree, surroundings: Surroundings) -> _Subjects:
    """Yield the subject of a policy of SIG Network, or of AWS."""
    for at, selector in tree.each("spec.subject.namespaces"):
        yield from _held(selector, at, surroundings)
    for pods in tree.objects("spec.subject.pods"):
        selector = pods.one("namespaceSelector")
        yield from _held(selector, pods.at("namespaceSelector"), surroundings)


def cilium(tree: Tree, surroundings: Surroundings) -> _Subjects:
    """Yield the endpoints of each rule; one about nodes is the platform's."""
    for rule in (*tree.objects("spec"), *tree.objects("specs[]")):
        nodes, endpoints = rule.one("nodeSelector"), rule.one("endpointSelector")
        if nodes is not None:
            yield _of_nodes(nodes, rule.at("nodeSelector"))
        if endpoints is not None or nodes is None:
            at = rule.at("endpointSelector")
            labels = (CILIUM_NAMES, CILIUM_TENANTS)
            for reference in selected_namespaces(endpoints, at, surroundings, *labels):
                yield _decides(reference, CILIUM_NAMES[0])


def calico(tree: Tree, surroundings: Surroundings) -> _Subjects:
    """Yield the namespaces that one of two expressions is confined to; both must match."""
    for spec in tree.objects("spec"):
        for field, (names, tenants) in CALICO_LABELS.items():
            demand = demanded(spec.one(field), frozenset({*names, *tenants}))
            if demand is not None:
                at = spec.at(field)
                for label, value in demand:
                    named = named_namespace(value, value, at, surroundings)
                    stamped = NamespaceReference(value, at, owner=value)
                    yield _decides(stamped if label in tenants else named, names[0])
                break
        else:
            at = spec.at("namespaceSelector")
            text = text_of(spec.one("namespaceSelector"))
            yield _decides(every_namespace(text, at), _CALICO_NAME)


def antrea(tree: Tree, surroundings: Surroundings) -> _Subjects:
    """Yield whom the policy, or a rule of it, is applied to."""
    for path in ("spec", "spec.ingress[]", "spec.egress[]"):
        for target in tree.objects(f"{path}.appliedTo[]"):
            yield from _applied(target, surroundings)


def antrea_group(tree: Tree, surroundings: Surroundings) -> _Subjects:
    """Yield whom a ClusterGroup holds, which policies of anybody take in by its name.

    Antrea lets only one sort of these be set.
    """
    found = False
    for spec in tree.objects("spec"):
        for path in ("ipBlocks[].cidr", "ipBlock.cidr"):
            for at, value in spec.each(path):
                found = True
                yield _networks(value, at)
        for name, detail in _MEMBERS.items():
            if (value := spec.one(name)) not in (None, []):
                found = True
                yield _platform(value, spec.at(name), detail)
        for service in spec.objects("serviceReference"):
            found = True
            namespace = text_of(service.one("namespace"))
            at = service.at("namespace")
            yield _grouped(named_namespace(namespace, namespace, at, surroundings))
        selector = spec.one("namespaceSelector")
        if selector is not None or not found:
            at = spec.at("namespaceSelector")
            for reference in selected_namespaces(selector, at, surroundings):
                yield _grouped(reference)


def _networks(value: Any, at: str) -> PlatformSetting:
    """Return a network in a group: one of the tenant's own may be there."""
    networks = parse_network(value).networks
    return replace(_platform(value, at, _LENDS), networks=networks)


def _grouped(reference: NamespaceReference) -> Capture:
    return Capture(_GROUPS, reference, reach=_POLICY)


def _applied(target: Tree, surroundings: Surroundings) -> _Subjects:
    """Yield what one element of ``appliedTo`` holds. Antrea lets only one of these be set."""
    found = False
    for name in ("serviceAccount", "service"):
        for account in target.objects(name):
            found = True
            namespace = text_of(account.one("namespace"))
            at = account.at("namespace")
            yield _decides(named_namespace(namespace, namespace, at, surroundings))
    if (group := target.one("group")) is not None:
        found = True
        yield _platform(group, target.at("group"), "is a group that may hold pods of anybody")
    if (nodes := target.one("nodeSelector")) is not None:
        found = True
        yield _of_nodes(nodes, target.at("nodeSelector"))
    selector = target.one("namespaceSelector")
    if selector is not None or not found:
        yield from _held(selector, target.at("namespaceSelector"), surroundings)


def _held(selector: Any, at: str, surroundings: Surroundings) -> _Subjects:
    """Yield the namespaces that a selector of namespaces is confined to."""
    for reference in selected_namespaces(selector, at, surroundings):
        yield _decides(reference)


def _decides(reference: NamespaceReference, label: str = NAME_LABEL) -> Capture:
    """Return what a policy does with the traffic of namespaces."""
    return Capture(_DECIDES, reference, label, _POLICY)


def _of_nodes(selector: Any, at: str) -> PlatformSetting:
    return _platform(selector, at, _NODES)


def _platform(value: Any, at: str, detail: str) -> PlatformSetting:
    """Return what is the platform's, whatever it says."""
    return PlatformSetting(text_of(value), at, SPEC, _POLICY, detail, instead=_CONFINE)


_ADMIN: Final = PolicyKind(network_policy_api, "spec.subject", lets=passages.of_network_policy_api)
_BASELINE: Final = PolicyKind(network_policy_api, "spec.subject")
_STAGED: Final = PolicyKind(calico, "spec.namespaceSelector", _CALICO_NAME)
_CALICO: Final = dataclasses.replace(_STAGED, lets=passages.of_calico)
_ORDERS: Final = "settles in which order policies of everybody are heard"


def _platforms(detail: str, instead: str) -> RoutingKind:
    """Return the reader of a kind that is the platform's as a whole."""
    return RoutingKind(detail, reach=_POLICY, instead=instead)


_TIER: Final = _platforms(_ORDERS, "use a tier that is there")
_SET: Final = _platforms(_LENDS, "use a NetworkSet of your own namespace")

POLICIES: Final[Kinds] = {
    ("policy.networking.k8s.io", "AdminNetworkPolicy"): _ADMIN,
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"): _BASELINE,
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"): _ADMIN,
    ("networking.k8s.aws", "ClusterNetworkPolicy"): _ADMIN,
    ("cilium.io", "CiliumClusterwideNetworkPolicy"): PolicyKind(
        cilium, "spec", CILIUM_NAMES[0], lists=("specs",)
    ),
    ("cilium.io", "CiliumCIDRGroup"): _platforms(_LENDS, "write the networks into your policy"),
    ("crd.antrea.io", "ClusterNetworkPolicy"): PolicyKind(
        antrea, "spec.appliedTo", lets=passages.of_antrea, lists=("spec.appliedTo",)
    ),
    ("crd.antrea.io", "ClusterGroup"): PolicyKind(antrea_group, "spec", what=_GROUPS),
    ("crd.antrea.io", "Tier"): _TIER,
    **{
        (group, kind): how
        for group in ("projectcalico.org", "crd.projectcalico.org")
        for kind, how in (
            ("GlobalNetworkPolicy", _CALICO),
            ("StagedGlobalNetworkPolicy", _STAGED),
            ("GlobalNetworkSet", _SET),
            ("Tier", _TIER),
        )
    },
}
