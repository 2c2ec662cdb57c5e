"""What Helm, Kustomize and kubectl really print is judged; kubectl finds ``kubectl aup``."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support.commands import FOREIGN, OWN, REPORT, service, write
from support.controlplane import ControlPlane

TEMPLATE = """\
{{- range .Values.addresses }}
---
apiVersion: v1
kind: Service
metadata: {name: web-{{ . | replace "." "-" }}}
spec:
  externalIPs: [{{ . }}]
{{- end }}
"""
PROGRAMS = Path(sys.executable).parent
"""Where ``aup`` and ``kubectl-aup`` are installed."""


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    """Return what acme may know of itself."""
    return write(tmp_path, "bundle.yaml", REPORT)


def check(bundle: str, manifests: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Judge what another program printed."""
    command = [sys.executable, "-m", "aup", "check", "--bundle", bundle, *arguments, "-"]
    return subprocess.run(
        command, input=manifests, capture_output=True, text=True, check=False, timeout=60
    )


def test_helm_template_is_judged_and_names_the_template(
    cluster: ControlPlane, tmp_path: Path, bundle: str
) -> None:
    chart = tmp_path / "shop"
    write(chart, "Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    write(chart, "values.yaml", f"addresses: [{OWN}, {FOREIGN}]\n")
    write(chart, "templates/services.yaml", TEMPLATE)
    rendered = cluster.helm("template", chart).stdout
    said = check(bundle, rendered)
    assert said.returncode == 1
    line = rendered.splitlines().index(f"  externalIPs: [{FOREIGN}]") + 1
    assert said.stdout.startswith(
        f"<stdin>:{line}:17 (shop/templates/services.yaml): Service/web-203-0-113-9 in default "
        "would be refused\n"
    )
    assert "2 objects checked, 1 would be refused" in said.stdout


def test_kustomize_is_judged(cluster: ControlPlane, tmp_path: Path, bundle: str) -> None:
    """After its transformers: the namespace is the one that the overlay sets."""
    overlay = tmp_path / "prod"
    write(overlay, "kustomization.yaml", "namespace: acme-prod\nresources: [web.yaml]\n")
    write(overlay, "web.yaml", service(FOREIGN))
    rendered = cluster.kubectl("kustomize", overlay).stdout
    found = json.loads(check(bundle, rendered, "-o", "json").stdout)
    (one,) = found["objects"]
    assert (one["namespace"], one["verdict"]) == ("acme-prod", "Refused")
    assert rendered.splitlines()[one["findings"][0]["line"] - 1].strip() == f"- {FOREIGN}"


@pytest.mark.parametrize("output", ["yaml", "json"])
def test_what_kubectl_gets_is_judged(
    cluster: ControlPlane, namespace: str, bundle: str, output: str
) -> None:
    """A List, each item with all that the API server adds to it."""
    ports = "spec: {ports: [{port: 80}], externalIPs: ["
    for name, address in (("own", OWN), ("foreign", FOREIGN)):
        manifest = service(address, name).replace("spec: {externalIPs: [", ports)
        cluster.kubectl("create", "-n", namespace, "-f", "-", input=manifest)
    listed = cluster.kubectl("get", "services", "-n", namespace, "-o", output).stdout
    found = json.loads(check(bundle, listed, "-o", "json").stdout)
    verdicts = {one["name"]: one["verdict"] for one in found["objects"]}
    assert verdicts == {"own": "Admitted", "foreign": "Refused"}
    (finding,) = next(o["findings"] for o in found["objects"] if o["name"] == "foreign")
    assert FOREIGN in listed.splitlines()[finding["line"] - 1]


def kubectl(cluster: ControlPlane, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run kubectl with our programs on PATH."""
    path = os.pathsep.join([str(PROGRAMS), os.environ["PATH"]])
    return subprocess.run(
        [str(cluster.programs["kubectl"]), *arguments],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_kubectl_finds_the_command(cluster: ControlPlane, tmp_path: Path, bundle: str) -> None:
    file = write(tmp_path, "web.yaml", service(FOREIGN))
    said = kubectl(cluster, "aup", "check", "--bundle", bundle, file)
    assert (said.returncode, "would be refused" in said.stdout) == (1, True)
    assert kubectl(cluster, "aup", "--help").stdout.startswith("usage: kubectl aup ")


def test_kubectl_completes_the_command(cluster: ControlPlane) -> None:
    """As its completion of any shell asks: ``kubectl aup ch<tab>``."""
    said = kubectl(cluster, "__complete", "aup", "ch").stdout.splitlines()
    assert said[0].split("\t") == ["check", "judge manifests offline"]
    assert said[-1] == ":4"
    files = kubectl(cluster, "__complete", "aup", "check", "").stdout.splitlines()
    assert files[-1] == ":0"


def test_a_list_of_kubectl_in_a_bundle_is_a_cluster_around(
    cluster: ControlPlane, tmp_path: Path, bundle: str
) -> None:
    """``kubectl get nodes -o yaml`` tells where nodes are."""
    (node,) = cluster.nodes(1, labels={"topology.kubernetes.io/region": "eu-north-1"})
    nodes = write(tmp_path, "nodes.yaml", cluster.kubectl("get", "nodes", "-o", "yaml").stdout)
    items = yaml.safe_load(Path(nodes).read_text())["items"]
    assert node in {item["metadata"]["name"] for item in items}
    said = check(bundle, service(OWN), "--bundle", nodes)
    assert (said.returncode, said.stderr) == (0, "")
