"""What may be mended of a policy while more in it is wrong, and that nothing new hides in that.

The second is tried for all policies of a few rules, each of them changed into each, against what a
packet meets: the first rule that matches decides. Findings are told apart as the rules tell them.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import permutations, product
from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import Exposure, Operation, Subject
from aup.rules.paths import unindexed
from support.corpus import as_json
from support.world import Cluster

SIG = ("policy.networking.k8s.io", "ClusterNetworkPolicy")
CALICO = ("projectcalico.org", "GlobalNetworkPolicy")
LOCAL = ("projectcalico.org", "NetworkPolicy")
ANTREA = ("crd.antrea.io", "ClusterNetworkPolicy")
CILIUM = ("cilium.io", "CiliumClusterwideNetworkPolicy")
GATEWAY = ("cilium.io", "CiliumEgressGatewayPolicy")

Rule = dict[str, Any]
Findings = Counter[tuple[str, ...]]


def changed(kind: tuple[str, str], **said: Any) -> Exposure:
    """Read one side of an update."""
    subject = Subject(*kind, namespace="", name="x", operation=Operation.UPDATE)
    found = extract(as_json({"kind": kind[1], **said}), subject, Cluster())
    assert found.problems == ()
    assert found.exposure is not None
    return found.exposure


def final(exposure: Exposure) -> Findings:
    """Return what tells the rules that end the hearing from each other."""
    ends = (one for one in exposure.passages if one.final)
    return Counter((unindexed(one.path), one.text, *one.says) for one in ends)


def ways(exposure: Exposure) -> Findings:
    """Return what tells the ways for mail from each other."""
    out = (one for one in exposure.passages if one.delivers)
    return Counter((unindexed(one.path), one.text, *one.says_of_mail) for one in out)


def rule(action: str | None, net: str, **more: Any) -> Rule:
    said: Rule = {"destination": {"nets": [net]}, "protocol": "TCP", **more}
    return said if action is None else {"action": action, **said}


NETS = ("192.0.2.0/25", "192.0.2.128/25", "192.0.2.0/24")
"""The last is both of the others."""
PACKETS = frozenset(NETS[:2])
RULES = [rule(action, net) for action in ("Allow", "Pass", "Deny", "Log") for net in NETS]
POLICIES = [
    *([one] for one in RULES),
    *([one, other] for one, other in product(RULES, RULES)),
    *(
        [rule(actions[at], NETS[at]) for at in order]
        for actions in product(("Allow", "Pass", "Deny", "Log"), repeat=3)
        for order in permutations(range(3))
    ),
]


def decided(rules: list[Rule], *actions: str) -> set[str]:
    """Return the packets that one of these actions decides about."""
    found = set()
    for packet in PACKETS:
        for one in rules:
            (net,) = one["destination"]["nets"]
            if net in (packet, NETS[2]) and one["action"] != "Log":
                if one["action"] in actions:
                    found.add(packet)
                break
    return found


def pairs(findings: list[Findings]) -> Iterator[tuple[int, int]]:
    """Yield each old policy, and each new one in which nothing is wrong that was not before."""
    for old, new in product(range(len(findings)), repeat=2):
        if findings[new] and findings[new] <= findings[old]:
            yield old, new


def test_no_change_that_is_let_pass_overrides_more() -> None:
    found = [changed(CALICO, spec={"tier": "x", "egress": rules}) for rules in POLICIES]
    let = list(pairs([final(one) for one in found]))
    assert len(let) > len(POLICIES)
    for old, new in let:
        assert decided(POLICIES[new], "Allow") <= decided(POLICIES[old], "Allow")


@pytest.mark.parametrize("kind", [CALICO, LOCAL])
def test_no_change_that_is_let_pass_lets_more_mail_out(kind: tuple[str, str]) -> None:
    found = [changed(kind, spec={"tier": "x", "egress": rules}) for rules in POLICIES]
    let = list(pairs([ways(one) for one in found]))
    assert len(let) > len(POLICIES)
    for old, new in let:
        before = decided(POLICIES[old], "Allow", "Pass")
        assert decided(POLICIES[new], "Allow", "Pass") <= before


def test_of_several_rules_that_override_one_may_pass_on_or_deny() -> None:
    one, other = rule("Allow", NETS[0]), rule("Allow", NETS[1])
    before = final(changed(CALICO, spec={"tier": "x", "egress": [one, other]}))
    for mended in ("Pass", "Deny"):
        rules = [rule(mended, NETS[0]), other]
        after = final(changed(CALICO, spec={"tier": "x", "egress": rules}))
        assert after.total() == 1
        assert after < before


@pytest.mark.parametrize(
    "spec",
    [
        {"egress": [rule("Log", NETS[0]), rule("Allow", NETS[1])]},
        {"egress": [rule("Allow", NETS[1])]},
        {"egress": [rule("Allow", NETS[1]), rule("Pass", NETS[0])]},
        {"egress": [rule("Pass", NETS[0]), rule("Allow", NETS[2])]},
        {"egress": [rule("Pass", NETS[0]), rule("Allow", NETS[1])], "order": 1},
        {"egress": [rule("Pass", NETS[0]), rule("Allow", NETS[1])], "selector": "all()"},
        {"ingress": [rule("Pass", NETS[0]), rule("Allow", NETS[1])]},
    ],
)
def test_what_is_changed_beside_that_makes_it_another_one(spec: Rule) -> None:
    old = {"tier": "x", "egress": [rule("Deny", NETS[0]), rule("Allow", NETS[1])]}
    before = final(changed(CALICO, spec=old))
    after = final(changed(CALICO, spec={"tier": "x", **spec}))
    assert after
    assert not after <= before


def test_of_several_ways_for_mail_one_may_be_closed_or_go() -> None:
    one, other = rule("Pass", NETS[0]), rule("Allow", NETS[1])
    before = ways(changed(LOCAL, spec={"tier": "x", "egress": [one, other]}))
    elsewhere = {"ports": [443], "nets": [NETS[0]]}
    for rest in ([], [rule("Pass", NETS[0], destination=elsewhere)]):
        after = ways(changed(LOCAL, spec={"tier": "x", "egress": [*rest, other]}))
        assert after.total() == 1
        assert after < before


def test_a_rule_that_holds_mail_back_may_not_go_meanwhile() -> None:
    rules = [rule("Deny", NETS[0]), rule("Pass", NETS[2]), rule("Pass", NETS[1])]
    before = ways(changed(LOCAL, spec={"tier": "x", "egress": rules}))
    assert not ways(changed(LOCAL, spec={"tier": "x", "egress": rules[1:2]})) <= before
    later = [rules[1], rules[0]]
    assert not ways(changed(LOCAL, spec={"tier": "x", "egress": later})) <= before
    assert ways(changed(LOCAL, spec={"tier": "x", "egress": rules[:2]})) <= before


def held(kind: tuple[str, str], **said: Any) -> Findings:
    """Return what tells those from each other whom an object is for and who are not acme."""
    others = (one for one in changed(kind, **said).captures if one.namespaces.owner != "acme")
    return Counter(
        (unindexed(one.namespaces.path), one.namespaces.text, *one.says) for one in others
    )


def named(*namespaces: str, field: str = "namespaceSelector", **more: Any) -> list[Rule]:
    """Return elements that select one namespace each."""
    label = "kubernetes.io/metadata.name"
    return [{field: {"matchLabels": {label: name}}, **more} for name in namespaces]


def endpoints(*namespaces: str) -> list[Rule]:
    label = "k8s:io.kubernetes.pod.namespace"
    return [{"endpointSelector": {"matchLabels": {label: name}}} for name in namespaces]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        pytest.param(
            ANTREA,
            {"spec": {"appliedTo": named("beta-prod", "gamma-prod")}},
            {"spec": {"appliedTo": named("gamma-prod")}},
            id="one-goes",
        ),
        pytest.param(
            ANTREA,
            {"spec": {"appliedTo": named("beta-prod", "gamma-prod")}},
            {"spec": {"appliedTo": named("gamma-prod", "acme-prod")}},
            id="one-becomes-own",
        ),
        pytest.param(
            CILIUM,
            {"specs": endpoints("beta-prod", "gamma-prod")},
            {"specs": endpoints("acme-prod", "gamma-prod")},
            id="one-of-several-policies",
        ),
        pytest.param(
            GATEWAY,
            {"spec": {"selectors": named("beta-prod", "gamma-prod")}},
            {"spec": {"selectors": named("gamma-prod")}},
            id="one-of-several-senders",
        ),
    ],
)
def test_of_several_that_it_is_for_one_may_go(kind: tuple[str, str], old: Rule, new: Rule) -> None:
    before, after = held(kind, **old), held(kind, **new)
    assert after.total() == 1
    assert after < before


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"appliedTo": named("gamma-prod"), "priority": 2}, id="another-priority"),
        pytest.param(
            {"appliedTo": named("gamma-prod"), "egress": [{"action": "Drop"}]}, id="another-rule"
        ),
        pytest.param({"appliedTo": named("gamma-prod", podSelector={})}, id="more-of-its-pods"),
        pytest.param({"appliedTo": named("gamma-prod", "gamma-prod")}, id="twice"),
        pytest.param({"appliedTo": named("delta-prod")}, id="somebody-else"),
        pytest.param({"appliedTo": []}, id="everybody"),
        pytest.param({"ingress": [{"appliedTo": named("gamma-prod")}]}, id="of-one-rule"),
    ],
)
def test_what_else_changes_of_whom_it_is_for_is_another_finding(spec: Rule) -> None:
    old = {"appliedTo": named("beta-prod", "gamma-prod"), "priority": 1}
    after = held(ANTREA, spec={"priority": 1, **spec})
    assert after
    assert not after <= held(ANTREA, spec=old)


def test_whom_one_rule_is_for_may_not_move_to_another_rule() -> None:
    """There it would do something else to them."""

    def policy(one: str, other: str) -> Rule:
        rules = [
            {"action": "Pass", "appliedTo": named(one)},
            {"action": "Drop", "appliedTo": named(other)},
        ]
        return {"spec": {"ingress": rules}}

    old, new = policy("beta-prod", "acme-prod"), policy("acme-prod", "beta-prod")
    assert not held(ANTREA, **new) <= held(ANTREA, **old)
