"""What enforcement would refuse among the objects that exist: each matter told once."""

from typing import Any

import pytest

from aup.audit.impact import distinct, enforced, impact
from aup.audit.stored import Judged, Stored, read_stored
from aup.engine.decision import Finding, Outcome
from aup.facts.model import Offline
from aup.rules.base import Violation
from support.corpus import as_json
from support.replacing import replace
from support.workloads import manifest
from support.world import Cluster, terms

CRON_JOB, JOB, POD = ("batch", "CronJob"), ("batch", "Job"), ("", "Pod")
DEPLOYMENT, REPLICA_SET = ("apps", "Deployment"), ("apps", "ReplicaSet")
GOOD: dict[str, Any] = {"hostPID": False}
BAD: dict[str, Any] = {"hostPID": True}
WORSE: dict[str, Any] = {"hostPID": True, "hostIPC": True}


def stored(kind: tuple[str, str], spec: Any, owner: tuple[str, str] | None = None) -> Any:
    """Return an object as the API server holds it; its uid is its kind."""
    found = manifest(kind, spec)
    metadata: dict[str, Any] = {"name": "web", "namespace": "acme-prod", "uid": kind[1]}
    if owner:
        metadata["ownerReferences"] = [{"uid": owner[1], "controller": True}]
    return found | {"metadata": found.get("metadata", {}) | metadata}


def kept(manifest: dict[str, Any]) -> Stored:
    """Return a manifest as a page of a list holds it."""
    return read_stored(as_json(manifest), manifest["apiVersion"], manifest["kind"])


def told(*manifests: Any) -> list[str]:
    """Return the objects that enforcement would refuse."""
    found = impact(map(kept, manifests), enforced(terms()), Offline())
    return [one.object for one in found if one.refused]


@pytest.mark.parametrize(
    ("manifests", "objects"),
    [
        pytest.param([stored(DEPLOYMENT, GOOD)], [], id="good-template"),
        pytest.param([stored(DEPLOYMENT, BAD)], ["Deployment/web"], id="bad-template"),
        pytest.param([stored(POD, BAD)], ["Pod/web"], id="bad-pod-of-its-own"),
        pytest.param(
            [stored(CRON_JOB, BAD), stored(JOB, BAD, CRON_JOB), stored(POD, BAD, JOB)],
            ["CronJob/web"],
            id="a-chain-is-told-once-at-its-head",
        ),
        pytest.param(
            [stored(POD, BAD, JOB), stored(JOB, BAD, CRON_JOB), stored(CRON_JOB, BAD)],
            ["CronJob/web"],
            id="in-any-order",
        ),
        pytest.param(
            [stored(DEPLOYMENT, GOOD), stored(REPLICA_SET, BAD, DEPLOYMENT)],
            ["ReplicaSet/web"],
            id="what-differs-from-its-owner",
        ),
        pytest.param(
            [stored(REPLICA_SET, BAD), stored(POD, WORSE, REPLICA_SET)],
            ["ReplicaSet/web", "Pod/web"],
            id="what-adds-to-its-owner",
        ),
    ],
)
def test_each_matter_is_told_once(manifests: list[Any], objects: list[str]) -> None:
    assert told(*manifests) == objects


def test_notice_does_not_soften_what_is_told() -> None:
    """Impact speaks of the day on which enforcement begins."""
    softened = replace(terms(), enforcing=False)
    (found,) = impact([kept(stored(POD, BAD))], softened, Offline())
    assert not found.refused
    (found,) = impact([kept(stored(POD, BAD))], enforced(softened), Offline())
    assert found.refused


def test_a_slice_of_endpoints_is_judged_whoever_it_says_manages_it() -> None:
    """Such a label is the tenant's to write."""
    made = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": "web",
            "namespace": "acme-prod",
            "labels": {"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"},
        },
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["192.0.2.21"]}],
    }
    found = [one.object for one in impact([kept(made)], enforced(terms()), Cluster())]
    assert found == ["EndpointSlice/web"]


def judged(kind: str, outcome: Outcome, owner: str = "") -> Judged:
    """Return an object of which one thing was found."""
    violation = Violation("spec.hostPID", "true", "is shared", "leave it out", ("hostPID",))
    finding = Finding("host/namespaces", "6.2", violation, outcome)
    return Judged("v1", kind, "acme-prod", "web", kind, owner, (finding,))


@pytest.mark.parametrize(
    ("owner", "child", "objects"),
    [
        (Outcome.DENY, Outcome.DENY, ["ReplicaSet/web"]),
        (Outcome.EXEMPT, Outcome.EXEMPT, ["ReplicaSet/web"]),
        (Outcome.EXEMPT, Outcome.DENY, ["ReplicaSet/web", "Pod/web"]),
    ],
)
def test_what_consent_covers_at_an_owner_hides_nothing_at_its_pods(
    owner: Outcome, child: Outcome, objects: list[str]
) -> None:
    """An exemption may be limited to an image that a webhook puts in another's place."""
    found = distinct([judged("ReplicaSet", owner), judged("Pod", child, "ReplicaSet")])
    assert [one.object for one in found] == objects
