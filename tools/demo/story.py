"""The story: a tenant is refused, held to its budget, quarantined and released."""

import json
from datetime import UTC, datetime
from typing import Any

from demo.stage import Actor, StageError, say, show, title, wait
from support.installation import Installation

NAMESPACE = "acme-shop"

VALUES: dict[str, Any] = {
    "abuse": {"sources": ["falco"]},
    "evidence": {"emptyDir": True},
    "policy": {
        "overrides": {
            "abuse": {"sources": [{"name": "falco", "trust": "Trusted"}]},
            "export": {
                "regions": {
                    "eu-north-1": {"country": "DK"},
                    "eu-west-1": {"country": "IE"},
                    "us-east-1": {"country": "US"},
                }
            },
            "license": {
                "references": {"LicenseRef-Vendor-EULA": {"entitlement": "acme-db-enterprise"}}
            },
        }
    },
}
"""What this provider says beyond the preset: whom it trusts, where it runs, what it licenses."""


class Cast:
    """Everybody who types in the story."""

    def __init__(self, installation: Installation) -> None:
        cluster = installation.cluster
        release = installation.release
        self.admin = Actor("provider-admin", cluster.as_user("provider-admin", ["system:masters"]))
        self.alice = Actor("alice@acme", cluster.as_user("alice", ["tenants:acme"]), NAMESPACE)
        self.falco = Actor("falco", cluster.as_service_account(release.namespace, "source-falco"))
        self.peter = Actor("peter@abuse-desk", cluster.as_user("peter", ["abuse-desk"]))
        self.balancer = Actor(
            "load-balancer", cluster.as_user("system:cloud-controller-manager", ["system:masters"])
        )


def tell(installation: Installation) -> None:
    """Play all acts."""
    cast = Cast(installation)
    prepare(cast, installation.release.name)
    claim(cast)
    work(cast)
    refusals(cast)
    budget(cast)
    before = policies(cast)
    quarantine(cast)
    release(cast, before)


def prepare(cast: Cast, fullname: str) -> None:
    """Give alice her role in her namespaces, and peter his at the desk, as any provider would."""
    wait("policy in force", lambda: _condition(cast.admin, "aup asergo", "Ready"))
    for namespace in (NAMESPACE, "acme-lab"):
        cast.admin.quietly(f"create namespace {namespace}")
        cast.admin.quietly(
            f"create rolebinding alice --clusterrole=admin --user=alice -n {namespace}"
        )
    for role in ("abuse-desk", "approver"):
        cast.admin.quietly(
            f"create clusterrolebinding desk-{role} --clusterrole={fullname}-{role} "
            "--group=abuse-desk"
        )


def claim(cast: Cast) -> None:
    """Write a customer down, as its provider: the namespaces become its own."""
    title("A customer of Asergo's Kubernetes service")
    say("The provider describes the customer: namespaces, address block, domain, budget.")
    cast.admin.applies("provider.yaml")
    wait("tenant in force", lambda: _condition(cast.admin, "tenant acme", "Ready"))
    say("The operator has stamped the namespaces. Nobody else writes these labels.")
    cast.admin.does("get namespaces -L aup.asergo.com/tenant,aup.asergo.com/state")
    say("Not even an administrator by mistake:")
    cast.admin.does("label namespace acme-shop aup.asergo.com/tenant-", refused=True)


def work(cast: Cast) -> None:
    """Do what the contract allows: it passes without a word."""
    title("An ordinary day")
    cast.alice.applies("shop.yaml")
    cast.balancer.quietly(
        f"patch service web -n {NAMESPACE} --subresource=status --type=merge "
        '-p \'{"status":{"loadBalancer":{"ingress":[{"ip":"198.51.100.18"}]}}}\''
    )
    wait("two pods created", lambda: len(_items(cast.alice, "pods")) == 2)


