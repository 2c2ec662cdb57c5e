"""Direct delivery of mail, closed by objects that a real API server takes: to whom, and when."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.controlplane import Client, ControlPlane
from support.installation import Installation, installed
from support.provision import provide, tenant
from support.waiting import until

CRD = Path(__file__).parent / "network_policy_api" / "clusternetworkpolicies.yaml"
KIND = "clusternetworkpolicies.policy.networking.k8s.io"
CILIUM = "ciliumclusterwidenetworkpolicies.cilium.io"


def cilium_crd(*fields: str) -> str:
    """Return the definition of Cilium's kind, of a version that knows these fields."""
    anything = {"x-kubernetes-preserve-unknown-fields": True}
    spec = {"type": "object", "properties": dict.fromkeys(fields, anything)}
    names = {
        "plural": "ciliumclusterwidenetworkpolicies",
        "kind": "CiliumClusterwideNetworkPolicy",
        "listKind": "CiliumClusterwideNetworkPolicyList",
    }
    version = {
        "name": "v2",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
    }
    return yaml.safe_dump(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": CILIUM},
            "spec": {
                "group": "cilium.io",
                "scope": "Cluster",
                "names": names,
                "versions": [version],
            },
        }
    )


def define(cluster: ControlPlane, text: str) -> None:
    """Install a definition and wait until its kind is served."""
    cluster.kubectl("apply", "--server-side", "-f", "-", input=text)
    name = yaml.safe_load(text)["metadata"]["name"]
    cluster.kubectl("wait", "crd", name, "--for=condition=Established", "--timeout=30s")


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Share one running product in a cluster that serves ClusterNetworkPolicies."""
    with installed(replicas=1, before=lambda cluster: define(cluster, CRD.read_text())) as running:
        yield running


def closed(installation: Installation, kind: str = KIND) -> dict[str, list[str]]:
    """Return our objects of a kind: name to the tenants that each closes to."""
    listed = installation.cluster.kubectl("get", kind, "-o", "json", check=False)
    found = {}
    for item in json.loads(listed.stdout or '{"items": []}')["items"]:
        spec = item["spec"]
        selector = spec.get("endpointSelector") or spec["subject"]["namespaces"]
        found[item["metadata"]["name"]] = selector["matchExpressions"][0]["values"]
    return found


def told(installation: Installation) -> dict[str, Any]:
    """Return the condition of the policy."""
    text = installation.cluster.kubectl("get", "aup", "asergo", "-o", "json").stdout
    conditions = json.loads(text)["status"].get("conditions", [])
    return next((c for c in conditions if c["type"] == "MailEgress"), {})


def is_told(installation: Installation, status: str, reason: str) -> bool:
    """Tell whether the policy says so."""
    found = told(installation)
    return (found.get("status"), found.get("reason")) == (status, reason)


def patch(installation: Installation, what: str, spec: dict[str, Any]) -> None:
    """Edit the spec of one of our objects."""
    text = json.dumps({"spec": spec})
    installation.cluster.kubectl("patch", what, "--type=merge", "-p", text)


def test_it_is_closed_to_tenants_that_are_held_to_it(installation: Installation) -> None:
    """Not to one that is approved, and not before its notice is over."""
    foreign = {
        "apiVersion": "policy.networking.k8s.io/v1alpha2",
        "kind": "ClusterNetworkPolicy",
        "metadata": {"name": "aup-mail-of-somebody-else"},
        "spec": {
            "tier": "Admin",
            "priority": 5,
            "subject": {
                "namespaces": {
                    "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]
                }
            },
            "egress": [{"action": "Deny", "to": [{"networks": ["203.0.113.0/24"]}]}],
        },
    }
    installation.cluster.kubectl("create", "-f", "-", input=json.dumps(foreign))
    provide(
        installation,
        tenant("shop", groups=["tenants:shop"]),
        tenant("post", mail={"directSMTP": True}),
        tenant("later", enforceFrom="2099-01-01T00:00:00Z"),
    )
    wanted = {"aup-mail-asergo": ["shop"], "aup-mail-of-somebody-else": ["b"]}
    until("the object", lambda: closed(installation) == wanted)
    until("the condition", lambda: is_told(installation, "True", "Closed"))
    assert told(installation)["message"] == (
        "ClusterNetworkPolicy aup-mail-asergo closes TCP port 25 to 1 tenant; whether the network "
        "holds to it is not probed."
    )


def test_a_policy_of_a_tenants_is_about_its_own_namespaces(installation: Installation) -> None:
    """By what a real API server makes of it; nobody's policy is about whom it likes."""
    everything = ("--verb=*", f"--resource={KIND},{KIND}/status")
    installation.cluster.kubectl("create", "clusterrole", "policies", *everything)
    users = ("--user=alice", "--user=bob")
    binding = ("create", "clusterrolebinding", "policies", "--clusterrole=policies", *users)
    installation.cluster.kubectl(*binding)
    alice = installation.cluster.as_user("alice", ["tenants:shop"])
    bob = installation.cluster.as_user("bob", ["operations"])

    def apply(client: Client, name: str, labels: dict[str, str], *, priority: int = 7) -> str:
        policy = {
            "apiVersion": "policy.networking.k8s.io/v1alpha2",
            "kind": "ClusterNetworkPolicy",
            "metadata": {"name": name},
            "spec": {
                "tier": "Admin",
                "priority": priority,
                "subject": {"namespaces": {"matchLabels": labels}},
                "ingress": [{"action": "Deny", "from": [{"namespaces": {}}]}],
            },
        }
        return client.kubectl("apply", "-f", "-", input=json.dumps(policy), check=False).stderr

    stamp = {"aup.asergo.com/tenant": "shop"}
    assert apply(alice, "own", stamp) == ""
    refused = apply(alice, "others", {"env": "production"})
    assert "[network/policy-subject, clause 1.2] spec.subject.namespaces decides about" in refused
    assert "the traffic of every namespace; confine it to your namespaces by the label" in refused
    assert apply(bob, "others", {"env": "production"}) == ""
    # It stands now, and is still not the tenant's to fill; its engine reports how it is.
    assert "network/policy-subject" in apply(alice, "others", {"env": "production"}, priority=8)
    condition = {"type": "Accepted", "status": "True", "reason": "Accepted", "message": ""}
    status = {
        "status": {"conditions": [condition | {"lastTransitionTime": "2026-01-01T00:00:00Z"}]}
    }
    patched = ("patch", KIND, "others", "--subresource=status", "--type=merge")
    bob.kubectl(*patched, "-p", json.dumps(status))
    bob.kubectl("delete", KIND, "own", "others")


