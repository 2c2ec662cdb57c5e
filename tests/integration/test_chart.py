"""The chart with real Helm on a real API server: install, upgrade, uninstall, and what is left."""

import base64
import json
import re
import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from aup import presets
from aup.kube.resource import OUR_KINDS
from support.controlplane import ControlPlane
from support.controlplane.errors import CommandError
from support.guard import ours, refusal
from support.impersonation import Identity, Impersonator
from support.release import CHART, Release, install, values_file
from support.waiting import until

URL = "https://127.0.0.1:1/validate"
"""Where nobody listens: whoever asks the webhook is refused."""
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {"containers": [{"name": "web", "image": "registry.example/web:1"}]},
}


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """Give this module a control plane of its own: it installs and uninstalls."""
    with ControlPlane() as cluster:
        yield cluster


@pytest.fixture
def fresh(plane: ControlPlane) -> Iterator[Release]:
    """Install the chart for one test."""
    release = install(plane, {"webhook": {"url": URL}})
    yield release
    plane.helm("uninstall", release.name, "-n", release.namespace, "--ignore-not-found")


def listed(cluster: ControlPlane, *kinds: str) -> list[str]:
    """Return the names of the objects of the chart, of any namespace."""
    return sorted(
        cluster.kubectl(
            *("get", ",".join(kinds), "-A", "-o", "name"),
            *("-l", "app.kubernetes.io/name=aup-operator"),
        ).stdout.split()
    )


def webhook(cluster: ControlPlane) -> dict[str, Any]:
    """Return the first webhook of the configuration."""
    found = json.loads(
        cluster.kubectl(
            "get", "validatingwebhookconfiguration", "aup-operator", "-o", "json"
        ).stdout
    )
    return dict(found["webhooks"][0])


def set_authority(release: Release, bundle: str) -> None:
    """Write caBundle as the controller does: server-side apply of this one field."""
    manifest = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "aup-operator"},
        "webhooks": [{"name": "workloads.aup.asergo.com", "clientConfig": {"caBundle": bundle}}],
    }
    with values_file(manifest) as file:
        release.controller.kubectl(
            *("apply", "--server-side", "--force-conflicts", "--field-manager=aup-operator"),
            *("--validate=false", "-f", file),
        )


def authority(release: Release) -> str:
    """Return a certificate as caBundle holds it: the control plane's own."""
    return base64.b64encode(release.cluster.ca_file.read_bytes()).decode()


def test_installing_changes_nothing_for_workloads(fresh: Release) -> None:
    """Until the first Tenant: no namespace is asked about, so pods start as before."""
    name = f"plain-{secrets.token_hex(3)}"
    fresh.cluster.create_namespace(name)
    fresh.cluster.kubectl("create", "-n", name, "-f", "-", input=json.dumps(POD))
    fresh.stamp(name, tenant="acme")
    deadline = time.monotonic() + 10
    other = json.dumps(POD | {"metadata": {"name": "other"}})
    while True:
        done = fresh.cluster.kubectl(
            "create", "--dry-run=server", "-n", name, "-f", "-", input=other, check=False
        )
        if done.returncode:
            break
        assert time.monotonic() < deadline, "a claimed namespace is not asked about"
    assert 'failed calling webhook "workloads.aup.asergo.com"' in done.stderr


def test_the_operators_own_and_the_platforms_namespaces_are_never_asked_about(
    fresh: Release,
) -> None:
    """Even with a stamp: a webhook that waits for itself would never come back."""
    for name in ("kube-system", "kube-public", "kube-node-lease", "aup-system"):
        fresh.stamp(name, tenant="acme")
        fresh.cluster.kubectl(
            "create", "--dry-run=server", "-n", name, "-f", "-", input=json.dumps(POD)
        )
        removed = {"aup.asergo.com/tenant": None, "aup.asergo.com/state": None}
        fresh.controller.kubectl(
            *("patch", "ns", name, "--type=merge", "-p"),
            json.dumps({"metadata": {"labels": removed}}),
        )


