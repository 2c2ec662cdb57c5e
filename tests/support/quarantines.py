"""The abuse desk of a running installation: tenants with policies, reports, approvals, waiting."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from support.controlplane import Client
from support.guard import grant, ours, role
from support.installation import Installation

OPERATOR = "aup-system:aup-operator-controller"
WAIT_SECONDS = 60.0
"""Isolating takes two to three seconds, mostly for the lock to hold; a busy machine longer."""
QUICK_LEASE = {
    "AUP_LEASE_SECONDS": "3",
    "AUP_LEASE_RENEW_SECONDS": "2",
    "AUP_LEASE_RETRY_SECONDS": "0.3",
}
"""A killed controller is followed in three seconds instead of fifteen."""
ABUSE = {
    "sources": [{"name": "falco", "trust": "Trusted"}, {"name": "mail", "trust": "Untrusted"}],
    "automatic": {"perHour": 50},
}
VALUES = {
    "abuse": {"sources": ["falco", "mail"]},
    "policy": {"overrides": {"abuse": ABUSE}},
}
POLICIES: Mapping[str, Mapping[str, Any]] = {
    "allow-all": {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{}],
        "egress": [{}],
    },
    "web": {
        "podSelector": {
            "matchLabels": {"app": "web"},
            "matchExpressions": [{"key": "tier", "operator": "In", "values": ["front", "edge"]}],
        },
        "policyTypes": ["Ingress"],
        "ingress": [{"ports": [{"port": 8080, "protocol": "TCP"}]}],
    },
}
"""What a tenant has: one that would re-open everything, one with an expression of its own."""


@dataclass(slots=True)
class AbuseDesk:
    """Drives an installation as the people and sources around it do."""

    installation: Installation
    count: int = 0
    addresses: dict[str, str] = field(default_factory=dict)
    """Namespace → the address that it uses."""

    def prepare(self) -> None:
        """Create the tenant, its addresses, and the people."""
        cluster = self.installation.cluster
        chart = self.get("configmap", "aup-operator-policy", "aup-system")
        # The controller applies the same; to wait for it here is not what these tests are about.
        self.admin("apply", "--server-side", "-f", "-", input=chart["data"]["policy.yaml"])
        for manifest in (_tenant(), _assignment()):
            self.retry(partial(self.admin, "apply", "-f", "-", input=json.dumps(manifest)))
        grant(cluster, "desk@asergo.example", "aup-operator-abuse-desk")
        # Whoever breaks the glass: kubectl reads before it writes, which the operator needs not.
        role(
            cluster,
            "glass",
            {"apiGroups": ["networking.k8s.io"], "resources": ["*"], "verbs": ["get"]},
        )
        account = f"--serviceaccount={OPERATOR}"
        cluster.kubectl("create", "clusterrolebinding", "glass", "--clusterrole=glass", account)
        for person in ("desk@asergo.example", "lead@asergo.example"):
            grant(cluster, person, "aup-operator-approver")

    def admin(self, *arguments: str, **options: Any) -> Any:
        """Run kubectl as the cluster's administrator."""
        return self.installation.cluster.kubectl(*arguments, **options)

    def person(self, name: str) -> Client:
        """Return somebody of the provider."""
        return self.installation.cluster.as_user(f"{name}@asergo.example")

    def namespace(self) -> str:
        """Return a new namespace of the tenant, stamped, with policies and an address in use."""
        self.count += 1
        name = f"acme-{self.count}"
        address = f"198.51.100.{self.count}"
        self.create_namespace(name)
        for policy, spec in POLICIES.items():
            self.policy(name, policy, spec)
        self.use(address, name)
        self.addresses[name] = address
        return name

    def create_namespace(self, name: str) -> None:
        """Create a namespace that the tenant claims, and wait for its stamps."""
        cluster = self.installation.cluster
        cluster.create_namespace(name, labels={"claim.aup.asergo.com/customer": "acme"})
        self.until(lambda: self.label(name, "tenant") == "acme", f"namespace {name} is stamped")
        grant(cluster, "anna", "admin", name)

    def policy(self, namespace: str, name: str, spec: Mapping[str, Any]) -> None:
        """Create a NetworkPolicy of the tenant."""
        manifest = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": name, "namespace": namespace, "labels": {"team": "shop"}},
            "spec": spec,
        }
        self.admin("apply", "-f", "-", input=json.dumps(manifest))

    def use(self, address: str, *namespaces: str) -> None:
        """Have an address in use by namespaces for an hour, as the operator notes it."""
        use = ours("AddressUse", address, spec={"address": address})
        since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        intervals = [
            {
                "namespace": name,
                "uid": self.uid(name),
                "tenant": "acme",
                "object": "Service/web",
                "from": since,
            }
            for name in namespaces
        ]
        controller = self.installation.release.controller
        apply = ("apply", "--server-side", "--force-conflicts", "-f", "-")
        controller.kubectl(*apply, input=json.dumps(use))
        used = json.dumps({**use, "status": {"intervals": intervals}})
        controller.kubectl(*apply, "--subresource=status", input=used)

    def report(self, source: str, address: str, *, category: str = "PortScan") -> str:
        """File a report as a source; return its name."""
        self.count += 1
        name = f"{source}-{self.count}"
        spec = {
            "source": source,
            "reportedBy": "victim@elsewhere.example",
            "category": category,
            "address": address,
            "port": 40111,
            "observedAt": (datetime.now(UTC) - timedelta(seconds=30)).isoformat(timespec="seconds"),
        }
        account = self.installation.cluster.as_service_account("aup-system", f"source-{source}")
        account.kubectl("create", "-f", "-", input=json.dumps(ours("AbuseReport", name, spec=spec)))
        return name

    def answered(self, report: str) -> dict[str, Any]:
        """Wait until a report has its answer; return its status."""
        self.until(lambda: self.status("abusereport", report).get("phase"), f"{report} is answered")
        return self.status("abusereport", report)

    def request(self, namespace: str, **spec: Any) -> str:
        """Request a Quarantine as the desk; return its name."""
        self.count += 1
        name = f"{namespace}-by-hand-{self.count}"
        whole = {
            "namespace": namespace,
            "namespaceUID": self.uid(namespace),
            "tenant": "acme",
            "reasons": ["Phishing"],
            "requestedBy": "desk@asergo.example",
            **spec,
        }
        self.person("desk").kubectl(
            "create", "-f", "-", input=json.dumps(ours("Quarantine", name, spec=whole))
        )
        return name

    def approve(self, quarantine: str) -> None:
        """Approve as a second person."""
        self.patch(quarantine, {"approval": {"by": "lead@asergo.example"}})

    def release(self, quarantine: str) -> None:
        """Release as a second person."""
        self.patch(quarantine, {"release": {"by": "lead@asergo.example", "reason": "Cleaned up."}})

    def patch(self, quarantine: str, spec: Mapping[str, Any], by: str = "lead") -> None:
        """Change a Quarantine as somebody of the provider."""
        body = json.dumps({"spec": spec})
        self.person(by).kubectl("patch", "quarantine", quarantine, "--type=merge", "-p", body)

    def phase(self, quarantine: str, *wanted: str) -> dict[str, Any]:
        """Wait for a phase; return the status."""
        self.until(
            lambda: self.status("quarantine", quarantine).get("phase") in wanted,
            f"{quarantine} is {wanted}",
            lambda: self.status("quarantine", quarantine),
        )
        return self.status("quarantine", quarantine)

    def status(self, kind: str, name: str) -> dict[str, Any]:
        """Return the status of one of our objects."""
        found: dict[str, Any] = self.get(kind, name).get("status", {})
        return found

    def get(self, kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
        """Return an object."""
        where = ["-n", namespace] if namespace else []
        found: dict[str, Any] = json.loads(
            self.admin("get", kind, name, "-o", "json", *where).stdout
        )
        return found

    def uid(self, namespace: str) -> str:
        """Return the UID of a namespace."""
        return str(self.get("namespace", namespace)["metadata"]["uid"])

    def label(self, namespace: str, stamp: str) -> str | None:
        """Return a stamp of a namespace."""
        labels = self.get("namespace", namespace)["metadata"].get("labels", {})
        found: str | None = labels.get(f"aup.asergo.com/{stamp}")
        return found

    def policies(self, namespace: str) -> dict[str, Any]:
        """Return what a tenant can see of its policies, but for what every write changes."""
        found = self.admin("get", "networkpolicies", "-n", namespace, "-o", "json").stdout
        return {item["metadata"]["name"]: _visible(item) for item in json.loads(found)["items"]}

    def until(
        self,
        condition: Callable[[], Any],
        what: str,
        found: Callable[[], Any] = lambda: "",
    ) -> None:
        """Wait until something is so; fail with what was found and with the controllers' logs."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            if condition():
                return
            time.sleep(0.1)
        logs = "\n".join(role.process.tail() for role in self.installation.controllers[-1:])
        raise AssertionError(f"not within {WAIT_SECONDS:.0f} s: {what}\n{found()}\n{logs}")

    def retry(self, act: Callable[[], Any]) -> None:
        """Do what needs something that the controller is about to create."""
        last = ""

        def done() -> bool:
            nonlocal last
            try:
                act()
            except Exception as error:  # noqa: BLE001 (told by until)
                last = str(error)
                return False
            return True

        self.until(done, "the act succeeds", lambda: last)


def conditions(status: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return status and reason of each condition."""
    return {c["type"]: (c["status"], c["reason"]) for c in status.get("conditions", ())}


def _visible(policy: Mapping[str, Any]) -> dict[str, Any]:
    metadata = dict(policy["metadata"])
    for changing in ("resourceVersion", "generation", "managedFields"):
        metadata.pop(changing, None)
    return {"metadata": metadata, "spec": policy["spec"]}


def _tenant() -> dict[str, Any]:
    return ours(
        "Tenant",
        "acme",
        spec={
            "policy": "asergo",
            "legalName": "Acme ApS",
            "establishment": {"country": "DK"},
            "namespaces": {"selector": {"matchLabels": {"claim.aup.asergo.com/customer": "acme"}}},
        },
    )


def _assignment() -> dict[str, Any]:
    spec = {"tenant": "acme", "cidr": "198.51.100.0/24", "from": "2026-01-01T00:00:00Z"}
    return ours("AddressAssignment", "acme-v4", spec=spec)
