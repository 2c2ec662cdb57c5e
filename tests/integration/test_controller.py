"""The controller as a process: claims, stamps, budgets and statuses on a real API server."""

import json
import re
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from aup.api.meta import ALLOWS_ANNOTATION, NET_RAW_LABEL, STAMP_ANNOTATIONS
from aup.policy.sections.resources import DEFAULT_FENCES
from support.installation import Installation, installed
from support.provision import assignment, provide, tenant
from support.waiting import until

QUICK_LEASE = {
    "AUP_LEASE_SECONDS": "3",
    "AUP_LEASE_RENEW_SECONDS": "2",
    "AUP_LEASE_RETRY_SECONDS": "0.3",
}
TENANT = "aup.asergo.com/tenant"
BUDGET = "aup.asergo.com/budget"


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Share one running product; each test has tenants of its own."""
    # Shares of a budget are what native quotas hold without a ledger.
    native = {"budgets": {"protocol": "native"}}
    with installed(native, replicas=1, settings=QUICK_LEASE) as running:
        yield running


def get(installation: Installation, kind: str, name: str, namespace: str = "") -> dict[str, Any]:
    """Return an object, or an empty one when there is none."""
    where = ("-n", namespace) if namespace else ()
    done = installation.cluster.kubectl("get", kind, name, *where, "-o", "json", check=False)
    return dict(json.loads(done.stdout)) if done.returncode == 0 else {}


def conditions(found: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    listed = found.get("status", {}).get("conditions", [])
    return {c["type"]: (c["status"], c["reason"]) for c in listed}


def wait_for(
    installation: Installation, kind: str, name: str, **wanted: tuple[str, str]
) -> dict[str, Any]:
    """Wait until an object has these conditions for its latest edit."""

    def look() -> dict[str, Any]:
        found = get(installation, kind, name)
        latest = found.get("metadata", {}).get("generation")
        observed = found.get("status", {}).get("observedGeneration") == latest
        return found if observed and wanted.items() <= conditions(found).items() else {}

    return until(f"{kind} {name} {wanted}", look)


def edit(installation: Installation, kind: str, name: str, **spec: Any) -> None:
    patch = json.dumps({"spec": spec})
    installation.cluster.kubectl("patch", kind, name, "--type=merge", "-p", patch)


def label(installation: Installation, namespace: str, key: str = TENANT) -> str:
    metadata = get(installation, "namespace", namespace)["metadata"]
    return str({**metadata.get("annotations", {}), **metadata["labels"]}.get(key, ""))


def quota(installation: Installation, namespace: str) -> dict[str, Any]:
    return get(installation, "resourcequota", "aup-budget", namespace)


def hard(installation: Installation, namespace: str) -> dict[str, str]:
    return shared_out(quota(installation, namespace).get("status", {}).get("hard", {}))


def shared_out(limits: dict[str, str]) -> dict[str, str]:
    """Return the limits that are parts of the budget: the others fence every namespace."""
    return {key: limit for key, limit in limits.items() if key not in DEFAULT_FENCES}


def events(installation: Installation, kind: str, name: str) -> set[str]:
    selector = f"involvedObject.kind={kind},involvedObject.name={name}"
    done = installation.cluster.kubectl(
        "get", "events", "-A", "--field-selector", selector, "-o", "jsonpath={.items[*].reason}"
    )
    return set(done.stdout.split())


def test_a_claim_is_stamped_after_its_quota_counts(installation: Installation) -> None:
    """Resource versions count up over the whole API server, so they tell what came first."""
    spec = {"budget": {"hard": {"pods": "10", "requests.cpu": "4"}}}
    provide(installation, tenant("claim", **spec), assignment("claim", "claim", "198.51.100.0/29"))
    wait_for(installation, "tenant", "claim", Claimed=("True", "Stamped"))
    namespace = get(installation, "namespace", "claim-prod")
    assert (
        namespace["metadata"]["labels"].items()
        >= {
            TENANT: "claim",
            "aup.asergo.com/state": "active",
            "aup.asergo.com/net-raw": "may-keep",
        }.items()
    )
    annotations = namespace["metadata"]["annotations"]
    assert set(annotations) == set(STAMP_ANNOTATIONS)
    assert (
        annotations.items()
        >= {
            "aup.asergo.com/addresses": "198.51.100.0/29",
            "aup.asergo.com/budget": "settled",
            "aup.asergo.com/hostnames": "",
            "aup.asergo.com/policy": "asergo/2023-06-01",
            "aup.asergo.com/provider": "Asergo ApS",
        }.items()
    )
    quotas = quota(installation, "claim-prod")
    assert quotas["status"]["hard"] == quotas["spec"]["hard"]
    assert shared_out(quotas["spec"]["hard"]) == {"pods": "10", "requests.cpu": "4"}
    assert quotas["spec"]["hard"].keys() > DEFAULT_FENCES.keys()
    assert events(installation, "Namespace", "claim-prod") == {"NamespaceClaimed"}
    # Resource versions count up over the whole API server: the quota counted before the stamp.
    assert int(quotas["metadata"]["resourceVersion"]) < int(
        namespace["metadata"]["resourceVersion"]
    )


def test_stamps_of_an_older_version_get_the_label_and_follow_the_terms(
    installation: Installation,
) -> None:
    """Label and stamp change in one write: no request sees the one without the other."""
    cluster, controller = installation.cluster, installation.release.controller
    provide(installation, tenant("elder"))
    replaced = installation.controllers.pop()
    replaced.process.signal(signal.SIGTERM)
    assert replaced.process.wait() == 0
    controller.kubectl("label", "namespace", "elder-prod", f"{NET_RAW_LABEL}-")
    installation.start_controller().wait_ready()
    until("the label", lambda: label(installation, "elder-prod", NET_RAW_LABEL) == "may-keep")
    spec = get(installation, "aup", "asergo")["spec"]
    spec["network"]["requireDropNetRaw"] = True
    head = {"apiVersion": "aup.asergo.com/v1alpha1", "kind": "AcceptableUsePolicy"}
    manifest = {**head, "metadata": {"name": "confined"}, "spec": spec}
    cluster.kubectl("create", "-f", "-", input=json.dumps(manifest))
    edit(installation, "tenant", "elder", policy="confined")
    until("the terms", lambda: label(installation, "elder-prod", NET_RAW_LABEL) == "must-drop")
    assert "dropnetraw" in label(installation, "elder-prod", ALLOWS_ANNOTATION).split(",")


def test_a_report_says_what_the_namespace_is_held_to(installation: Installation) -> None:
    cluster = installation.cluster
    cluster.create_namespace("told-prod")
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"ports": [{"port": 80}], "externalIPs": ["203.0.113.9"]},
    }
    cluster.kubectl("create", "-n", "told-prod", "-f", "-", input=json.dumps(service))
    provide(installation, tenant("told", enforceFrom="2099-01-01T00:00:00Z"))
    status = until(
        "a finding",
        lambda: get(installation, "tenantreport", "aup", "told-prod").get("status", {}),
    )
    assert (status["policy"], status["enforceFrom"]) == ("asergo", "2099-01-01T00:00:00Z")
    (finding,) = status["findings"]
    assert status["findingsTotal"] == 1
    assert (finding["rule"], finding["object"]) == ("network/assigned-address", "Service/web")
    assert (finding["path"], finding["value"]) == ("spec.externalIPs[0]", "203.0.113.9")
    assert finding["message"].startswith("spec.externalIPs[0] 203.0.113.9 is not assigned to told")


def test_a_namespace_that_is_given_up_is_left_as_it_was(installation: Installation) -> None:
    names = ["given-prod", "given-up"]
    spec = {"namespaces": {"names": names}, "budget": {"hard": {"pods": "10", "requests.cpu": "4"}}}
    before = {}
    for name in names:
        installation.cluster.create_namespace(name)
        before[name] = get(installation, "namespace", name)["metadata"]
    provide(installation, tenant("given", **spec))
    until("the report", lambda: get(installation, "tenantreport", "aup", "given-up"))
    edit(installation, "tenant", "given", namespaces={"names": ["given-prod"]})
    until("no stamp", lambda: not label(installation, "given-up"))
    after = get(installation, "namespace", "given-up")["metadata"]
    assert after["labels"] == before["given-up"]["labels"]
    assert after.get("annotations", {}) == before["given-up"].get("annotations", {})
    listed = "resourcequotas,limitranges,tenantreports"
    until(
        "nothing of ours",
        lambda: not installation.cluster.kubectl("get", listed, "-n", "given-up").stdout,
    )
    # Its share is the other namespace's now.
    until("the whole", lambda: hard(installation, "given-prod")["pods"] == "10")
    assert "NamespaceReleased" in events(installation, "Namespace", "given-up")


def test_two_claims_are_a_conflict_and_the_holder_keeps_its_namespace(
    installation: Installation,
) -> None:
    provide(installation, tenant("first"))
    second = tenant("second", namespaces={"names": ["first-prod", "both-new"]})
    third = tenant("third", namespaces={"names": ["both-new"]})
    for manifest in (second, third):
        installation.cluster.kubectl("create", "-f", "-", input=json.dumps(manifest))
    # Made after both claims, so that neither was the first.
    wait_for(installation, "tenant", "third", Claimed=("False", "Absent"))
    installation.cluster.create_namespace("both-new")
    for name in ("second", "third"):
        found = wait_for(installation, "tenant", name, Conflict=("True", "ClaimedTwice"))
        assert conditions(found)["Ready"][0] == "False"
    assert label(installation, "first-prod") == "first"
    assert label(installation, "both-new") == ""
    assert "ClaimedTwice" in events(installation, "Tenant", "second")
    installation.cluster.kubectl("delete", "tenant", "third")
    until("the namespace is free", lambda: label(installation, "both-new") == "second")


def test_the_quotas_never_add_up_to_more_than_the_budget(installation: Installation) -> None:
    """A namespace joins: the first one shrinks before the second one grows."""
    installation.cluster.create_namespace("sum-two")
    provide(installation, tenant("sum", budget={"hard": {"pods": "10"}}))
    assert hard(installation, "sum-prod") == {"pods": "10"}
    edit(installation, "tenant", "sum", namespaces={"names": ["sum-prod", "sum-two"]})
    seen = set()

    def shared() -> bool:
        # The joining one is read first: what it has by then the other must have given up.
        second = hard(installation, "sum-two").get("pods", "0")
        pair = (hard(installation, "sum-prod")["pods"], second)
        seen.add(pair)
        return pair == ("5", "5")

    until("equal shares", shared)
    assert all(int(one) + int(two) <= 10 for one, two in seen), seen
    wait_for(installation, "tenant", "sum", BudgetSettled=("True", "Settled"))


def test_a_template_that_never_fits_is_told_at_once(installation: Installation) -> None:
    """Without a ledger nobody knows what is left; what is more than all of it is too much."""
    spec = {
        "namespaces": {"names": ["early-one", "early-two"]},
        "budget": {"hard": {"pods": "4"}, "namespaceCeilings": {"early-two": {"pods": "1"}}},
    }
    provide(installation, tenant("early", **spec))

    def said(namespace: str, replicas: int) -> str:
        container = {"name": "c", "image": "docker.io/library/nginx:1.29"}
        labels = {"app": "web"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        made = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
        web = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": made,
        }
        command = ("create", "-n", namespace, "-f", "-", "--dry-run=server")
        return installation.cluster.kubectl(*command, input=json.dumps(web)).stderr

    def told(replicas: int, limit: str) -> str:
        asked = f"spec.replicas {replicas} needs more than early may ever have"
        return f"{asked}: {replicas} of pods ({limit}); ask for less, or ask "

    until("a word", lambda: told(5, "4 is the budget") in said("early-one", 5))
    assert said("early-one", 4) == ""
    assert told(2, "1 is the ceiling of namespace early-two") in said("early-two", 2)
    assert said("early-two", 1) == ""


def test_a_new_key_of_the_budget_unsettles_until_it_counts(installation: Installation) -> None:
    provide(installation, tenant("key", budget={"hard": {"pods": "10"}}))
    edit(installation, "tenant", "key", budget={"hard": {"pods": "10", "services": "2"}})
    until("the key counts", lambda: hard(installation, "key-prod").get("services") == "2")
    until("settled", lambda: label(installation, "key-prod", BUDGET) == "settled")
    quotas, namespace = (
        quota(installation, "key-prod"),
        get(installation, "namespace", "key-prod"),
    )
    assert int(quotas["metadata"]["resourceVersion"]) < int(
        namespace["metadata"]["resourceVersion"]
    )
    found = wait_for(installation, "tenant", "key", BudgetSettled=("True", "Settled"))
    assert found["status"]["budget"]["hard"] == {"pods": "10", "services": "2"}


def test_assignments_that_overlap_leave_the_first_in_force(installation: Installation) -> None:
    provide(installation, tenant("over"), assignment("over-1", "over", "198.51.100.64/28"))
    wait_for(installation, "addressassignment", "over-1", InForce=("True", "Active"))
    later = assignment("over-2", "over", "198.51.100.64/29")
    installation.cluster.kubectl("create", "-f", "-", input=json.dumps(later))
    found = wait_for(installation, "addressassignment", "over-2", InForce=("False", "Overlap"))
    assert "over-1" in found["status"]["conditions"][0]["message"]
    assert found["status"]["deletable"] is True
    wait_for(installation, "addressassignment", "over-1", InForce=("True", "Active"))


def test_a_mistyped_assignment_can_be_taken_back_and_one_that_was_held_cannot(
    installation: Installation,
) -> None:
    """Until it is gone it holds the range against the right one, and nobody can correct it."""
    cluster, kind = installation.cluster, "addressassignment"
    wrong = assignment("slip-1", "slpi", "198.51.100.160/28")
    provide(installation, tenant("slip"), wrong)
    wait_for(installation, kind, "slip-1", InForce=("False", "UnknownTenant"))
    right = assignment("slip-2", "slip", "198.51.100.160/28")
    cluster.kubectl("create", "-f", "-", input=json.dumps(right))
    wait_for(installation, kind, "slip-2", InForce=("False", "Overlap"))
    cluster.kubectl("delete", kind, "slip-1", "--timeout=60s")
    wait_for(installation, kind, "slip-2", InForce=("True", "Active"))

    cluster.kubectl("delete", "namespace", "slip-prod", "--timeout=60s")
    until(
        "the tenant has no namespace",
        lambda: not get(installation, "tenant", "slip")["status"].get("namespaces"),
    )
    cluster.kubectl("delete", "tenant", "slip", "--timeout=60s")
    wait_for(installation, kind, "slip-2", InForce=("False", "UnknownTenant"))
    done = cluster.kubectl("delete", kind, "slip-2", check=False)
    assert "says who held 198.51.100.160/28" in done.stderr


def test_nothing_is_said_of_an_object_before_it_is_compiled(installation: Installation) -> None:
    """A record that the other held the addresses, if only for a moment, would be a false one."""
    provide(installation, tenant("hasty"), assignment("hasty-1", "hasty", "198.51.100.80/28"))
    wait_for(installation, "addressassignment", "hasty-1", InForce=("True", "Active"))
    text = json.dumps(assignment("hasty-2", "hasty", "198.51.100.80/29"))
    installation.cluster.kubectl("create", "-f", "-", input=text)

    def told() -> set[str]:
        return events(installation, "AddressAssignment", "hasty-2")

    until("the word", told)
    assert told() == {"Overlap"}


def test_an_address_in_use_has_an_interval_that_a_restart_neither_doubles_nor_loses(
    installation: Installation,
) -> None:
    provide(installation, tenant("use"), assignment("use", "use", "198.51.100.96/28"))
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"ports": [{"port": 80}], "externalIPs": ["198.51.100.97"]},
    }
    cluster = installation.cluster

    def served() -> bool:
        """Tell whether it was admitted: a replica hears of an assignment a moment later."""
        made = cluster.kubectl(
            "create", "-n", "use-prod", "-f", "-", input=json.dumps(service), check=False
        )
        return made.returncode == 0

    until("the service", served)

    def intervals() -> list[dict[str, Any]]:
        found = get(installation, "addressuse", "198.51.100.97")
        return list(found.get("status", {}).get("intervals", []))

    (interval,) = until("an interval", intervals)
    uid = get(installation, "namespace", "use-prod")["metadata"]["uid"]
    wanted = {"namespace": "use-prod", "uid": uid, "tenant": "use", "object": "Service/web"}
    assert interval == {**wanted, "from": interval["from"]}
    replace_leader(installation)
    provide(installation, tenant("use-after"))
    assert intervals() == [interval]
    cluster.kubectl("delete", "service", "web", "-n", "use-prod")
    (ended,) = until("the end", lambda: [i for i in intervals() if "until" in i])
    assert {**ended, "until": ""} == {**interval, "until": ""}


def replace_leader(installation: Installation) -> None:
    """Kill the leader while another controller waits for its turn."""
    leader = installation.controllers.pop()
    follower = installation.start_controller()
    follower.wait_ready()
    leader.process.kill()
    until("a new leader", lambda: "aup_leader 1.0" in follower.metrics())


def leader(installation: Installation) -> str:
    """Return the identity of who holds the Lease; empty when nobody does."""
    lease = get(installation, "lease", "aup-operator-controller", "aup-system")
    return str(lease["spec"].get("holderIdentity", ""))


def test_a_controller_that_is_told_to_stop_hands_over(installation: Installation) -> None:
    """It leaves the Lease free, so nobody has to wait until it runs out; nor does a waiting one."""
    old = installation.controllers.pop()
    waiting = installation.start_controller()
    waiting.wait_ready()
    old.process.signal(signal.SIGTERM)
    assert old.process.wait() == 0
    until("the next one leads", lambda: leader(installation).startswith(waiting.process.name))
    another = installation.start_controller()
    another.wait_ready()
    installation.controllers.remove(another)
    another.process.signal(signal.SIGTERM)
    assert another.process.wait() == 0
    assert leader(installation).startswith(waiting.process.name)


def test_a_controller_that_loses_the_lease_ends(installation: Installation) -> None:
    """Somebody else leads by then, and it may be in the middle of something."""
    lost = installation.controllers.pop()
    taken = json.dumps({"spec": {"holderIdentity": "somebody-else"}})
    lease = ("lease", "aup-operator-controller", "-n", "aup-system")
    installation.cluster.kubectl("patch", *lease, "--type=merge", "-p", taken)
    assert lost.process.wait() == 2
    assert "lost the lease" in lost.process.tail()
    after = installation.start_controller()
    after.wait_ready()
    until("a new leader", lambda: leader(installation).startswith(after.process.name))


def test_a_policy_that_stops_compiling_stays_in_force_also_after_a_restart(
    installation: Installation,
) -> None:
    provide(installation, tenant("kept"))
    before = get(installation, "aup", "asergo")["spec"]
    rules = [{"id": "nobody/knows", "enforcement": "Off"}]
    edit(installation, "aup", "asergo", revision="2026-01-01", rules=rules)
    for _ in range(2):
        found = wait_for(
            installation,
            "aup",
            "asergo",
            Compiled=("False", "UnknownRule"),
            Ready=("True", "InForce"),
        )
        assert found["status"]["observedRevision"] == before["revision"]
        assert label(installation, "kept-prod", "aup.asergo.com/policy") == "asergo/2023-06-01"
        replace_leader(installation)
    edit(installation, "aup", "asergo", revision="2026-01-02", rules=before.get("rules"))
    wait_for(installation, "aup", "asergo", Compiled=("True", "Compiled"))
    until(
        "the new stamp",
        lambda: label(installation, "kept-prod", "aup.asergo.com/policy") == "asergo/2026-01-02",
    )


def test_an_emptied_bundle_is_filled_in_again(installation: Installation) -> None:
    """As an upgrade or a sync may do; meanwhile nothing could be admitted."""
    name, path = "aup-operator", "/webhooks/0/clientConfig/caBundle"
    patch = json.dumps([{"op": "remove", "path": path}])
    kind = "validatingwebhookconfiguration"
    installation.cluster.kubectl("patch", kind, name, "--type=json", "-p", patch)
    until(
        "the bundle",
        lambda: get(installation, kind, name)["webhooks"][0]["clientConfig"].get("caBundle"),
    )


def readiness(installation: Installation) -> tuple[int, str]:
    """Return what the leading controller answers on /readyz."""
    url = f"{installation.controllers[-1].url}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=2) as found:  # noqa: S310
            return found.status, found.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_missing_webhook_configuration_is_told(installation: Installation) -> None:
    """Without it nothing is judged and nothing is refused: nobody would notice otherwise."""
    kind, name = "validatingwebhookconfiguration", "aup-operator"
    kept = get(installation, kind, name)
    installation.cluster.kubectl("delete", kind, name)
    until("a controller that is not ready", lambda: readiness(installation)[0] == 503)
    told = readiness(installation)[1]
    assert f"[-]certificates: ValidatingWebhookConfiguration {name} is missing" in told
    kept["metadata"] = {k: kept["metadata"][k] for k in ("name", "labels", "annotations")}
    del kept["webhooks"][0]["clientConfig"]["caBundle"]
    installation.cluster.kubectl("create", "-f", "-", input=json.dumps(kept))
    until("a controller that is ready", lambda: readiness(installation)[0] == 200)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("validatingadmissionpolicybinding", "aup-operator-managed"),
        ("validatingadmissionpolicy", "aup-operator-quarantine"),
    ],
)
def test_a_missing_policy_of_the_guard_is_told(
    installation: Installation, kind: str, name: str
) -> None:
    """What it kept is open, and no refusal would ever say so."""
    kept = get(installation, kind, name)
    controller = installation.controllers[-1]
    assert "\naup_guard_missing_policies 0.0\n" in controller.metrics()
    installation.cluster.kubectl("delete", kind, name)
    until("a controller that is not ready", lambda: readiness(installation)[0] == 503)
    assert (
        "[-]guard: not in force are ValidatingAdmissionPolicies or their bindings: "
        f"{name}; helm upgrade puts them back"
    ) in readiness(installation)[1]
    assert "\naup_guard_missing_policies 1.0\n" in controller.metrics()
    kept["metadata"] = {k: kept["metadata"][k] for k in ("name", "labels")}
    kept.pop("status", None)
    installation.cluster.kubectl("create", "-f", "-", input=json.dumps(kept))
    until("a controller that is ready", lambda: readiness(installation)[0] == 200)


def test_namespaces_of_nobodys_are_counted(installation: Installation) -> None:
    """Those that neither a Tenant claims nor the platform list names."""
    controller = installation.controllers[-1]

    def count() -> int:
        found = re.search(r"^aup_unclaimed_namespaces (\S+)$", controller.metrics(), re.MULTILINE)
        return int(float(found[1])) if found else -1

    before = count()
    installation.cluster.create_namespace("nobodys")
    until("one more", lambda: count() == before + 1)
    provide(installation, tenant("somebody", namespaces={"names": ["nobodys"]}))
    until("one less", lambda: count() == before)


def test_a_quota_that_is_older_than_the_guard_is_made_anew(installation: Installation) -> None:
    """Scopes are immutable: taken over with them, it would hold the tenant to nothing."""
    installation.cluster.create_namespace("older-prod")
    old = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "aup-budget", "namespace": "older-prod"},
        "spec": {"hard": {"pods": "1000"}, "scopes": ["Terminating"]},
    }
    # Only the operator passes the guard now; it stands for somebody who came before the guard.
    installation.release.controller.kubectl("create", "-f", "-", input=json.dumps(old))
    provide(installation, tenant("older", budget={"hard": {"pods": "4"}}))
    assert quota(installation, "older-prod")["spec"].keys() == {"hard"}
    until("it counts", lambda: hard(installation, "older-prod") == {"pods": "4"})
    assert label(installation, "older-prod") == "older"


def test_a_tenant_with_a_quarantined_namespace_is_not_deleted(installation: Installation) -> None:
    """Nobody claims it any more, yet it is still this tenant's case."""
    provide(installation, tenant("case"))
    installation.release.stamp("case-prod", tenant="case", state="isolated")
    edit(installation, "tenant", "case", namespaces={"names": ["case-other"]})
    wait_for(installation, "tenant", "case", Claimed=("False", "Absent"))
    done = installation.cluster.kubectl("delete", "tenant", "case", check=False)
    assert "case-prod" in done.stderr
    assert label(installation, "case-prod") == "case"
    installation.release.stamp("case-prod", tenant="case", state="active")
    edit(installation, "tenant", "case", namespaces={"names": ["case-another"]})
    until("nothing of ours", lambda: not label(installation, "case-prod"))
    until(
        "no namespaces", lambda: not get(installation, "tenant", "case")["status"].get("namespaces")
    )
    installation.cluster.kubectl("delete", "tenant", "case")


def test_nothing_is_written_to_a_tenants_objects(installation: Installation) -> None:
    """No finalizer, no annotation, no field of ours on what a tenant makes."""
    provide(installation, tenant("clean", budget={"hard": {"services": "5"}}))
    names = {"ServiceAccount": "app", "ConfigMap": "app"}
    for kind, name in names.items():
        manifest = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}
        installation.cluster.kubectl(
            "create", "-n", "clean-prod", "-f", "-", input=json.dumps(manifest)
        )
    until("the report", lambda: get(installation, "tenantreport", "aup", "clean-prod"))
    listed = installation.cluster.kubectl(
        *("get", "pods,services,serviceaccounts,configmaps", "-n", "clean-prod", "-o", "json"),
        "--show-managed-fields",
    )
    for item in json.loads(listed.stdout)["items"]:
        managers = {m["manager"] for m in item["metadata"].get("managedFields", [])}
        assert "aup-operator" not in managers
        assert "finalizers" not in item["metadata"]
    tenants = get(installation, "tenant", "clean")["metadata"]
    assert "finalizers" not in tenants
    assert "annotations" not in tenants