def test_metadata_that_says_nothing_is_not_asked_about(fresh: Release) -> None:
    """Finalizers and owners change without the webhook; labels, spec and status do not."""
    name = f"acme-{secrets.token_hex(3)}"
    fresh.cluster.create_namespace(name)
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"ports": [{"port": n, "name": f"p{n}"} for n in range(1, 2001)]},
    }
    fresh.cluster.kubectl("create", "-n", name, "-f", "-", input=json.dumps(service))
    fresh.stamp(name)
    path = f"/api/v1/namespaces/{name}/services/web"
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "labels": (path, {"metadata": {"labels": {"a": "b"}}}),
        "annotations": (path, {"metadata": {"annotations": {"a": "b"}}}),
        "spec": (path, {"spec": {"externalIPs": ["203.0.113.9"]}}),
        "status": (f"{path}/status", {"metadata": {"labels": {}}}),
    }
    admin = Identity("admin", ("system:masters",))
    with Impersonator(fresh.cluster) as server:
        deadline = time.monotonic() + 10
        while server.ask(admin, "PATCH", f"{path}?dryRun=All", asked["labels"][1]).status == 200:
            assert time.monotonic() < deadline
        for what, (where, patch) in asked.items():
            answer = server.ask(admin, "PATCH", f"{where}?dryRun=All", patch)
            assert "failed calling webhook" in answer.message, what
        unasked: list[dict[str, Any]] = [
            {"metadata": {"finalizers": ["example.com/hold"]}},
            {"metadata": {"finalizers": None}},
            {"spec": {"sessionAffinity": "None"}},
        ]
        for quiet in unasked:
            assert server.ask(admin, "PATCH", path, quiet).status == 200, quiet


@pytest.mark.parametrize("way", ["--server-side=true", "--server-side=false"])
def test_an_upgrade_keeps_what_the_controller_filled_in(plane: ControlPlane, way: str) -> None:
    """With both of Helm's ways to apply, and it shows GitOps no difference."""
    with values_file({"webhook": {"url": URL}}) as file:
        plane.helm(
            *("install", "aup-operator", CHART, "-n", "aup-system", "--create-namespace"),
            *("-f", file, way),
        )
    release = Release(plane, "aup-operator", "aup-system")
    bundle = authority(release)
    set_authority(release, bundle)
    assert webhook(plane)["clientConfig"] == {"url": URL, "caBundle": bundle}
    for level in ("debug", "warning"):
        release.upgrade({"webhook": {"url": URL}, "logLevel": level}, way)
        assert webhook(plane)["clientConfig"] == {"url": URL, "caBundle": bundle}
    assert release.environment("controller")["AUP_LOG_LEVEL"] == "warning"
    rendered = plane.helm("get", "manifest", "aup-operator", "-n", "aup-system").stdout
    assert "caBundle" not in rendered
    plane.helm("uninstall", "aup-operator", "-n", "aup-system")


def test_an_upgrade_upgrades_the_definitions(fresh: Release) -> None:
    """Helm leaves a chart's crds/ folder alone on upgrade; these are templates."""
    crd = "tenants.aup.asergo.com"
    path = "{.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.legalName}"
    now = fresh.cluster.kubectl("get", "crd", crd, "-o", f"jsonpath={path}").stdout
    older = [
        {
            "op": "replace",
            "path": "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/legalName",
            "value": {"type": "string", "description": "As it was in the version before."},
        }
    ]
    fresh.cluster.kubectl("patch", "crd", crd, "--type=json", "-p", json.dumps(older))
    with pytest.raises(CommandError, match="conflict"):
        fresh.upgrade({"webhook": {"url": URL}})
    fresh.upgrade({"webhook": {"url": URL}}, "--force-conflicts")
    assert fresh.cluster.kubectl("get", "crd", crd, "-o", f"jsonpath={path}").stdout == now


def test_a_broken_glass_is_mended_by_an_upgrade(fresh: Release) -> None:
    """Without its binding a policy does nothing; the upgrade puts back what was deleted."""
    cluster = fresh.cluster
    label = ("label", "namespace", "default", "aup.asergo.com/mine=yes", "--dry-run=server")
    assert refusal(cluster.kubectl(*label, check=False))[0] == "aup-operator-namespaces"
    cluster.kubectl("delete", "validatingadmissionpolicybinding", "aup-operator-namespaces")
    cluster.kubectl("delete", "validatingwebhookconfiguration", "aup-operator")
    until("the guard is open", lambda: not cluster.kubectl(*label, check=False).returncode)
    fresh.upgrade({"webhook": {"url": URL}})
    assert webhook(cluster)["clientConfig"] == {"url": URL}
    until("the guard is closed", lambda: cluster.kubectl(*label, check=False).returncode)
    assert refusal(cluster.kubectl(*label, check=False))[0] == "aup-operator-namespaces"


