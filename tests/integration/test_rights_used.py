"""The rights of the two roles against what their processes really ask, by the audit log.

Tenant, addresses, abuse report, quarantine, release, budget, goodbye: what nothing of it needed has
no place in the chart.
"""

import json
import time
from collections.abc import Iterator
from functools import partial

import pytest
import yaml

from aup.kube.rbac import GRANTS, Role, uncovered, unused
from aup.kube.resource import MAIL_EGRESS, POLICY_REPORTS
from support.audit import Asked, asked
from support.controlplane import ControlPlane
from support.guard import exemption, ours
from support.installation import installed
from support.quarantines import QUICK_LEASE, VALUES, AbuseDesk
from support.release import CHART

NAMESPACE, FULLNAME = "aup-system", "aup-operator"
WHERE = {"operator_namespace": NAMESPACE, "fullname": FULLNAME}
RARE = {
    ("events", "patch"): "an Event that repeats after minutes",
    ("controllerrevisions", "delete"): "editions that no tenant is held to any more",
    ("configmaps", "delete"): "a journal whose quarantine is gone",
    ("addressuses", "delete"): "after retention, 400 days",
    ("gateways", "watch"): "where the Gateway API is installed",
    **{
        (kind.plural, verb): "where the network has such policies of the whole cluster"
        for kind in MAIL_EGRESS
        for verb in ("list", "create", "patch", "delete")
    },
    ("budgetledgers", "get"): "after a conflict with another replica (test_ledger)",
    ("leases", "delete"): "when a replica ends, or is dead (test_ledger)",
    ("abusereports", "create"): "overuse that a Prometheus measured (test_fair_use)",
    ("quarantines", "patch"): "a second report about an open case",
    **{
        (kind.plural, verb): "where the cluster takes such reports (test_audit)"
        for kind in POLICY_REPORTS
        for verb in ("create", "patch", "delete")
    },
}
"""Rights that the scenario does not use, and what they are for."""


READING = {"get", "list", "watch"}


def test_no_role_of_the_operator_is_a_wildcard(cluster: ControlPlane) -> None:
    """Nor may any change what guards it: policies, RBAC, webhooks of others."""
    text = cluster.helm("template", FULLNAME, CHART, "-n", NAMESPACE).stdout
    manifests = [manifest for manifest in yaml.safe_load_all(text) if manifest]
    for manifest in manifests:
        if manifest["kind"] not in {"Role", "ClusterRole"}:
            continue
        for rule in manifest["rules"]:
            assert "*" not in {*rule["apiGroups"], *rule["resources"], *rule["verbs"]}
            groups = set(rule["apiGroups"])
            assert "rbac.authorization.k8s.io" not in groups
            if "admissionregistration.k8s.io" in groups and {*rule["verbs"]} - READING:
                assert rule["resourceNames"] == [FULLNAME]
    bound = {
        subject["name"]: manifest["roleRef"]["name"]
        for manifest in manifests
        if manifest["kind"] in {"RoleBinding", "ClusterRoleBinding"}
        for subject in manifest["subjects"]
    }
    assert bound == {
        "aup-operator-admission": "aup-operator-admission",
        "aup-operator-controller": "aup-operator-controller",
        "aup:lock-probe": "aup-operator-lock-probe",
    }


@pytest.fixture(scope="module")
def calls() -> Iterator[list[Asked]]:
    """Let an installation do what it does, and read what it asked."""
    with installed(VALUES, replicas=1, settings=QUICK_LEASE) as installation:
        desk = AbuseDesk(installation)
        desk.prepare()
        namespace = desk.namespace()
        provide(desk)
        isolate_and_release(desk, namespace)
        expose(desk, namespace)
        budget_and_leave(desk, namespace)
        # The API server writes the log as requests end.
        time.sleep(1)
        yield list(asked(installation.cluster))


