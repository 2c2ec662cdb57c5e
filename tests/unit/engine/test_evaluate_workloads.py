"""What changes on a workload: what stood before warns, what is new or more is refused.

Through the whole catalogue, as an UPDATE comes: object and old object.
"""

import copy
import json
from typing import Any

import pytest

from aup.engine.decision import Outcome
from aup.engine.evaluate import evaluate
from aup.facts.extract import extract
from aup.facts.model import Facts, Offline, Operation, Subject
from support.workloads import PREFIXES, manifest
from support.world import terms

HOST_PATH = {"name": "log", "hostPath": {"path": "/var/log"}}
PRIVILEGED = {"name": "a", "image": "ghcr.io/acme/a:1", "securityContext": {"privileged": True}}
ADDING = {"securityContext": {"capabilities": {"add": ["NET_RAW", "SYS_ADMIN"]}}}
PROBING = {"livenessProbe": {"httpGet": {"host": "203.0.113.9", "port": 80}}}


def facts(obj: Any, subresource: str = "") -> Facts:
    group = obj["apiVersion"].rpartition("/")[0]
    operation = Operation.UPDATE
    subject = Subject(group, obj["kind"], "acme-prod", "web", subresource, operation)
    return extract(json.dumps(obj).encode(), subject, Offline())


def judged(old: Any, new: Any, subresource: str = "") -> list[tuple[str, str, Outcome]]:
    """Return rule, path and outcome of every finding about an update."""
    decision = evaluate(facts(new, subresource), terms(), facts(old, subresource))
    return [
        (f.rule, f.violation.path, f.outcome) for f in decision.findings if not f.violation.review
    ]


def outcomes(old: Any, new: Any) -> list[Outcome]:
    return [outcome for _, _, outcome in judged(old, new)]


def pod(*containers: Any, **spec: Any) -> Any:
    return manifest(("", "Pod"), {"containers": list(containers)} | spec)


@pytest.mark.parametrize("kind", PREFIXES, ids="/".join)
def test_what_stood_before_warns_on_every_kind(kind: tuple[str, str]) -> None:
    spec = {
        "hostNetwork": True,
        "containers": [PRIVILEGED, {"name": "b", "image": "mongo:7"} | ADDING | PROBING],
        "volumes": [HOST_PATH],
        "securityContext": {
            "sysctls": [{"name": "net.ipv4.ip_forward", "value": "1"}],
            "seccompProfile": {"type": "Unconfined"},
        },
    }
    old = manifest(kind, spec)
    found = judged(old, copy.deepcopy(old))
    assert {rule for rule, _, _ in found} == {
        "host/namespaces",
        "host/privileged",
        "host/path",
        "host/capabilities",
        "host/sysctls",
        "host/kubelet-connections",
        "security/pod-security",
        "license/expression",
    }
    assert {outcome for _, _, outcome in found} == {Outcome.WARN}


def test_other_orders_names_and_spellings_are_no_new_findings() -> None:
    old = pod(
        PRIVILEGED,
        {"name": "b", "image": "ghcr.io/acme/b:1"} | ADDING | PROBING,
        volumes=[{"name": "tmp", "emptyDir": {}}, HOST_PATH],
        securityContext={"sysctls": [{"name": "net.ipv4.ip_forward", "value": "1"}]},
    )
    respelt = {"securityContext": {"capabilities": {"add": ["CAP_SYS_ADMIN", "net_raw"]}}}
    new = pod(
        {"name": "renamed", "image": "ghcr.io/acme/b:2"} | respelt | PROBING,
        PRIVILEGED | {"name": "c", "image": "ghcr.io/acme/a:9"},
        volumes=[{"name": "other", "hostPath": {"path": "//var/./log/"}}],
        securityContext={"sysctls": [{"name": "net/ipv4/ip_forward", "value": "0"}]},
    )
    assert set(outcomes(old, new)) == {Outcome.WARN}
    assert len(outcomes(old, new)) == len(outcomes(old, old)) == 6