def test_uninstalling_opens_everything_and_loses_no_contract(plane: ControlPlane) -> None:
    """No webhook and no policy is left: pods start, and our objects can be deleted."""
    release = install(plane, {"webhook": {"url": URL}})
    name = f"acme-{secrets.token_hex(3)}"
    plane.create_namespace(name)
    release.stamp(name, state="isolated")
    report = ours("TenantReport", "aup", namespace=name)
    release.controller.kubectl("create", "-f", "-", input=json.dumps(report))
    done = plane.kubectl("delete", "tenantreport", "aup", "-n", name, check=False)
    assert refusal(done)[0]
    kept = listed(plane, "crd")
    plane.helm("uninstall", release.name, "-n", release.namespace)
    assert listed(plane, "crd") == kept
    assert len(kept) == len(OUR_KINDS)
    gone = ["validatingwebhookconfigurations", "validatingadmissionpolicies", "clusterroles"]
    gone += ["validatingadmissionpolicybindings", "clusterrolebindings", "deployments", "services"]
    assert listed(plane, *gone) == []
    assert listed(plane, "persistentvolumeclaims") == [
        "persistentvolumeclaim/aup-operator-evidence"
    ]
    deadline = time.monotonic() + 20
    while plane.kubectl("delete", "tenantreport", "aup", "-n", name, check=False).returncode:
        assert time.monotonic() < deadline
    plane.kubectl("create", "-n", name, "-f", "-", input=json.dumps(POD))
    plane.kubectl("label", "ns", name, "aup.asergo.com/tenant-", "aup.asergo.com/state-")
    plane.kubectl("delete", "namespace", name, "--wait=false")
    # And back again: Helm takes over what it kept.
    install(plane, {"webhook": {"url": URL}})
    plane.helm("uninstall", release.name, "-n", release.namespace)


def test_every_policy_compiles_without_a_warning(fresh: Release) -> None:
    """The API server checks the types in the background and tells in the status."""
    deadline = time.monotonic() + 30
    while True:
        found = json.loads(
            fresh.cluster.kubectl("get", "validatingadmissionpolicies", "-o", "json").stdout
        )["items"]
        if all("typeChecking" in item.get("status", {}) for item in found):
            break
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert {item["metadata"]["name"]: item["status"]["typeChecking"] for item in found} == {
        f"aup-operator-{suffix}": {}
        for suffix in ("advice", "managed", "namespaces", "objects", "quarantine")
    }


def test_sources_get_accounts_that_may_report_and_no_more(plane: ControlPlane) -> None:
    """And the preset comes as a ConfigMap with the provider's own words in it."""
    overrides = {"revision": "2026-01-01", "provider": {"contact": "abuse@host.example"}}
    release = install(
        plane,
        {"abuse": {"sources": ["falco"]}, "policy": {"overrides": overrides}},
    )
    for verb, resource, answer in (
        ("create", "abusereports", "yes"),
        ("get", "abusereports", "no"),
        ("create", "quarantines", "no"),
        ("get", "secrets", "no"),
    ):
        done = plane.kubectl(
            *("auth", "can-i", verb, resource, "-n", "aup-system"),
            as_user="system:serviceaccount:aup-system:source-falco",
            check=False,
        )
        assert done.stdout.strip() == answer, (verb, resource)
    config = plane.kubectl(
        *("get", "configmap", "aup-operator-policy", "-n", "aup-system"),
        *("-o", "jsonpath={.data.policy\\.yaml}"),
    ).stdout
    policy = yaml.safe_load(config)
    expected = presets.load("asergo")
    expected["spec"]["revision"] = "2026-01-01"
    expected["spec"]["provider"]["contact"] = "abuse@host.example"
    assert policy == expected
    # What the chart hands over is what the API server takes.
    plane.kubectl("apply", "--server-side", "-f", "-", input=config)
    plane.kubectl("delete", "aup", "asergo")
    plane.helm("uninstall", release.name, "-n", release.namespace)


