"""IPAMClaims: which writers of a status are heard, and what of it."""

from typing import Any

import pytest

from aup.engine.evaluate import evaluate
from aup.facts.extract import extract
from aup.facts.model import Facts, Offline, Operation, Subject, Surroundings, Writer
from support.corpus import as_json
from support.world import NOW, Cluster, terms

ALICE = Writer("alice@acme.example", ("tenants:acme",))
OWN_ACCOUNT = Writer("system:serviceaccount:acme-prod:machines")
OTHERS_ACCOUNT = Writer("system:serviceaccount:beta-prod:machines")
NETWORK = Writer("system:serviceaccount:ovn-kubernetes:ovnkube-cluster-manager")
PLATFORM = Writer("system:serviceaccount:kube-system:whereabouts")


def claim(
    status: Any,
    writer: Writer,
    subresource: str = "status",
    surroundings: Surroundings | None = None,
) -> Facts:
    subject = Subject(
        group="k8s.cni.cncf.io",
        kind="IPAMClaim",
        namespace="acme-prod",
        name="db",
        subresource=subresource,
        operation=Operation.UPDATE,
        writer=writer,
    )
    obj = {"spec": {"network": "blue", "interface": "net1"}, "status": status}
    return extract(as_json(obj), subject, surroundings or Cluster())


def said(
    new: Any, old: Any = None, writer: Writer = ALICE, subresource: str = "status"
) -> list[str]:
    decision = evaluate(
        claim(new, writer, subresource), terms(now=NOW), claim(old, writer, subresource)
    )
    return [
        f"{f.outcome} {f.rule} {f.violation.path} {f.violation.value}" for f in decision.findings
    ]


REFUSED = ["Deny network/status-writer status.ips[0] 203.0.113.9/24"]


@pytest.mark.parametrize("writer", [ALICE, OWN_ACCOUNT, OTHERS_ACCOUNT], ids=lambda w: w.username)
def test_an_address_that_a_tenant_writes_is_refused(writer: Writer) -> None:
    assert said({"ips": ["203.0.113.9/24"]}, writer=writer) == REFUSED
    assert said({"ips": ["203.0.113.9/24"]}, {"ips": ["192.0.2.9/24"]}, writer) == REFUSED


@pytest.mark.parametrize("writer", [NETWORK, PLATFORM], ids=lambda w: w.username)
def test_the_network_is_believed_wherever_it_runs(writer: Writer) -> None:
    assert said({"ips": ["203.0.113.9/24"]}, writer=writer) == []


def test_what_stands_there_may_be_written_again() -> None:
    kept = {"ips": ["203.0.113.9/24"]}
    assert said(kept | {"ownerPod": {"name": "db-1"}}, kept) == []


@pytest.mark.parametrize("subresource", ["", "scale"])
def test_what_the_api_server_drops_is_not_judged(subresource: str) -> None:
    assert said({"ips": ["203.0.113.9/24"]}, subresource=subresource) == []


def test_addresses_of_odd_types_are_refused() -> None:
    assert said({"ips": [None, 7, ["203.0.113.9"], ""]}) == [
        "Deny network/status-writer status.ips[1] 7",
        "Deny network/status-writer status.ips[2] ",
        "Deny network/status-writer status.ips[3] ",
    ]


def test_without_a_cluster_no_account_is_believed() -> None:
    facts = claim({"ips": ["203.0.113.9/24"]}, NETWORK, surroundings=Offline())
    assert facts.exposure is not None
    assert len(facts.exposure.settings) == 1