def provide(desk: AbuseDesk) -> None:
    """Write one object of each kind that the operator only reads, and wait for its status."""
    entitlement = {
        "tenant": "acme",
        "product": "db",
        "metric": "Site",
        "validFrom": "2026-01-01",
        "validUntil": "2027-12-31",
        "proof": {"reference": "PO-4711", "sha256": "0" * 64},
    }
    items = [{"repository": "registry.example/vendor/db", "license": "MIT"}]
    for manifest in (
        ours("SoftwareCatalog", "default", spec={"items": items}),
        ours("LicenseEntitlement", "acme-db", spec=entitlement),
        exemption("acme-port", "admin"),
    ):
        desk.admin("create", "-f", "-", input=json.dumps(manifest))
        kind, name = manifest["kind"], manifest["metadata"]["name"]
        desk.until(partial(judged, desk, kind, name), f"{kind} {name} has a status")


def judged(desk: AbuseDesk, kind: str, name: str) -> bool:
    """Tell whether the operator has said anything about an object."""
    return bool(desk.status(kind, name).get("conditions"))


def isolate_and_release(desk: AbuseDesk, namespace: str) -> None:
    """Have a trusted source isolate, and a person release."""
    quarantine = desk.answered(desk.report("falco", desk.addresses[namespace]))["quarantine"]
    desk.phase(quarantine, "Isolated")
    desk.release(quarantine)
    desk.phase(quarantine, "Released")


def expose(desk: AbuseDesk, namespace: str) -> None:
    """Have a Service reached at an address of the tenant."""
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
    }
    desk.admin("create", "-n", namespace, "-f", "-", input=json.dumps(service))
    status = {"status": {"loadBalancer": {"ingress": [{"ip": "198.51.100.77"}]}}}
    desk.admin(
        *("patch", "service", "web", "-n", namespace, "--subresource=status", "--type=merge"),
        *("-p", json.dumps(status)),
    )
    found = ("get", "addressuse", "198.51.100.77")
    desk.until(lambda: not desk.admin(*found, check=False).returncode, "the use is remembered")


def budget_and_leave(desk: AbuseDesk, namespace: str) -> None:
    """Give the tenant a budget, take it away, and take the namespace away."""
    quota = ("get", "resourcequota", "aup-budget", "-n", namespace)
    patch = ("patch", "tenant", "acme", "--type=merge", "-p")
    hard = {"requests.cpu": "4", "pods": "9"}
    desk.admin(*patch, json.dumps({"spec": {"budget": {"hard": hard}}}))
    desk.until(lambda: not desk.admin(*quota, check=False).returncode, "there is a quota")
    desk.admin(*patch, json.dumps({"spec": {"budget": None}}))
    desk.until(lambda: desk.admin(*quota, check=False).returncode, "the quota is gone")
    nobody = {"names": ["nobody"], "selector": None}
    desk.admin(*patch, json.dumps({"spec": {"namespaces": nobody}}))
    desk.until(lambda: desk.label(namespace, "tenant") is None, "the namespace is unclaimed")


def of(calls: list[Asked], role: Role) -> list[Asked]:
    """Return what a role asked in its own name."""
    return [a for a in calls if a.account == f"{FULLNAME}-{role}" and not a.impersonated]


@pytest.mark.parametrize("role", GRANTS)
def test_every_call_was_foreseen(calls: list[Asked], role: Role) -> None:
    """And RBAC refused none: the role never asks for what it may not have."""
    mine = of(calls, role)
    assert len(mine) > 10
    assert uncovered((one.call for one in mine), role, **WHERE) == []
    assert [one for one in mine if one.status in {401, 403}] == []


@pytest.mark.parametrize("role", GRANTS)
def test_every_right_is_used(calls: list[Asked], role: Role) -> None:
    """What nothing asked for is named, with the reason why it is there all the same."""
    left = {
        ("/".join(filter(None, [grant.resource.plural, grant.subresource])), verb)
        for grant, verb in unused((one.call for one in of(calls, role)), role, **WHERE)
    }
    assert left <= RARE.keys()


def test_only_the_probe_is_impersonated(calls: list[Asked]) -> None:
    """To create one NetworkPolicy as a dry run; the lock refused it."""
    others = {(a.impersonated, a.call.verb, a.call.resource) for a in calls if a.impersonated}
    assert others == {("aup:lock-probe", "create", "networkpolicies")}
