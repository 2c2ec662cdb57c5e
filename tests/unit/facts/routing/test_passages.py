"""What policies of the whole cluster let pass before others are heard, kind by kind."""

from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import Facts, Operation, Passage, Subject
from support.corpus import as_json
from support.world import Cluster

SIG = ("policy.networking.k8s.io", "ClusterNetworkPolicy")
BEFORE = ("policy.networking.k8s.io", "AdminNetworkPolicy")
AWS = ("networking.k8s.aws", "ClusterNetworkPolicy")
CALICO = ("projectcalico.org", "GlobalNetworkPolicy")
STORED = ("crd.projectcalico.org", "GlobalNetworkPolicy")
ANTREA = ("crd.antrea.io", "ClusterNetworkPolicy")
ANYWHERE = [{"networks": ["0.0.0.0/0"]}]
RANGE = {"start": 25, "end": 25}


def read(kind: tuple[str, str], operation: Operation = Operation.CREATE, **spec: Any) -> Facts:
    subject = Subject(*kind, namespace="", name="x", operation=operation)
    return extract(as_json({"kind": kind[1], "spec": spec}), subject, Cluster())


def passages(kind: tuple[str, str], **spec: Any) -> tuple[Passage, ...]:
    facts = read(kind, **spec)
    assert facts.exposure is not None
    return facts.exposure.passages


def said(kind: tuple[str, str], **spec: Any) -> list[str]:
    """Return path, whether it is the end, and where to mail may go, of each passage."""
    return [
        f"{one.path}{' final' * one.final}"
        + (f" {','.join(map(str, one.networks)) or 'anywhere'}" if one.delivers else "")
        for one in passages(kind, **spec)
    ]


def goal(kind: tuple[str, str], spec: dict[str, Any], **rule: Any) -> str | None:
    """Return where to mail may go by one rule that passes on; ``None``: nowhere."""
    (only,) = passages(kind, **spec, egress=[{"action": "Pass", **rule}])
    assert not only.final
    return (",".join(map(str, only.networks)) or "anywhere") if only.delivers else None


def test_what_denies_lets_nothing_pass() -> None:
    for kind, action in ((SIG, "Deny"), (BEFORE, "Deny"), (ANTREA, "Drop")):
        rules = [{"action": action}, {"action": None}, {"action": ["Accept"]}, {}]
        assert said(kind, tier="Admin", ingress=rules, egress=rules) == []


def test_calico_lets_pass_what_it_is_not_told_to_refuse() -> None:
    """As Felix reads it: capitals do not matter, and no action lets traffic pass."""
    denied = [{"action": action} for action in ("Deny", "deny", "Log", "LOG")]
    assert said(CALICO, tier="security", ingress=denied, egress=denied) == []
    passed = [{"action": "allow"}, {"action": ""}, {}, {"action": "next-tier"}, {"action": "pass"}]
    assert said(CALICO, tier="security", ingress=passed) == [
        *(f"spec.ingress[{i}].action final" for i in range(3)),
        *(f"spec.ingress[{i}].action" for i in (3, 4)),
    ]


@pytest.mark.parametrize(("kind", "action"), [(SIG, "Accept"), (AWS, "Accept"), (BEFORE, "Allow")])
def test_the_tier_of_administrators_is_heard_first(kind: tuple[str, str], action: str) -> None:
    rule = {"action": action, "to": [{"namespaces": {}}]}
    spec = {"ingress": [{"action": "Pass"}, rule], "egress": [rule, {"action": "Pass"}]}
    found = ["spec.ingress[0].action", "spec.ingress[1].action final"]
    found += ["spec.egress[0].action final", "spec.egress[1].action anywhere"]
    for tier in ("Admin", None, "admin", 7):
        assert said(kind, tier=tier, **spec) == found
    assert said(kind, tier="Baseline", **spec) == []
    assert said(("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"), **spec) == []