def test_an_image_that_is_swapped_is_judged_anew() -> None:
    old = pod({"name": "a", "image": "nginx:1.27"}, {"name": "b", "image": "mongo:7"})
    new = pod({"name": "a", "image": "redis:7.4"}, {"name": "b", "image": "mongo:7"})
    assert judged(old, new) == [
        ("license/expression", "spec.containers[0].image", Outcome.DENY),
        ("license/expression", "spec.containers[1].image", Outcome.WARN),
    ]


def test_one_more_of_the_same_is_new() -> None:
    again = PRIVILEGED | {"name": "again"}
    assert sorted(outcomes(pod(PRIVILEGED), pod(PRIVILEGED, again))) == [Outcome.DENY, Outcome.WARN]
    second = {"name": "second", "hostPath": {"path": "/var/log"}}
    old, new = pod(volumes=[HOST_PATH]), pod(volumes=[second, HOST_PATH])
    assert sorted(outcomes(old, new)) == [Outcome.DENY, Outcome.WARN]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (pod(volumes=[HOST_PATH]), pod(volumes=[{"hostPath": {"path": "/var/lib"}}])),
        (pod(PROBING), pod({"livenessProbe": {"httpGet": {"host": "203.0.113.10", "port": 80}}})),
        (pod(PROBING), pod({"lifecycle": {"preStop": {"httpGet": {"host": "203.0.113.9"}}}})),
        (pod(PRIVILEGED), pod(PRIVILEGED | {"image": "ghcr.io/acme/other:1"})),
        (
            pod(securityContext={"sysctls": [{"name": "net.ipv4.ip_forward"}]}),
            pod(securityContext={"sysctls": [{"name": "net.ipv4.ip_nonlocal_bind"}]}),
        ),
        (
            pod({"image": "x:1", "securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}),
            pod({"image": "x:1", "securityContext": {"capabilities": {"add": ["NET_RAW"]}}}),
        ),
        (
            pod(securityContext={"seLinuxOptions": {"type": "spc_t"}}),
            pod(securityContext={"seLinuxOptions": {"type": "unconfined_t"}}),
        ),
    ],
    ids=["path", "host", "hook", "image", "sysctl", "capability", "label"],
)
def test_another_value_is_new(old: Any, new: Any) -> None:
    assert outcomes(old, new) == [Outcome.DENY]


def test_an_ephemeral_container_is_judged_beside_what_stood() -> None:
    """The subresource carries the whole pod; only what is added to it is refused."""
    old = pod(PRIVILEGED)
    debugger = {"name": "debug", "image": "ghcr.io/acme/debug:1"} | ADDING
    new = pod(PRIVILEGED, ephemeralContainers=[debugger])
    at = "spec.ephemeralContainers[0].securityContext.capabilities.add"
    assert judged(old, new, "ephemeralcontainers") == [
        ("host/privileged", "spec.containers[0].securityContext.privileged", Outcome.WARN),
        ("host/capabilities", f"{at}[0]", Outcome.DENY),
        ("host/capabilities", f"{at}[1]", Outcome.DENY),
    ]


def test_a_resize_of_what_stood_is_no_new_finding() -> None:
    old = pod(PRIVILEGED)
    new = pod(PRIVILEGED | {"resources": {"requests": {"cpu": "2"}}})
    assert [outcome for _, _, outcome in judged(old, new, "resize")] == [Outcome.WARN]


def test_templates_of_a_carrier_may_change_places() -> None:
    def job_set(*specs: Any) -> Any:
        jobs = [{"template": {"spec": {"template": {"spec": spec}}}} for spec in specs]
        return {
            "apiVersion": "jobset.x-k8s.io/v1alpha2",
            "kind": "JobSet",
            "spec": {"replicatedJobs": jobs},
        }

    bad, good = {"hostPID": True}, {"containers": [{"image": "nginx:1.27"}]}
    assert outcomes(job_set(bad, good), job_set(good, bad)) == [Outcome.WARN]
    assert sorted(outcomes(job_set(bad, good), job_set(bad, bad))) == [Outcome.DENY, Outcome.WARN]
