"""Network policies of the whole cluster: whom they are for."""

from typing import Any

import pytest

from aup.facts.claims import MAX_CLAIMS
from aup.facts.extract import extract
from aup.facts.model import Facts, Operation, Reach, Subject
from aup.facts.routing.policies import POLICIES
from support.corpus import as_json
from support.world import Cluster

SIG = ("policy.networking.k8s.io", "ClusterNetworkPolicy")
CILIUM = ("cilium.io", "CiliumClusterwideNetworkPolicy")
CALICO = ("projectcalico.org", "GlobalNetworkPolicy")
ANTREA = ("crd.antrea.io", "ClusterNetworkPolicy")
PLATFORM = {"Tier", "GlobalNetworkSet", "CiliumCIDRGroup"}
CONFINED = {"matchLabels": {"kubernetes.io/metadata.name": "acme-prod"}}


def read(kind: tuple[str, str], operation: Operation = Operation.CREATE, **said: Any) -> Facts:
    subject = Subject(*kind, namespace="", name="x", operation=operation)
    return extract(as_json({"kind": kind[1], **said}), subject, Cluster())


def held(kind: tuple[str, str], **said: Any) -> list[str]:
    """Return path and owner of each namespace that a policy is for, and what is the platform's."""
    facts = read(kind, **said)
    assert facts.exposure is not None
    assert {capture.reach for capture in facts.exposure.captures} <= {Reach.POLICY}
    assert {setting.reach for setting in facts.exposure.settings} <= {Reach.POLICY}
    return [
        *(
            f"{n.path} {'<every>' if n.everyone else n.owner}"
            for n in (capture.namespaces for capture in facts.exposure.captures)
        ),
        *(f"{s.path} <platform>" for s in facts.exposure.settings),
    ]


@pytest.mark.parametrize("kind", POLICIES, ids="/".join)
@pytest.mark.parametrize("said", [{}, {"spec": None}, {"spec": {}}, {"spec": {"subject": {}}}])
def test_a_policy_that_is_for_nobody_in_particular_is_for_everybody(
    kind: tuple[str, str], said: dict[str, Any]
) -> None:
    (only,) = held(kind, **said)
    assert only.endswith("<platform>" if kind[1] in PLATFORM else "<every>")


@pytest.mark.parametrize("kind", [k for k in POLICIES if k[1] not in PLATFORM], ids="/".join)
@pytest.mark.parametrize("spec", ["x", 7, [], [CONFINED], True])
def test_what_is_no_policy_is_a_problem_and_for_everybody(kind: tuple[str, str], spec: Any) -> None:
    (only,) = held(kind, spec=spec)
    assert only.endswith("<every>")
    assert read(kind, spec=spec).problems


@pytest.mark.parametrize(
    "selector",
    [
        {},
        "acme-prod",
        ["acme-prod"],
        {"matchLabels": None},
        {"matchLabels": {"kubernetes.io/metadata.name": None}},
        {"matchLabels": {"Kubernetes.io/metadata.name": "acme-prod"}},
        {"matchLabels": {"name": "acme-prod"}},
        {"matchLabels": {"claim.aup.asergo.com/customer": "acme"}},
        {"matchExpressions": [{"key": "aup.asergo.com/tenant", "operator": "Exists"}]},
        {"matchExpressions": [{"key": "aup.asergo.com/tenant", "operator": "DoesNotExist"}]},
        {"matchExpressions": [{"key": "aup.asergo.com/tenant", "operator": "In", "values": []}]},
        {"matchExpressions": [{"key": "aup.asergo.com/tenant", "operator": "in", "values": ["a"]}]},
        {
            "matchExpressions": [
                {"key": "aup.asergo.com/tenant", "operator": "NotIn", "values": ["a"]}
            ]
        },
    ],
)
def test_a_selector_confines_by_a_label_that_no_tenant_writes_and_by_its_values(
    selector: Any,
) -> None:
    at = "spec.subject.namespaces"
    assert held(SIG, spec={"subject": {"namespaces": selector}}) == [f"{at} <every>"]
    at = "spec.appliedTo[0].namespaceSelector"
    assert held(ANTREA, spec={"appliedTo": [{"namespaceSelector": selector}]}) == [f"{at} <every>"]