@pytest.mark.parametrize("name", presets.names())
def test_each_preset_reaches_the_config_map_as_it_stands(plane: ControlPlane, name: str) -> None:
    """Helm reads and writes it again on the way: no `Off` becomes false, no date a time."""
    shown = plane.helm(
        *("template", "aup-operator", CHART, "--set", f"preset={name}"),
        *("--show-only", "templates/policy.yaml"),
    ).stdout
    assert yaml.safe_load(yaml.safe_load(shown)["data"]["policy.yaml"]) == presets.load(name)


REFUSED = {
    "mode: lenient": "value must be one of 'strict', 'available'",
    "preset: acme": "value must be one of '', 'asergo', 'megalayer', 'zenlayer', 'zetta'",
    "unknown: 1": "additional properties 'unknown' not allowed",
    "admission: {replicas: 1}": "at '/admission/replicas'",
    "admission: {replicas: 0}": "set webhook.url, at which the replicas outside",
    "controller: {replicas: 2}": "set evidence.accessMode=ReadWriteMany",
    "webhook: {url: 'http://10.0.0.1/validate'}": "at '/webhook/url'",
    "webhook: {url: 'https://10.0.0.1/'}": "at '/webhook/url'",
    "abuse: {sources: [desk]}": "at '/abuse/sources/0'",
    "abuse: {sources: [Falco]}": "at '/abuse/sources/0'",
    "platformNamespaces: []": "at '/platformNamespaces'",
    "image: {digest: latest}": "at '/image/digest'",
    "evidence: {emptyDir: 'yes'}": "at '/evidence/emptyDir': got string, want boolean",
    "evidence: {emptyDir: true, existingClaim: mine}": "contradict each other",
    "policy: {overrides: {revision: 2026}}": "at '/policy/overrides/revision': got number, want",
}


@pytest.mark.parametrize("values", REFUSED)
def test_values_that_cannot_work_are_refused_with_words(plane: ControlPlane, values: str) -> None:
    """Before anything is written; the schema and the chart's own checks name the value."""
    with values_file(yaml.safe_load(values)) as file:
        done = plane.helm("template", "aup-operator", CHART, "-f", file, check=False)
    assert done.returncode != 0
    assert REFUSED[values] in done.stderr


@pytest.mark.parametrize(
    "values",
    [
        "{}",
        "evidence: {emptyDir: true}",
        "evidence: {accessMode: ReadWriteMany}\ncontroller: {replicas: 2}",
        "admission: {replicas: 0}\nwebhook: {url: 'https://[2001:db8::1]:8443/validate'}",
        "preset: ''",
        "crds: {install: false}",
        "image: {digest: 'sha256:" + "0" * 64 + "', pullSecrets: [registry]}",
    ],
)
def test_values_that_work_pass_helms_lint(plane: ControlPlane, values: str) -> None:
    """Every combination that the documents name."""
    with values_file(yaml.safe_load(values)) as file:
        done = plane.helm("lint", "--strict", CHART, "-f", file)
    assert re.search(r"1 chart\(s\) linted, 0 chart\(s\) failed", done.stdout)


def test_a_network_policy_admits_the_api_server_alone_to_the_webhook(plane: ControlPlane) -> None:
    """And selects the pods that the Deployment makes, by ports that they have."""
    networks = ["192.0.2.0/24", "2001:db8::/32"]
    release = install(plane, {"webhook": {"url": URL}, "admission": {"apiServerCIDRs": networks}})
    try:
        name = f"{release.name}-admission"
        policy, deployment = (
            json.loads(
                plane.kubectl("get", kind, name, "-n", release.namespace, "-o", "json").stdout
            )
            for kind in ("networkpolicy", "deployment")
        )
    finally:
        plane.helm("uninstall", release.name, "-n", release.namespace)
    pod = deployment["spec"]["template"]
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    ports = {port["name"] for port in pod["spec"]["containers"][0]["ports"]}
    webhook, health = policy["spec"]["ingress"]
    assert [peer["ipBlock"]["cidr"] for peer in webhook["from"]] == networks
    assert [port["port"] for port in webhook["ports"]] == ["webhook"]
    assert (health.get("from"), [port["port"] for port in health["ports"]]) == (None, ["health"])
    assert ports >= {"webhook", "health"}