@pytest.mark.parametrize(
    ("tier", "found"),
    [
        (None, ["spec.egress[0].action final", "spec.egress[1].action"]),
        ("application", ["spec.egress[0].action final", "spec.egress[1].action"]),
        ("baseline", ["spec.egress[0].action", "spec.egress[1].action"]),
        ("Emergency", ["spec.egress[0].action final anywhere", "spec.egress[1].action anywhere"]),
        ("x", ["spec.egress[0].action final anywhere", "spec.egress[1].action anywhere"]),
    ],
)
def test_all_tiers_of_antrea_but_one_are_heard_before_network_policies(
    tier: str | None, found: list[str]
) -> None:
    assert said(ANTREA, tier=tier, egress=[{"action": "Allow"}, {"action": "Pass"}]) == found


@pytest.mark.parametrize("kind", [CALICO, STORED], ids="/".join)
@pytest.mark.parametrize(
    ("tier", "found"),
    [
        (None, ["spec.egress[0].action", "spec.egress[1].action"]),
        ("default", ["spec.egress[0].action", "spec.egress[1].action"]),
        ("kube-baseline", ["spec.egress[0].action", "spec.egress[1].action"]),
        ("kube-admin", ["spec.egress[0].action final", "spec.egress[1].action"]),
        ("security", ["spec.egress[0].action final anywhere", "spec.egress[1].action anywhere"]),
    ],
)
def test_tiers_of_calico_are_heard_in_an_order_that_only_some_names_tell(
    kind: tuple[str, str], tier: str | None, found: list[str]
) -> None:
    assert said(kind, tier=tier, egress=[{"action": "Allow"}, {"action": "Pass"}]) == found


def test_what_is_only_staged_lets_nothing_pass() -> None:
    staged = ("projectcalico.org", "StagedGlobalNetworkPolicy")
    assert said(staged, tier="security", egress=[{"action": "Allow"}]) == []


@pytest.mark.parametrize(
    ("protocols", "found"),
    [
        (None, "0.0.0.0/0"),
        ([], "0.0.0.0/0"),
        ([{"tcp": {}}], "0.0.0.0/0"),
        ([{"tcp": {"destinationPort": {"number": 25}}}], "0.0.0.0/0"),
        ([{"udp": {}}, {"tcp": {"destinationPort": {"range": RANGE}}}], "0.0.0.0/0"),
        ([{"tcp": {"destinationPort": {"range": {"start": 26, "end": 65535}}}}], None),
        ([{"tcp": {"destinationPort": {"number": 2525}}}], None),
        ([{"udp": {"destinationPort": {"number": 25}}}, {"sctp": {}}], None),
        ([{"destinationNamedPort": "smtp"}], None),
        ([{"tcp": {"destinationPort": {"number": "25"}}}], None),
    ],
)
def test_mail_is_among_the_ports(protocols: Any, found: str | None) -> None:
    assert goal(SIG, {}, to=ANYWHERE, protocols=protocols) == found


@pytest.mark.parametrize(
    ("ports", "found"),
    [
        ([{"portNumber": {"port": 25}}], "0.0.0.0/0"),
        ([{"portNumber": {"port": 25, "protocol": "UDP"}}], None),
        ([{"portRange": {"start": 1, "end": 1024, "protocol": "TCP"}}], "0.0.0.0/0"),
        ([{"portRange": {"start": 26, "end": 1024}}], None),
        ([{"namedPort": "smtp"}], None),
    ],
)
def test_mail_is_among_the_ports_of_the_version_before(ports: Any, found: str | None) -> None:
    for kind in (BEFORE, AWS):
        assert goal(kind, {}, to=ANYWHERE, ports=ports) == found


