"""The webhook as the API server calls it: refusals, other ways to write, and what passes."""

import base64
import json
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from aup.engine import message
from support.controlplane import Client, ControlPlane
from support.corpus import Case, cases
from support.installation import Installation, installed
from support.provision import DOMAIN, assignment, provide, tenant
from support.reviews import pod, review

NAMESPACE = "acme-prod"
REFUSED = "violates"


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Run the product with two tenants; alice has the built-in role admin in acme's namespace."""
    # The nodes' addresses in the world of the corpus, which one of its cases leads to.
    values = {"policy": {"overrides": {"network": {"clusterCIDRs": {"nodes": ["192.0.2.192/28"]}}}}}
    with installed(values, before=ControlPlane.install_gateway_api) as installation:
        cluster = installation.cluster
        provide(
            installation,
            tenant("acme", domains=[DOMAIN]),
            tenant("beta"),
            assignment("acme-v4", "acme", "198.51.100.16/28"),
            assignment("beta-v4", "beta", "203.0.113.0/28"),
        )
        cluster.kubectl(
            *("create", "rolebinding", "alice", "--clusterrole=admin", "--user=alice"),
            *("-n", NAMESPACE),
        )
        cluster.kubectl(
            *("create", "clusterrole", "writer", "--verb=*"),
            "--resource=services/status,pods/ephemeralcontainers,endpoints",
        )
        cluster.kubectl(
            *("create", "rolebinding", "writer", "--clusterrole=writer", "--user=alice"),
            *("-n", NAMESPACE),
        )
        yield installation


@pytest.fixture(scope="module")
def alice(installation: Installation) -> Client:
    """Return the command line of the tenant's administrator."""
    return installation.cluster.as_user("alice", ["tenants:acme"])


def create(client: Client, obj: Any, *options: str) -> subprocess.CompletedProcess[str]:
    """Create an object in the tenant's namespace."""
    return client.kubectl(
        *("create", "-n", NAMESPACE, "-f", "-", *options), input=json.dumps(obj), check=False
    )


def service(name: str, **spec: Any) -> dict[str, Any]:
    """Return a Service with one port."""
    metadata = {"name": name}
    spec = {"ports": [{"port": 80}], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def test_a_refusal_reads_as_documented(alice: Client) -> None:
    done = create(alice, service("web", externalIPs=["203.0.113.9", "198.51.100.18"]))
    # Before them the API server itself warns that externalIPs are deprecated.
    *_, head, finding, hint = done.stderr.rstrip().splitlines()
    assert head == (
        'Error from server (Forbidden): error when creating "STDIN": admission webhook '
        '"workloads.aup.asergo.com" denied the request: violates 1 rule of the Acceptable Use '
        "Policy of Asergo ApS (revision 2023-06-01)"
    )
    assert finding == (
        "[network/assigned-address, clause 6.2] spec.externalIPs[0] 203.0.113.9 is not assigned "
        "to acme; use an address from 198.51.100.16/28. See "
        "https://docs.asergo.example/aup/rules/network/assigned-address"
    )
    assert hint == message.terms_hint(NAMESPACE)


def test_dry_run_has_the_same_verdict(alice: Client) -> None:
    assert REFUSED in create(alice, pod(hostPID=True), "--dry-run=server").stderr


def test_what_a_controller_makes_for_a_tenant_is_judged_too(
    installation: Installation, alice: Client
) -> None:
    """The pod check is the authority: a ReplicaSet that stood before cannot make bad pods."""
    done = create(
        alice,
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": "job"},
            "spec": {"template": {"spec": {**pod()["spec"], "restartPolicy": "Never"}}},
        },
    )
    assert done.returncode == 0, done.stderr
    refused = installation.cluster.kubectl(
        *("create", "-n", NAMESPACE, "-f", "-"),
        input=json.dumps(pod(hostPID=True)),
        as_user="system:serviceaccount:kube-system:job-controller",
        as_groups=["system:masters"],
        check=False,
    )
    assert REFUSED in refused.stderr


def test_an_edit_may_keep_but_not_add_a_violation(alice: Client) -> None:
    assert create(alice, service("edit")).returncode == 0
    add = json.dumps({"spec": {"externalIPs": ["203.0.113.9"]}})
    done = alice.kubectl(
        *("patch", "service", "edit", "-n", NAMESPACE, "--type=merge", "-p", add), check=False
    )
    assert "spec.externalIPs[0] 203.0.113.9" in done.stderr