def test_no_policy_of_a_tenants_is_heard_before_ours(installation: Installation) -> None:
    """Ours has the largest priority that the API takes; what denies, or is about else, passes."""
    alice = installation.cluster.as_user("alice", ["tenants:shop"])
    world = [{"networks": ["0.0.0.0/0", "::/0"]}]

    def send(tier: str, priority: int, action: str, port: int) -> str:
        egress = {
            "action": action,
            "to": world,
            "protocols": [{"tcp": {"destinationPort": {"number": port}}}],
        }
        policy = {
            "apiVersion": "policy.networking.k8s.io/v1alpha2",
            "kind": "ClusterNetworkPolicy",
            "metadata": {"name": "shop"},
            "spec": {
                "tier": tier,
                "priority": priority,
                "subject": {"namespaces": {"matchLabels": {"aup.asergo.com/tenant": "shop"}}},
                "egress": [egress],
            },
        }
        command = ("create", "--dry-run=server", "-f", "-")
        return alice.kubectl(*command, input=json.dumps(policy), check=False).stderr

    for action in ("Accept", "Pass"):
        assert "[mail/direct-smtp, clause 2.0] spec.egress[0].action" in send(
            "Admin", 0, action, 25
        )
        assert "mail/direct-smtp" in send("Admin", 1000, action, 25)
    assert "spec.priority" in send("Admin", 1001, "Pass", 25)
    assert send("Admin", 0, "Deny", 25) == ""
    assert send("Admin", 0, "Pass", 443) == ""
    assert send("Baseline", 0, "Accept", 25) == ""
    # By a NetworkPolicy a namespace is isolated: it would be open again at any port.
    assert "[network/policy-subject, clause 1.2]" in send("Admin", 1000, "Accept", 443)


def test_an_approval_opens_and_its_end_closes_again(installation: Installation) -> None:
    patch(installation, "tenant/shop", {"mail": {"directSMTP": True}})
    until("nothing closed", lambda: "aup-mail-asergo" not in closed(installation))
    until("the condition", lambda: is_told(installation, "True", "NobodyConcerned"))
    patch(installation, "tenant/shop", {"mail": {"directSMTP": False}})
    until("closed again", lambda: closed(installation).get("aup-mail-asergo") == ["shop"])
    assert "aup-mail-of-somebody-else" in closed(installation)


def test_a_relay_at_an_address_that_nobody_knows_keeps_it_open(installation: Installation) -> None:
    """Tenants are told to use it: closing the port would cut them off from it."""
    edit = {"revision": "with-relay", "mail": {"relay": "relay.asergo.example"}}
    patch(installation, "aup/asergo", edit)
    until("nothing closed", lambda: "aup-mail-asergo" not in closed(installation))
    until("the condition", lambda: is_told(installation, "Unknown", "RelayUnknown"))
    patch(installation, "aup/asergo", {"mail": {"relayCIDRs": ["198.51.100.5/32"]}})
    until("closed again", lambda: closed(installation).get("aup-mail-asergo") == ["shop"])
    text = installation.cluster.kubectl("get", KIND, "aup-mail-asergo", "-o", "json").stdout
    rules = json.loads(text)["spec"]["egress"]
    assert [rule["name"] for rule in rules] == ["pods", "relay", "delivery"]
    assert rules[1]["to"] == [{"networks": ["198.51.100.5/32"]}]


def test_an_engine_that_would_close_everything_else_is_left_alone(
    installation: Installation,
) -> None:
    """A version of Cilium without enableDefaultDeny refuses the object, and is not given less."""
    define(installation.cluster, cilium_crd("endpointSelector", "egressDeny"))
    provide(installation, tenant("mill"))
    until("the condition", lambda: is_told(installation, "Unknown", "Refused"))
    assert "enableDefaultDeny" in told(installation)["message"]
    assert closed(installation, CILIUM) == {}


def test_what_a_vendor_serves_replaces_the_common_kind(installation: Installation) -> None:
    fields = ("endpointSelector", "egressDeny", "enableDefaultDeny")
    define(installation.cluster, cilium_crd(*fields))
    provide(installation, tenant("yard"))
    wanted = {"aup-mail-asergo": ["mill", "shop", "yard"]}
    until("Cilium's object", lambda: closed(installation, CILIUM) == wanted)
    until("the other one gone", lambda: list(closed(installation)) == ["aup-mail-of-somebody-else"])
    until("the condition", lambda: is_told(installation, "True", "Closed"))


def test_without_an_engine_the_policy_says_so(installation: Installation) -> None:
    installation.cluster.kubectl("delete", "crd", KIND, CILIUM)
    provide(installation, tenant("dock"))
    until("the condition", lambda: is_told(installation, "Unknown", "NoEngine"))
    assert told(installation)["message"].startswith("Only admission keeps tenants from delivering")
