"""The audit on a real API server: what exists is judged again, and told where people look."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.controlplane import ControlPlane, build
from support.guard import exemption
from support.installation import Installation, installed
from support.provision import assignment, provide, tenant
from support.waiting import until

INTERVAL = {"AUP_AUDIT_SECONDS": "2"}
MODULE = "github.com/openreports/reports-api"
CRD = "openreports.io_reports.yaml"


def take_reports(cluster: ControlPlane) -> None:
    """Let a cluster take the reports of OpenReports, as its own project defines them."""
    folder = build.module_folder("openreports", MODULE) / "config" / "crd"
    cluster.kubectl("apply", "-f", str(folder / CRD))
    cluster.kubectl("wait", "crd/reports.openreports.io", "--for=condition=Established")


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Share one running product; each test has tenants of its own."""
    with installed(replicas=1, settings=INTERVAL, before=take_reports) as running:
        yield running


def get(installation: Installation, kind: str, namespace: str, name: str = "aup") -> dict[str, Any]:
    """Return an object, or an empty one when there is none."""
    done = installation.cluster.kubectl(
        "get", kind, name, "-n", namespace, "-o", "json", check=False
    )
    return dict(json.loads(done.stdout)) if done.returncode == 0 else {}


def findings(installation: Installation, namespace: str) -> list[tuple[str, str, str]]:
    """Return rule, object and value of each finding that the tenant is told."""
    status = get(installation, "tenantreport", namespace).get("status", {})
    return [(f["rule"], f["object"], f["value"]) for f in status.get("findings", [])]


def results(installation: Installation, namespace: str) -> list[tuple[str, str, str]]:
    """Return the same of the report that dashboards read."""
    report = get(installation, "reports.openreports.io", namespace)
    return [
        (
            r["rule"],
            f"{r['resources'][0]['kind']}/{r['resources'][0]['name']}",
            r["properties"]["value"],
        )
        for r in report.get("results", [])
    ]


def create(installation: Installation, namespace: str, **fields: Any) -> None:
    manifest = json.dumps({"apiVersion": "v1", **fields})
    installation.cluster.kubectl("create", "-n", namespace, "-f", "-", input=manifest)


def service(address: str) -> dict[str, Any]:
    spec = {"type": "LoadBalancer", "ports": [{"port": 80}], "loadBalancerIP": address}
    return {"kind": "Service", "metadata": {"name": "web"}, "spec": spec}


def test_an_address_that_is_taken_back_shows_up_on_what_uses_it(
    installation: Installation,
) -> None:
    """Nobody has touched the Service: only the registry changed."""
    held = assignment("moved", "moved", "198.51.100.0/29")
    provide(installation, tenant("moved"), held)
    create(installation, "moved-prod", **service("198.51.100.3"))
    report = until("a report", lambda: get(installation, "reports.openreports.io", "moved-prod"))
    assert report["summary"] == {"pass": 0, "fail": 0, "warn": 0, "error": 0, "skip": 0}
    assert report["source"] == "aup-operator"
    ended = json.dumps({"spec": {"until": "2026-11-01T00:00:00Z"}})
    installation.cluster.kubectl("patch", "addressassignment", "moved", "--type=merge", "-p", ended)
    wanted = [("network/assigned-address", "Service/web", "198.51.100.3")]
    until("the tenant's report", lambda: findings(installation, "moved-prod") == wanted)
    until("the dashboards' report", lambda: results(installation, "moved-prod") == wanted)
    assert get(installation, "reports.openreports.io", "moved-prod")["summary"]["fail"] == 1


def test_what_the_webhook_was_not_asked_about_is_found_by_the_next_sweep(
    installation: Installation,
) -> None:
    """It stands for every way past admission: an outage under Ignore, a restored backup."""
    cluster = installation.cluster
    provide(installation, tenant("missed"))
    until("a report", lambda: get(installation, "tenantreport", "missed-prod"))
    saved = cluster.kubectl(
        "get", "validatingwebhookconfiguration", "aup-operator", "-o", "json"
    ).stdout
    cluster.kubectl("delete", "validatingwebhookconfiguration", "aup-operator")
    spec = {"hostPID": True, "containers": [{"name": "app", "image": "docker.io/library/nginx:1"}]}

    def admitted() -> bool:
        pod = json.dumps(
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "spy"}, "spec": spec}
        )
        done = cluster.kubectl("create", "-n", "missed-prod", "-f", "-", input=pod, check=False)
        return done.returncode == 0

    until("a pod that nobody judged", admitted)
    manifest = json.loads(saved)
    for key in ("resourceVersion", "uid", "creationTimestamp", "managedFields", "generation"):
        manifest["metadata"].pop(key, None)
    cluster.kubectl("create", "-f", "-", input=json.dumps(manifest))
    wanted = [("host/namespaces", "Pod/spy", "true")]
    until("the sweep", lambda: findings(installation, "missed-prod") == wanted)
    until("the dashboards' report", lambda: results(installation, "missed-prod") == wanted)
    (controller,) = installation.controllers
    gauge = 'aup_audit_findings{enforcement="Deny",rule="host/namespaces"} 1.0'
    assert gauge in controller.metrics()
    cluster.kubectl("delete", "pod", "spy", "-n", "missed-prod", "--grace-period=0", "--force")
    until("nothing left", lambda: not findings(installation, "missed-prod"))


