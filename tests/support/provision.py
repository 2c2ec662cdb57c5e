"""What a provider writes for the tests that run the whole product."""

import json
from typing import Any

from support.installation import Installation
from support.waiting import until

DOMAIN = {"name": "acme.example", "includeSubdomains": True, "verifiedAt": "2026-01-01T00:00:00Z"}


def tenant(name: str = "acme", **spec: Any) -> dict[str, Any]:
    """Return a tenant whose notice is over; namespace <name>-prod unless said otherwise."""
    return {
        "apiVersion": "aup.asergo.com/v1alpha1",
        "kind": "Tenant",
        "metadata": {"name": name},
        "spec": {
            "policy": "asergo",
            "legalName": name,
            "establishment": {"country": "DK"},
            "namespaces": {"names": [f"{name}-prod"]},
            "enforceFrom": "2026-01-01T00:00:00Z",
            **spec,
        },
    }


def assignment(name: str, tenant: str, cidr: str, **spec: Any) -> dict[str, Any]:
    """Return an assignment in force since January."""
    return {
        "apiVersion": "aup.asergo.com/v1alpha1",
        "kind": "AddressAssignment",
        "metadata": {"name": name},
        "spec": {"tenant": tenant, "cidr": cidr, "from": "2026-01-01T00:00:00Z", **spec},
    }


def provide(installation: Installation, *manifests: dict[str, Any]) -> None:
    """Create namespaces and objects, and wait until every tenant among them is in force."""
    cluster = installation.cluster
    until("the policy", lambda: cluster.kubectl("get", "aup", "asergo", check=False).stdout)
    tenants = [m for m in manifests if m["kind"] == "Tenant"]
    for found in tenants:
        for namespace in found["spec"]["namespaces"].get("names", ()):
            if cluster.kubectl("get", "namespace", namespace, check=False).returncode:
                cluster.create_namespace(namespace)
    items = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
    cluster.kubectl("create", "-f", "-", input=json.dumps(items))
    for found in tenants:
        name = f"tenant/{found['metadata']['name']}"
        cluster.kubectl("wait", name, "--for=condition=Ready", "--timeout=60s")