def test_labels_of_cilium_come_from_kubernetes_or_from_anywhere() -> None:
    """Those of pods are anybody's, and so is what only looks like the label of a namespace."""
    for source in ("", "k8s:", "any:"):
        for label in (
            "io.kubernetes.pod.namespace",
            "io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name",
        ):
            spec = {"endpointSelector": {"matchLabels": {source + label: "acme-prod"}}}
            assert [one.split()[-1] for one in held(CILIUM, spec=spec)] == ["acme"]
    for label in (
        "k8s.io.kubernetes.pod.namespace",
        "container:io.kubernetes.pod.namespace",
        "kubernetes.io/metadata.name",
        "k8s:kubernetes.io/metadata.name",
        "aup.asergo.com/tenant",
        "k8s:aup.asergo.com/tenant",
    ):
        spec = {"endpointSelector": {"matchLabels": {label: "acme-prod"}}}
        assert [one.split()[-1] for one in held(CILIUM, spec=spec)] == ["<every>"]


def test_a_rule_of_cilium_may_name_both_and_is_for_both() -> None:
    spec = {
        "endpointSelector": {"matchLabels": {"k8s:io.kubernetes.pod.namespace": "acme-prod"}},
        "nodeSelector": {},
    }
    assert held(CILIUM, spec=spec) == [
        'spec.endpointSelector.matchLabels["k8s:io.kubernetes.pod.namespace"] acme',
        "spec.nodeSelector <platform>",
    ]


def test_an_expression_on_pods_counts_by_their_namespace_alone() -> None:
    """Other labels of a pod are its tenant's, also those that look like a namespace's."""
    own = {"selector": "projectcalico.org/namespace in {'acme-prod', 'beta-prod'}"}
    assert held(CALICO, spec=own) == ["spec.selector acme", "spec.selector beta"]
    for label in ("projectcalico.org/name", "pcns.projectcalico.org/name", "aup.asergo.com/tenant"):
        loose = {"selector": f"{label} == 'acme-prod'"}
        assert held(CALICO, spec=loose) == ["spec.namespaceSelector <every>"]


def test_a_group_beside_a_selector_is_still_a_group() -> None:
    target = {"group": "shops", "namespaceSelector": CONFINED}
    assert held(ANTREA, spec={"appliedTo": [target]}) == [
        'spec.appliedTo[0].namespaceSelector.matchLabels["kubernetes.io/metadata.name"] acme',
        "spec.appliedTo[0].group <platform>",
    ]


def test_a_service_without_a_namespace_is_nobodys() -> None:
    (only,) = held(ANTREA, spec={"appliedTo": [{"service": {"name": "web"}}]})
    assert only == "spec.appliedTo[0].service.namespace None"


def test_more_rules_than_are_looked_at_are_a_problem() -> None:
    own = {"endpointSelector": {"matchLabels": {"k8s:io.kubernetes.pod.namespace": "acme-prod"}}}
    facts = read(CILIUM, specs=[own] * MAX_CLAIMS)
    assert facts.problems == ()
    facts = read(CILIUM, specs=[own] * MAX_CLAIMS + [{"endpointSelector": {}}])
    assert [problem.hides for problem in facts.problems] == [True]


def test_only_an_update_is_told_from_another_one() -> None:
    """A finding in a file stays the same one while the file is edited."""

    def says(operation: Operation, **said: Any) -> tuple[str, ...]:
        exposure = read(SIG, operation, **said).exposure
        assert exposure is not None
        return exposure.captures[0].says

    spec = {"priority": 1, "tier": "Admin"}
    assert says(Operation.CREATE, spec=spec) == ()
    before = says(Operation.UPDATE, spec=spec, metadata={"labels": {"a": "b"}}, status={"x": 1})
    assert before == says(Operation.UPDATE, spec={"tier": "Admin", "priority": 1})
    assert before != says(Operation.UPDATE, spec={"tier": "Admin", "priority": 2})


def test_a_group_of_antreas_holds_whom_it_selects_and_what_it_names() -> None:
    group = ("crd.antrea.io", "ClusterGroup")
    assert held(group, spec={"namespaceSelector": CONFINED}) == [
        'spec.namespaceSelector.matchLabels["kubernetes.io/metadata.name"] acme'
    ]
    assert held(group, spec={"podSelector": {}}) == ["spec.namespaceSelector <every>"]
    named = {"serviceReference": {"name": "web", "namespace": "beta-prod"}}
    assert held(group, spec=named) == ["spec.serviceReference.namespace beta"]
    nowhere = {"serviceReference": {"name": "web"}}
    assert held(group, spec=nowhere) == ["spec.serviceReference.namespace None"]
    blocks = {"ipBlocks": [{"cidr": "203.0.113.0/24"}, {}], "ipBlock": {"cidr": "x"}}
    assert held(group, spec=blocks) == [
        "spec.ipBlocks[0].cidr <platform>",
        "spec.ipBlock.cidr <platform>",
    ]
    others = {"childGroups": ["a"], "externalEntitySelector": {}}
    assert held(group, spec=others) == [
        "spec.childGroups <platform>",
        "spec.externalEntitySelector <platform>",
    ]
