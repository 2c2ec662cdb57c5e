"""network/status-writer: what a request to the status changes, and who sends it."""

from typing import Any

import pytest

from aup.engine.evaluate import evaluate
from aup.facts.extract import extract
from aup.facts.model import Facts, Operation, Subject, Writer
from support.corpus import as_json
from support.world import NOW, Cluster, terms

ALICE = Writer("alice@acme.example", ("tenants:acme",))
GATE = Writer("system:serviceaccount:acme-prod:readiness")
PLATFORM = [
    Writer("system:node:node-dk-1", ("system:nodes",)),
    Writer("system:kube-controller-manager"),
    Writer("system:serviceaccount:kube-system:pod-garbage-collector"),
]
RUNNING = {"podIP": "192.0.2.11", "podIPs": [{"ip": "192.0.2.11"}], "hostIP": "192.0.2.193"}


def pod(status: dict[str, Any], writer: Writer, subresource: str = "status") -> Facts:
    subject = Subject(
        group="",
        kind="Pod",
        namespace="acme-prod",
        name="web",
        subresource=subresource,
        operation=Operation.UPDATE,
        writer=writer,
    )
    obj = {"metadata": {"name": "web"}, "spec": {"containers": []}, "status": status}
    return extract(as_json(obj), subject, Cluster())


def said(
    new: dict[str, Any], old: dict[str, Any], writer: Writer = ALICE, subresource: str = "status"
) -> list[str]:
    decision = evaluate(
        pod(new, writer, subresource), terms(now=NOW), pod(old, writer, subresource)
    )
    return [
        f"{f.outcome} {f.violation.path} {f.violation.value}"
        for f in decision.findings
        if f.rule == "network/status-writer"
    ]


def test_who_sets_a_condition_says_nothing_of_addresses() -> None:
    """Not even a warning: a readiness gate writes the status of each pod many times."""
    gate = {"conditions": [{"type": "acme.example/ready", "status": "True"}]}
    assert said(RUNNING | gate, RUNNING, GATE) == []


def test_a_changed_address_is_refused() -> None:
    changed = RUNNING | {"podIP": "192.0.2.21", "podIPs": [{"ip": "192.0.2.21"}]}
    assert said(changed, RUNNING) == [
        "Deny status.podIP 192.0.2.21",
        "Deny status.podIPs[0].ip 192.0.2.21",
    ]


def test_an_address_more_is_refused_wherever_it_stands_in_the_list() -> None:
    more = RUNNING | {"podIPs": [{"ip": "2001:db8:b::21"}, {"ip": "192.0.2.11"}]}
    assert said(more, RUNNING) == ["Deny status.podIPs[0].ip 2001:db8:b::21"]


def test_an_own_address_is_no_better() -> None:
    """Endpoints would follow it, and the pod does not have it."""
    assert said(RUNNING | {"podIP": "198.51.100.20"}, RUNNING) == [
        "Deny status.podIP 198.51.100.20"
    ]


def test_another_node_is_refused() -> None:
    assert said(RUNNING | {"hostIP": "192.0.2.194"}, RUNNING) == ["Deny status.hostIP 192.0.2.194"]


@pytest.mark.parametrize("writer", PLATFORM, ids=lambda w: w.username)
def test_the_platform_is_believed(writer: Writer) -> None:
    assert said(RUNNING, {}, writer) == []


@pytest.mark.parametrize("subresource", ["", "ephemeralcontainers", "resize"])
def test_what_the_api_server_drops_is_not_judged(subresource: str) -> None:
    assert said(RUNNING, {}, subresource=subresource) == []


def test_addresses_of_odd_types_are_refused() -> None:
    assert said({"podIP": 3221225994, "podIPs": [None, {"ip": True}]}, {}) == [
        "Deny status.podIP 3221225994",
        "Deny status.podIPs[1].ip true",
    ]
