"""host/anti-spoofing: wishes of tenants, notes of the platform, and what becomes of either."""

from typing import Any

import pytest

from aup.engine.evaluate import evaluate
from aup.facts.extract import extract
from aup.facts.model import Facts, Operation, Subject, Writer
from support.corpus import as_json
from support.world import NOW, Cluster, terms

ALICE = Writer("alice@acme.example", ("tenants:acme",))
NETWORK = Writer("system:serviceaccount:kube-system:ovn")
MAC = "ovn.kubernetes.io/mac_address"


def pod(
    annotations: dict[str, str], writer: Writer | None, operation: Operation, status: Any = None
) -> Facts:
    subject = Subject(
        group="",
        kind="Pod",
        namespace="acme-prod",
        name="web",
        operation=operation,
        writer=writer,
    )
    obj = {"metadata": {"annotations": annotations}, "spec": {}, "status": status}
    return extract(as_json(obj), subject, Cluster())


def updated(new: dict[str, str], old: dict[str, str], writer: Writer = ALICE) -> list[str]:
    decision = evaluate(
        pod(new, writer, Operation.UPDATE), terms(now=NOW), pod(old, writer, Operation.UPDATE)
    )
    return [f"{f.outcome} {f.rule} {f.violation.value}" for f in decision.findings]


def made(annotations: dict[str, str], writer: Writer | None = ALICE) -> list[str]:
    decision = evaluate(pod(annotations, writer, Operation.CREATE), terms(now=NOW))
    return [f"{f.outcome} {f.rule} {f.violation.value}" for f in decision.findings]


def test_a_hardware_address_is_refused_to_a_new_pod_whoever_makes_it() -> None:
    for writer in (ALICE, NETWORK, None):
        assert made({MAC: "02:01"}, writer) == ["Deny host/anti-spoofing 02:01"]


def test_what_the_network_noted_is_no_finding_when_something_else_changes() -> None:
    """Every label that a tenant sets on a running pod would else bring a warning."""
    assert updated({MAC: "02:01", "note": "x"}, {MAC: "02:01"}) == []


def test_the_network_may_note_it_and_a_tenant_may_not_change_it() -> None:
    assert updated({MAC: "02:01"}, {}, NETWORK) == []
    assert updated({MAC: "02:02"}, {MAC: "02:01"}) == ["Deny host/anti-spoofing 02:02"]
    assert updated({}, {MAC: "02:01"}) == []


def test_a_wish_that_stands_is_warned_of() -> None:
    wish = {"config.cilium.io/disable-source-ip-verification": "1"}
    assert updated(wish, {}) == ["Deny host/anti-spoofing 1"]
    assert updated(wish | {"note": "x"}, wish) == ["Warn host/anti-spoofing 1"]


def test_of_several_prefixes_a_new_one_is_refused() -> None:
    key = "cni.projectcalico.org/allowedSourcePrefixes"
    before, after = '["203.0.113.9"]', '["203.0.113.10","203.0.113.9"]'
    assert updated({key: after}, {key: before}) == [
        "Deny host/anti-spoofing 203.0.113.10",
        "Warn host/anti-spoofing 203.0.113.9",
    ]


@pytest.mark.parametrize("value", ["1", "t", "T", "true", "True", "TRUE"])
def test_every_spelling_of_true_is_one(value: str) -> None:
    wish = {"config.cilium.io/disable-source-ip-verification": value}
    assert made(wish) == [f"Deny host/anti-spoofing {value}"]


@pytest.mark.parametrize("value", ["0", "f", "F", "false", "False", "FALSE", "2", "no"])
def test_what_go_takes_for_false_or_for_nothing_passes(value: str) -> None:
    assert made({"config.cilium.io/disable-source-ip-verification": value}) == []
