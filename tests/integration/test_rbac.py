"""RBAC as users get it: what the chart grants, the table says and the roles really ask for."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from aup import options as module
from aup.controller.runtime import Controller
from aup.kube.client import Cluster
from aup.kube.rbac import GRANTS, WITHOUT_LEDGERS, Call, Grant, Role, uncovered, unused
from aup.server.service import AdmissionService
from aup.settings import Settings
from support.asynchronous import asynchronous, eventually
from support.controlplane.ports import unlikely
from support.provision import assignment, tenant
from support.release import CHART, Release
from support.repository import ROOT

WHERE = {"operator_namespace": "aup-system", "fullname": "aup-operator"}
Right = tuple[str, str, str, str, str]
"""Namespace (or none), group, resource with subresource, name (or none), verb."""

NOT_DONE_HERE = {
    "apply the policy of the chart",
    "close a quarantined namespace, and give it back",
    "close direct delivery of mail",
    "end replicas that do not live",
    "hold budgets together with other replicas",
    "isolate what a trusted source reported",
    "keep evidence of a quarantined namespace",
    "keep the journal",
    "keep the last good terms",
    "know what is reached from outside, by whom and since when",
    "let ledgers go with their budgets",
    "make the first certificate",
    "open the ledgers of budgets",
    "remember who used an address",
    "report overuse that was measured",
    "report to dashboards",
    "report to tenants",
    "resolve complaints",
    "say to whom a complaint leads",
    "say what became of it",
    "say what was done and proven",
    "show the leader that it lives",
    "tell in plain words what happened",
}
"""Reasons of grants with a verb that an ordinary day of one tenant does not need."""


def granted(grant: Grant) -> Iterator[Right]:
    """Yield the single rights of a row of the table."""
    resource = grant.resource.plural + (f"/{grant.subresource}" if grant.subresource else "")
    namespace = "aup-system" if grant.own_namespace else ""
    for name in grant.names or ("",):
        for verb in grant.verbs:
            shown = name.format(fullname="aup-operator")
            yield namespace, grant.resource.group, resource, shown, verb


def rights(manifest: Mapping[str, Any]) -> Iterator[Right]:
    """Yield the single rights of a Role or ClusterRole."""
    namespace = manifest["metadata"].get("namespace", "")
    for rule in manifest["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                for name in rule.get("resourceNames", [""]):
                    for verb in rule["verbs"]:
                        yield namespace, group, resource, name, verb


def installed(release: Release, role: str) -> Iterator[Mapping[str, Any]]:
    """Yield the roles that the chart installed."""
    for kind, namespace in (("clusterrole", ""), ("role", "aup-system")):
        where = ("-n", namespace) if namespace else ()
        found = release.cluster.kubectl(
            "get", kind, f"aup-operator-{role}", *where, "-o", "json"
        ).stdout
        yield json.loads(found)


def rendered(release: Release, role: str, *options: str) -> Iterator[Mapping[str, Any]]:
    """Yield the roles that the chart would install with other values."""
    text = release.cluster.helm("template", "aup-operator", CHART, "-n", "aup-system", *options)
    for manifest in yaml.safe_load_all(text.stdout):
        is_role = manifest and manifest["kind"] in {"Role", "ClusterRole"}
        if is_role and manifest["metadata"]["name"] == f"aup-operator-{role}":
            yield manifest


def assert_granted(found: Iterable[Mapping[str, Any]], table: Iterable[Grant]) -> None:
    """Compare roles with a table."""
    chart = {right for manifest in found for right in rights(manifest)}
    chart -= {("", "", "users", "aup:lock-probe", "impersonate")}
    assert chart == {right for grant in table for right in granted(grant)}


@pytest.mark.parametrize("role", GRANTS)
def test_the_chart_grants_what_the_table_says(release: Release, role: Role) -> None:
    assert_granted(installed(release, role), GRANTS[role])


@pytest.mark.parametrize("role", GRANTS)
def test_without_ledgers_it_grants_less(release: Release, role: Role) -> None:
    native = rendered(release, role, "--set", "budgets.protocol=native")
    assert_granted(native, WITHOUT_LEDGERS[role])


def settings_of(release: Release, role: str, folder: Path, **more: str) -> Settings:
    """Return the settings of the chart's Deployment, for this process."""
    health, admission = unlikely(2)
    environ = {
        **release.environment(role),
        "AUP_ROLE": role,
        "AUP_KUBECONFIG": str(release.kubeconfig(role)),
        "AUP_HEALTH_PORT": str(health),
        "AUP_ADMISSION_HOST": "127.0.0.1",
        "AUP_ADMISSION_PORT": str(admission),
        "AUP_EVIDENCE_DIR": str(folder),
        **more,
    }
    return module.load(environ=environ)


def preset(release: Release) -> dict[str, Any]:
    """Return the default contract."""
    folder = ROOT / "operator" / "aup" / "presets"
    done = release.cluster.kubectl(
        "create", "--dry-run=client", "-o", "json", "-f", folder / "asergo.yaml"
    )
    return dict(json.loads(done.stdout))


@asynchronous
async def test_the_roles_ask_for_nothing_else(release: Release, tmp_path: Path) -> None:
    """They run here with the chart's ServiceAccounts, so a missing right would end them."""
    calls: dict[str, set[Call]] = {"admission": set(), "controller": set()}
    admission = settings_of(release, "admission", tmp_path)
    url = f"https://127.0.0.1:{admission.admission_port}/validate"
    controller = settings_of(release, "controller", tmp_path, AUP_WEBHOOK_URL=url)
    items = [preset(release), tenant("rights", budget={"hard": {"requests.cpu": "5"}})]
    items.append(assignment("rights", "rights", "198.51.100.128/28"))
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    kubectl = release.cluster.kubectl
    async with (
        await Cluster.connect(
            kubeconfig=admission.kubeconfig, recorder=calls["admission"].add
        ) as reader,
        await Cluster.connect(
            kubeconfig=controller.kubeconfig, recorder=calls["controller"].add
        ) as cluster,
    ):
        service, leader = AdmissionService(reader, admission), Controller(cluster, controller)
        await leader.elector.acquire()
        tasks = [asyncio.create_task(service.run()), asyncio.create_task(leader.run())]
        try:
            release.cluster.create_namespace("rights-prod")
            await asyncio.to_thread(kubectl, "apply", "-f", "-", input=listed)
            await asyncio.to_thread(
                kubectl, "wait", "tenant/rights", "--for=condition=Ready", "--timeout=60s"
            )
            patch = json.dumps({"spec": {"namespaces": {"names": ["rights-none"]}}})
            await asyncio.to_thread(
                kubectl, "patch", "tenant", "rights", "--type=merge", "-p", patch
            )

            async def released() -> bool:
                found = await asyncio.to_thread(
                    kubectl, "get", "resourcequotas,limitranges", "-n", "rights-prod"
                )
                return not found.stdout

            await eventually(released, seconds=60)
            assert not any(task.done() for task in tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await leader.elector.release()
    for role in GRANTS:
        assert uncovered(calls[role], role, **WHERE) == []
    for role in GRANTS:
        idle = {grant.why for grant, _ in unused(calls[role], role, **WHERE)}
        assert idle <= NOT_DONE_HERE
