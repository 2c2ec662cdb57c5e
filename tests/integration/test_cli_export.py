"""`aup export` on a real API server: with the rights of the provider, and with a tenant's own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aup.documents import read_documents
from support.controlplane import ControlPlane
from support.corpus import CASES
from support.repository import ROOT
from support.world import manifests

REPORT = """
apiVersion: aup.asergo.com/v1alpha1
kind: TenantReport
metadata: {name: aup, namespace: acme-prod}
"""
STATUS = """{"status": {"policy": "asergo", "revision": "2023-06-01",
  "addresses": ["198.51.100.16/28"], "hostnames": [".acme.example"],
  "findings": [{"rule": "a/b", "clause": "", "object": "Pod/a", "path": "", "value": "",
                "message": "seen in the cluster"}]}}"""
READS_REPORTS = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reports, namespace: acme-prod}
rules:
- {apiGroups: [aup.asergo.com], resources: [tenantreports], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reports, namespace: acme-prod}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reports}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}]
"""


def of_two_tenants(manifest: dict[str, Any]) -> bool:
    """Tell whether an object of the world is about acme or beta, or about software."""
    if manifest["kind"] in {"AddressAssignment", "LicenseEntitlement"}:
        return manifest["spec"]["tenant"] in {"acme", "beta"}
    named = {"acme", "beta", "asergo", "acme-anycast"}
    return manifest["kind"] == "SoftwareCatalog" or manifest["metadata"]["name"] in named


@pytest.fixture(scope="module")
def provider() -> Iterator[ControlPlane]:
    """Return a cluster that holds the world of the corpus; no operator runs in it."""
    with ControlPlane() as cluster:
        cluster.kubectl("apply", "--server-side", "-f", ROOT / "crds")
        cluster.kubectl("wait", "crd", "--all", "--for=condition=Established")
        for namespace in ("acme-prod", "acme-dev", "unclaimed"):
            labels = {"aup.asergo.com/tenant": "acme"} if namespace != "unclaimed" else None
            cluster.create_namespace(namespace, labels)
        items = [one for one in manifests() if of_two_tenants(one)]
        world = {"apiVersion": "v1", "kind": "List", "items": items}
        cluster.kubectl("create", "-f", "-", input=json.dumps(world))
        cluster.kubectl("create", "-f", "-", input=REPORT)
        patch = ("--subresource=status", "--type=merge", "-p", STATUS)
        cluster.kubectl("patch", "tenantreport", "aup", "-n", "acme-prod", *patch)
        cluster.kubectl("create", "-f", "-", input=READS_REPORTS)
        yield cluster


def aup(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does."""
    command = [sys.executable, "-m", "aup", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def exported(provider: ControlPlane, *arguments: str | Path, user: str = "") -> str:
    """Export as the provider, or as somebody else."""
    kubeconfig = provider.user_kubeconfig(user) if user else provider.admin.kubeconfig
    said = aup("export", *arguments, "--kubeconfig", kubeconfig)
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_the_provider_exports_what_one_tenant_may_see(
    provider: ControlPlane, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.yaml"
    assert exported(provider, "acme", "-o", bundle) == ""
    text = bundle.read_text()
    assert text.startswith("# What acme is held to, at 20")
    objects = list(read_documents(text))
    kinds = {one["kind"] for one in objects}
    assert kinds == {
        *("AcceptableUsePolicy", "Tenant", "AddressAssignment", "LicenseEntitlement"),
        *("Exemption", "SoftwareCatalog"),
    }
    for other in ("beta", "198.51.100.32", "gamma"):
        assert other not in text
    assert all(one["metadata"].keys() == {"name"} for one in objects)
    cases = CASES / "network" / "assigned-address"
    judged = aup("check", "--bundle", bundle, "-n", "acme-prod", cases / "denied")
    assert judged.returncode == 1
    assert aup("check", "--bundle", bundle, cases / "allowed" / "external-ip.yaml").returncode == 0


def test_a_namespace_names_its_tenant(provider: ControlPlane) -> None:
    by_name, by_namespace = exported(provider, "acme"), exported(provider, "-n", "acme-dev")
    assert list(read_documents(by_namespace)) == list(read_documents(by_name))


def test_a_tenant_gets_what_its_report_says(provider: ControlPlane, tmp_path: Path) -> None:
    text = exported(provider, "--namespace", "acme-prod", user="alice")
    (report,) = read_documents(text)
    assert report == {
        "apiVersion": "aup.asergo.com/v1alpha1",
        "kind": "TenantReport",
        "metadata": {"name": "aup", "namespace": "acme-prod"},
        "status": {
            "policy": "asergo",
            "revision": "2023-06-01",
            "addresses": ["198.51.100.16/28"],
            "hostnames": [".acme.example"],
        },
    }
    bundle, service = tmp_path / "bundle.yaml", tmp_path / "service.yaml"
    bundle.write_text(text)
    spec = {"externalIPs": ["203.0.113.9"]}
    manifest = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": spec}
    service.write_text(yaml.safe_dump(manifest))
    said = aup("check", "--bundle", bundle, service)
    assert (said.returncode, "spec.externalIPs[0] 203.0.113.9" in said.stdout) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "user", "words"),
    [
        (("acme",), "alice", "name a namespace of yours: aup export --namespace NAMESPACE"),
        (("-n", "acme-dev"), "alice", 'cannot get resource "tenantreports"'),
        (("nobody",), "", "There is no Tenant nobody"),
        (("-n", "unclaimed"), "", "namespace unclaimed belongs to no tenant"),
        (("-n", "nowhere"), "", "there is no namespace nowhere"),
        (("acme", "-o", "/nonexistent/bundle.yaml"), "", "No such file or directory"),
    ],
)
def test_what_cannot_be_exported_exits_with_two(
    provider: ControlPlane, arguments: tuple[str, ...], user: str, words: str
) -> None:
    kubeconfig = provider.user_kubeconfig(user) if user else provider.admin.kubeconfig
    said = aup("export", *arguments, "--kubeconfig", kubeconfig)
    assert said.returncode == 2
    assert words in said.stderr
    assert "Traceback" not in said.stderr