def test_what_consent_covers_is_skipped_and_says_why(installation: Installation) -> None:
    """For dashboards only: the tenant's own report tells of what is wrong."""
    cluster = installation.cluster
    provide(installation, tenant("agreed"))
    scope = {"namespaces": ["agreed-prod"]}
    rules = ["host/namespaces"]
    consent = exemption("agreed-debug", "admin", tenant="agreed", rules=rules, scope=scope)
    cluster.kubectl("create", "-f", "-", input=json.dumps(consent))
    word = json.dumps({"spec": {"approval": {"by": "alice"}}})
    patch = ("patch", "exemption", "agreed-debug", "--type=merge", "-p", word)
    cluster.kubectl(*patch, "--as=alice", "--as-group=system:masters")
    spec = {"hostPID": True, "containers": [{"name": "app", "image": "docker.io/library/nginx:1"}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "debug"}, "spec": spec}
    command = ("create", "-n", "agreed-prod", "-f", "-")

    def admitted() -> bool:
        return cluster.kubectl(*command, input=json.dumps(pod), check=False).returncode == 0

    def told() -> list[tuple[str, str, str]]:
        report = get(installation, "reports.openreports.io", "agreed-prod")
        return [
            (r["result"], r["rule"], r["properties"].get("exemption", ""))
            for r in report.get("results", [])
        ]

    until("the consent", admitted)
    until("a result", lambda: told() == [("skip", "host/namespaces", "agreed-debug")])
    summary = get(installation, "reports.openreports.io", "agreed-prod")["summary"]
    assert summary == {"pass": 0, "fail": 0, "warn": 0, "error": 0, "skip": 1}
    assert findings(installation, "agreed-prod") == []
    cluster.kubectl("delete", "exemption", "agreed-debug")
    until("a failure", lambda: told() == [("fail", "host/namespaces", "")])
    assert findings(installation, "agreed-prod") == [("host/namespaces", "Pod/debug", "true")]


def test_nobody_but_the_operator_writes_the_reports(installation: Installation) -> None:
    provide(installation, tenant("forger"))
    until("a report", lambda: get(installation, "reports.openreports.io", "forger-prod"))
    done = installation.cluster.kubectl(
        *("patch", "reports.openreports.io", "aup", "-n", "forger-prod", "--type=merge"),
        *("-p", json.dumps({"summary": {"fail": 0}, "source": "somebody"})),
        *("--as=alice", "--as-group=system:masters"),
        check=False,
    )
    assert done.returncode != 0
    assert "reports aup in namespace forger-prod is for the operator only" in done.stderr


def test_a_namespace_that_is_given_up_has_no_report_left(installation: Installation) -> None:
    spec = {"namespaces": {"names": ["kept-prod", "given-up"]}}
    provide(installation, tenant("giver", **spec))
    until("a report", lambda: get(installation, "reports.openreports.io", "given-up"))
    patch = json.dumps({"spec": {"namespaces": {"names": ["kept-prod"]}}})
    installation.cluster.kubectl("patch", "tenant", "giver", "--type=merge", "-p", patch)
    until("no report", lambda: not get(installation, "reports.openreports.io", "given-up"))
    assert get(installation, "reports.openreports.io", "kept-prod")


def test_a_coming_policy_is_tried_on_the_live_cluster(
    installation: Installation, tmp_path: Path
) -> None:
    """What it would refuse beyond the present one is marked; nothing is written."""
    cluster = installation.cluster
    provide(installation, tenant("trial"))
    spec = {
        "selector": {"matchLabels": {"app": "web"}},
        "replicas": 0,
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "app", "image": "registry.example/own/app:1"}]},
        },
    }
    manifest = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": spec,
    }
    cluster.kubectl("create", "-n", "trial-prod", "-f", "-", input=json.dumps(manifest))
    policy = json.loads(cluster.kubectl("get", "aup", "asergo", "-o", "json").stdout)
    version = policy["metadata"]["resourceVersion"]
    policy["spec"]["revision"] = "2027-01-01"
    policy["spec"]["license"]["unknown"] = "Deny"
    candidate = tmp_path / "candidate.json"
    candidate.write_text(json.dumps(policy))
    command = [sys.executable, "-m", "aup", "impact", "--policy", str(candidate), "-o", "json"]
    done = subprocess.run(
        [*command, "--kubeconfig", str(cluster.kubeconfig)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    told = [one for one in json.loads(done.stdout) if one["tenant"] == "trial"]
    assert [(one["kind"], one["name"], one["new"]) for one in told] == [("Deployment", "web", True)]
    assert told[0]["policy"] == "asergo/2027-01-01"
    assert [f["rule"] for f in told[0]["findings"]] == ["license/unknown"]
    now = json.loads(cluster.kubectl("get", "aup", "asergo", "-o", "json").stdout)
    assert now["metadata"]["resourceVersion"] == version