@pytest.mark.parametrize(
    ("peers", "found"),
    [
        (None, "anywhere"),
        ([], "anywhere"),
        ([{}], "anywhere"),
        ([{"namespaces": {}}, {"pods": {"podSelector": {}}}], None),
        ([{"namespaces": {}}, {"networks": ["198.51.100.0/24"]}], "198.51.100.0/24"),
        ([{"networks": ["198.51.100.0/24", "2001:db8::/32"]}], "198.51.100.0/24,2001:db8::/32"),
        ([{"networks": ["198.51.100.0/24", "x"]}], "anywhere"),
        ([{"networks": ["198.51.100.0/24"]}, {"domainNames": ["a.example"]}], "anywhere"),
        ([{"nodes": {}}], "anywhere"),
    ],
)
def test_pods_are_no_hosts_that_mail_is_delivered_to(peers: Any, found: str | None) -> None:
    assert goal(SIG, {}, to=peers) == found


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({"ports": [{"port": 25}]}, "anywhere"),
        ({"ports": [{"protocol": "TCP", "port": 20, "endPort": 30}]}, "anywhere"),
        ({"ports": [{"protocol": "TCP"}]}, "anywhere"),
        ({"ports": [{"protocol": "TCP", "port": 20}]}, None),
        ({"ports": [{"protocol": "UDP", "port": 25}, {"port": "smtp"}]}, None),
        ({"protocols": [{"icmp": {}}]}, None),
        ({"to": [{"ipBlock": {"cidr": "198.51.100.0/24"}}]}, "198.51.100.0/24"),
        ({"to": [{"fqdn": "*"}]}, "anywhere"),
        ({"to": [{"group": "x"}]}, "anywhere"),
        ({"to": [{"podSelector": {}, "namespaceSelector": {}}]}, None),
        ({"toServices": [{"name": "x"}]}, None),
    ],
)
def test_mail_is_among_what_antrea_lets_out(rule: dict[str, Any], found: str | None) -> None:
    assert goal(ANTREA, {"tier": "platform"}, **rule) == found


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({}, "anywhere"),
        ({"protocol": 6, "destination": {"ports": [25]}}, "anywhere"),
        ({"protocol": "tcp", "destination": {"ports": ["1:100"]}}, "anywhere"),
        ({"protocol": "UDP"}, None),
        ({"notProtocol": "TCP"}, None),
        ({"notProtocol": "UDP"}, "anywhere"),
        ({"destination": {"ports": [443, "smtp", "26:99", "9" * 5000]}}, None),
        ({"destination": {"notPorts": ["20:30"]}}, None),
        ({"destination": {"selector": "all()", "namespaceSelector": "all()"}}, "anywhere"),
        ({"destination": {"nets": ["198.51.100.0/24"]}}, "198.51.100.0/24"),
        ({"destination": {"nets": [7]}}, "anywhere"),
    ],
)
def test_mail_is_among_what_calico_lets_out(rule: dict[str, Any], found: str | None) -> None:
    assert goal(CALICO, {"tier": "security"}, **rule) == found


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        (SIG, "Accept"),
        (CALICO, "Allow"),
        (("projectcalico.org", "NetworkPolicy"), "Allow"),
        (("crd.projectcalico.org", "NetworkPolicy"), "Allow"),
        (("crd.antrea.io", "NetworkPolicy"), "Allow"),
    ],
)
def test_an_update_says_all_that_the_policy_says(kind: tuple[str, str], action: str) -> None:
    """So that any change of one that lets pass is a new violation."""
    one, other = (
        read(kind, Operation.UPDATE, tier="x", priority=priority, egress=[{"action": action}])
        for priority in (1, 2)
    )
    assert one.exposure is not None
    assert other.exposure is not None
    (first,), (second,) = one.exposure.passages, other.exposure.passages
    assert first.says_of_mail
    assert first.says_of_mail != second.says_of_mail
    assert bool(first.says) == first.final
    assert not first.final or first.says != second.says


@pytest.mark.parametrize("egress", ["x", 7, {"action": "Accept"}, ["Accept"], [["Accept"]]])
def test_what_are_no_rules_is_a_problem(egress: Any) -> None:
    for kind in (SIG, ANTREA, CALICO):
        assert read(kind, egress=egress).problems
