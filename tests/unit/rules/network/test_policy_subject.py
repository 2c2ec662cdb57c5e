"""network/policy-subject: what may change of a policy that is about others, too."""

from typing import Any

import pytest

from aup.engine.evaluate import evaluate
from aup.facts.extract import extract
from aup.facts.model import Facts, Operation, Subject, Writer
from support.corpus import as_json
from support.world import NOW, Cluster, terms

ALICE = Writer("alice@acme.example", ("tenants:acme",))
EVERYBODY: dict[str, Any] = {"subject": {"namespaces": {}}, "egress": [{"action": "Deny"}]}
OWN = {"namespaces": {"matchLabels": {"kubernetes.io/metadata.name": "acme-prod"}}}


def update(group: str, kind: str, said: dict[str, Any]) -> Facts:
    subject = Subject(group, kind, "", "x", operation=Operation.UPDATE, writer=ALICE)
    return extract(as_json(said), subject, Cluster())


def outcomes(kind: tuple[str, str], new: dict[str, Any], old: dict[str, Any]) -> list[str]:
    decision = evaluate(update(*kind, new), terms(now=NOW), update(*kind, old))
    return [f"{f.outcome} {f.rule}" for f in decision.findings]


POLICY = ("policy.networking.k8s.io", "ClusterNetworkPolicy")


def test_the_platforms_policy_is_not_a_tenants_to_fill() -> None:
    """That it is about everybody stood there before, and excuses no other rules in it."""
    filled = EVERYBODY | {"ingress": [{"action": "Pass"}]}
    refused = ["Deny network/policy-subject"]
    assert outcomes(POLICY, {"spec": filled}, {"spec": EVERYBODY}) == refused


def test_a_label_on_what_stood_before_is_let_be() -> None:
    labelled = {"metadata": {"labels": {"a": "b"}}, "spec": EVERYBODY}
    assert outcomes(POLICY, labelled, {"spec": EVERYBODY}) == ["Warn network/policy-subject"]


def test_what_stood_before_may_be_confined() -> None:
    confined = EVERYBODY | {"subject": OWN}
    assert outcomes(POLICY, {"spec": confined}, {"spec": EVERYBODY}) == []


@pytest.mark.parametrize(
    ("kind", "old", "new", "rule"),
    [
        (("projectcalico.org", "Tier"), {"order": 1}, {"order": 2}, "network/policy-subject"),
        (("metallb.io", "BGPPeer"), {"a": 1}, {"a": 2}, "network/assigned-address"),
        (
            ("k8s.ovn.org", "EgressIP"),
            {"namespaceSelector": {}, "egressIPs": ["198.51.100.20"]},
            {"namespaceSelector": {}, "egressIPs": ["198.51.100.21"]},
            "network/assigned-address",
        ),
    ],
)
def test_what_is_the_platforms_as_a_whole_stays_as_it_is(
    kind: tuple[str, str], old: dict[str, Any], new: dict[str, Any], rule: str
) -> None:
    assert outcomes(kind, {"spec": new}, {"spec": old}) == [f"Deny {rule}"]


@pytest.mark.parametrize(
    ("new", "outcome"),
    [({"spec": {"a": 2}}, "Deny"), ({"metadata": {"finalizers": []}, "spec": {"a": 1}}, "Warn")],
    ids=["changed", "as-it-stood"],
)
def test_so_does_what_lies_in_a_namespace(new: dict[str, Any], outcome: str) -> None:
    subject = Subject("metallb.io", "BGPPeer", "acme-prod", "x", operation=Operation.UPDATE)
    before, after = (extract(as_json(o), subject, Cluster()) for o in ({"spec": {"a": 1}}, new))
    decision = evaluate(after, terms(now=NOW), before)
    assert [str(finding.outcome) for finding in decision.findings] == [outcome]


def test_what_overrides_network_policies_may_stay_and_not_change() -> None:
    """It lies in no namespace, so the lock of a quarantine does not hold it."""
    pods = {"action": "Accept", "to": [{"namespaces": {}}]}
    spec = {"subject": OWN, "priority": 5, "egress": [pods]}
    labelled = {"metadata": {"labels": {"a": "b"}}, "spec": spec}
    assert outcomes(POLICY, labelled, {"spec": spec}) == ["Warn network/policy-subject"]
    earlier = {"spec": spec | {"priority": 1}}
    assert outcomes(POLICY, earlier, {"spec": spec}) == ["Deny network/policy-subject"]
    passed = {"spec": spec | {"egress": [pods | {"action": "Pass"}]}}
    assert outcomes(POLICY, passed, {"spec": spec}) == []


def test_of_several_breaches_some_may_be_mended() -> None:
    """What is left warns, as anywhere, unless what else is said could make more of it."""
    rules = [{"action": "Accept", "to": [{"namespaces": {"matchLabels": {"a": a}}}]} for a in "xy"]
    spec = {"subject": OWN, "egress": rules}
    mended = {"spec": spec | {"egress": [rules[0] | {"action": "Pass"}, rules[1]]}}
    assert outcomes(POLICY, mended, {"spec": spec}) == ["Warn network/policy-subject"]
    undone = outcomes(POLICY, {"spec": spec}, mended)
    assert undone == ["Deny network/policy-subject", "Warn network/policy-subject"]
    elsewhere = {"spec": mended["spec"] | {"subject": EVERYBODY["subject"]}}
    assert outcomes(POLICY, elsewhere, {"spec": spec}) == ["Deny network/policy-subject"] * 2


def test_of_those_whom_it_is_for_some_may_go() -> None:
    def policy(*namespaces: str) -> dict[str, Any]:
        names = [{"matchLabels": {"kubernetes.io/metadata.name": one}} for one in namespaces]
        return {"spec": {"appliedTo": [{"namespaceSelector": one} for one in names]}}

    kind = ("crd.antrea.io", "ClusterNetworkPolicy")
    before, after = policy("beta-prod", "sigma-prod"), policy("acme-prod", "sigma-prod")
    assert outcomes(kind, after, before) == ["Warn network/policy-subject"]
    assert outcomes(kind, before, after) == [
        "Deny network/policy-subject",
        "Warn network/policy-subject",
    ]


def test_the_platforms_word_overrides_whom_it_likes() -> None:
    """Its own webhook condition keeps it from being asked; no other door judges its word either."""
    account = Writer("system:serviceaccount:kube-system:network", ("system:serviceaccounts",))
    subject = Subject(*POLICY, "", "x", writer=account)
    spec = {"subject": OWN, "egress": [{"action": "Accept", "to": [{"namespaces": {}}]}]}
    facts = extract(as_json({"spec": spec}), subject, Cluster())
    assert evaluate(facts, terms(now=NOW)).findings == ()