def refusals(cast: Cast) -> None:
    """Break licence, export and address terms: each refusal says what to do."""
    title("Refused: licence (clause 3.2)")
    cast.alice.applies("database.yaml", refused=True)
    title("Refused: export (clause 4.1)")
    cast.alice.applies("vpn.yaml", refused=True)
    title("Refused: address (clause 6.2)")
    cast.alice.applies("foreign-address.yaml", refused=True)


def budget(cast: Cast) -> None:
    """Ask for more than the shop leaves of the four cores, in whichever namespace."""
    title("Held to its budget (clause 1.6)")
    cast.alice.does("describe resourcequota aup-budget")
    cast.alice.applies("batch.yaml", refused=True)
    wait("report up to date", lambda: _used(cast.alice) == "2")
    say("What alice is held to, in her own namespace:")
    cast.alice.does("get tenantreport aup -o yaml")


def quarantine(cast: Cast) -> None:
    """Report a port scan, as a detector that the provider trusts."""
    title("An abuse report")
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    say("Only the ServiceAccount source-falco may report as falco, which this provider trusts.")
    wait("address use recorded", lambda: bool(_intervals(cast.admin)))
    cast.falco.applies("complaint.yaml", values={"NOW": now})
    wait("namespace isolated", lambda: _phase(cast.admin) == "Isolated")
    cast.admin.does("get abusereports")
    cast.admin.does("get quarantines")
    cast.admin.does(f"get namespace {NAMESPACE} -L aup.asergo.com/tenant,aup.asergo.com/state")
    say("Her allow-all policy selects nothing any more, and she cannot write it back.")
    cast.alice.does("get networkpolicies web-is-open -o jsonpath={.spec.podSelector}")
    cast.alice.does("delete networkpolicy aup-quarantine", refused=True)
    cast.alice.does("create deployment again --image=docker.io/library/nginx:1.29", refused=True)
    say("What she may know, and how to appeal:")
    cast.alice.does("get tenantreport aup -o jsonpath={.status.quarantine}")


def release(cast: Cast, before: dict[str, Any]) -> None:
    """Lift the quarantine, as somebody else than who asked for it."""
    title("Released, everything restored")
    (name,) = [q["metadata"]["name"] for q in _items(cast.admin, "quarantines")]
    word = json.dumps({"spec": {"release": {"by": "peter", "reason": "Scanner found and removed"}}})
    cast.peter.does(f"patch quarantine {name} --type=merge -p '{word}'")
    wait("namespace released", lambda: _phase(cast.admin) == "Released")
    cast.admin.does("get quarantines")
    after = policies(cast)
    if after != before:
        raise StageError(f"not restored exactly:\nbefore {before}\nafter  {after}")
    show("\nnetwork policies before and after are identical, field by field:")
    cast.alice.does("get networkpolicies")
    cast.alice.does("scale deployment web --replicas=3")


def policies(cast: Cast) -> dict[str, Any]:
    """Return the specs of all network policies of the namespace."""
    return {p["metadata"]["name"]: p["spec"] for p in _items(cast.alice, "networkpolicies")}


def _items(actor: Actor, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(actor.quietly(f"get {kind} -o json").stdout)["items"]
    return found


def _condition(actor: Actor, what: str, type_: str) -> bool:
    """Tell whether an object has a condition that is true."""
    path = f"{{.status.conditions[?(@.type=='{type_}')].status}}"
    query = f'get {what} -o "jsonpath={path}"'
    return actor.quietly(query).stdout == "True"


def _phase(actor: Actor) -> str:
    return actor.quietly("get quarantines -o jsonpath={.items[*].status.phase}").stdout


def _used(actor: Actor) -> str:
    return actor.quietly("get tenantreport aup -o jsonpath={.status.budget.used.pods}").stdout


def _intervals(actor: Actor) -> str:
    return actor.quietly("get addressuse 198.51.100.18 -o jsonpath={.status.intervals}").stdout