def test_status_of_a_service_is_no_way_around(alice: Client) -> None:
    assert create(alice, service("status", type="LoadBalancer")).returncode == 0
    claim = json.dumps({"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}})
    done = alice.kubectl(
        *("patch", "service", "status", "-n", NAMESPACE, "--subresource=status"),
        *("--type=merge", "-p", claim),
        check=False,
    )
    assert "status.loadBalancer.ingress[0].ip 203.0.113.9 is not assigned" in done.stderr


def test_an_ephemeral_container_is_no_way_around(alice: Client) -> None:
    named = pod() | {"metadata": {"name": "debugged"}}
    assert create(alice, named).returncode == 0
    debugger = {"name": "d", "image": "busybox", "securityContext": {"privileged": True}}
    done = alice.kubectl(
        *("patch", "pod", "debugged", "-n", NAMESPACE, "--subresource=ephemeralcontainers"),
        *("--type=strategic", "-p", json.dumps({"spec": {"ephemeralContainers": [debugger]}})),
        check=False,
    )
    assert "spec.ephemeralContainers[0].securityContext.privileged true" in done.stderr


def test_old_annotations_and_other_spellings_are_no_way_around(alice: Client) -> None:
    for number, key in enumerate(
        ("metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs")
    ):
        claim = service(f"metallb-{number}", type="LoadBalancer")
        claim["metadata"]["annotations"] = {key: "198.51.100.18, 203.0.113.9"}
        assert f'metadata.annotations["{key}"] 203.0.113.9' in create(alice, claim).stderr


def test_another_tenants_data_is_never_told(alice: Client) -> None:
    done = create(alice, service("taken", externalIPs=["203.0.113.3"]))
    assert REFUSED in done.stderr
    assert "beta" not in done.stderr


def test_an_unclaimed_namespace_is_left_alone(installation: Installation) -> None:
    cluster = installation.cluster
    cluster.create_namespace("free")
    text = json.dumps(pod(hostPID=True))
    assert cluster.kubectl("create", "-n", "free", "-f", "-", input=text).returncode == 0


def is_status(case: Case) -> bool:
    """Tell whether a case is a write to /status, which `create` cannot send."""
    return "case/subresource" in (case.load()["metadata"].get("annotations") or {})


WORLDLESS = ("network/", "host/")
"""Sections whose cases need nothing of the provider but addresses and domains."""
CORE = [c for c in cases("denied") if c.rule.startswith(WORLDLESS) and not is_status(c)]


@pytest.mark.parametrize("case", CORE, ids=lambda case: case.id)
def test_the_real_api_server_passes_no_denied_case(alice: Client, case: Case) -> None:
    """Refused by the webhook, or by the API server's own validation before it."""
    obj = case.load()
    done = create(alice, obj, "--dry-run=server", "--validate=false")
    assert done.returncode != 0, done.stdout


def send(installation: Installation, path: str, body: bytes) -> tuple[int, bytes]:
    """Speak to the webhook as the API server does, with the authority that it was told."""
    found = installation.cluster.kubectl(
        *("get", "validatingwebhookconfiguration", installation.release.name),
        *("-o", "jsonpath={.webhooks[0].clientConfig.caBundle}"),
    ).stdout
    tls = ssl.create_default_context(cadata=base64.b64decode(found).decode())
    url = f"https://127.0.0.1:{installation.balancer.port}{path}"
    request = urllib.request.Request(url, data=body, method="POST")
    try:
        with urllib.request.urlopen(request, context=tls, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_an_unknown_url_is_not_an_admission(installation: Installation) -> None:
    status, body = send(installation, "/typo", json.dumps(review(pod())).encode())
    assert (status, b"allowed" in body) == (404, False)


def test_a_flood_admits_nothing_forbidden_and_keeps_nobody_else_out(
    installation: Installation,
) -> None:
    """Three hundred bad reviews of one tenant at once, and honest ones of another among them."""
    bad = json.dumps(review(pod(hostPID=True), namespace=NAMESPACE)).encode()
    good = json.dumps(review(pod(), namespace="beta-prod")).encode()
    bodies = [good if number % 10 == 9 else bad for number in range(300)]
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda body: send(installation, "/validate", body), bodies))
    for body, (status, answer) in zip(bodies, answers, strict=True):
        assert status == 200
        response = json.loads(answer)["response"]
        assert response["allowed"] is (body is good), response
        if body is bad:
            assert response["status"]["code"] in {403, 429}


def test_five_mebibytes_of_padding_hide_nothing_over_tls(installation: Installation) -> None:
    metadata = {"name": "web", "annotations": {"pad": "x" * (5 << 20)}}
    for obj, allowed in ((pod(hostPID=True), False), (pod(), True)):
        body = json.dumps(review(obj | {"metadata": metadata})).encode()
        status, answer = send(installation, "/validate", body)
        assert status == 200
        assert json.loads(answer)["response"]["allowed"] is allowed
