"""From an abuse report to a closed namespace and back, on a real API server with real processes."""

import json
from collections.abc import Iterator

import pytest

from aup.evidence.record import verify
from aup.isolation.neutralise import is_neutralised
from support.guard import refusal
from support.installation import installed
from support.quarantines import POLICIES, QUICK_LEASE, VALUES, AbuseDesk, conditions


@pytest.fixture(scope="module")
def desk() -> Iterator[AbuseDesk]:
    """Return the abuse desk of an installation of its own."""
    with installed(VALUES, replicas=1, settings=QUICK_LEASE) as installation:
        desk = AbuseDesk(installation)
        desk.prepare()
        yield desk


def test_trusted_report_isolates_and_release_gives_everything_back(desk: AbuseDesk) -> None:
    """The whole story: source, evidence, lock, policies, release."""
    namespace = desk.namespace()
    before = desk.policies(namespace)
    report = desk.answered(desk.report("falco", desk.addresses[namespace]))
    assert report["phase"] == "Counted"
    assert (report["tenant"], report["namespace"]) == ("acme", namespace)
    quarantine = report["quarantine"]
    status = desk.phase(quarantine, "Isolated")
    spec = desk.get("quarantine", quarantine)["spec"]
    assert spec["approval"] == {"by": "source:falco"}
    assert spec["reasons"] == ["PortScan"]
    assert conditions(status) == {
        "Approved": ("True", "Approved"),
        "Snapshotted": ("True", "Authoritative"),
        "Locked": ("True", "Refused"),
        "Denied": ("True", "PoliciesInPlace"),
        "Isolated": ("Unknown", "NotProven"),
    }
    assert desk.label(namespace, "state") == "isolated"
    during = desk.policies(namespace)
    own = during.pop("aup-quarantine")
    assert own["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert all(is_neutralised(policy) for policy in during.values())
    assert during.keys() == before.keys()

    desk.release(quarantine)
    status = desk.phase(quarantine, "Released")
    assert desk.policies(namespace) == before
    assert desk.label(namespace, "state") == "active"
    assert conditions(status)["Restored"] == ("True", "AsBefore")
    assert "conflicts" not in status
    folder = desk.installation.evidence / desk.get("quarantine", quarantine)["metadata"]["uid"]
    records = {p.name: p.read_bytes() for p in (folder / "records").iterdir()}
    verdict = verify(
        records,
        lambda sha: (folder / "objects" / f"{sha}.json").read_bytes(),
        status["evidenceHead"],
    )
    assert verdict.whole, verdict
    assert verdict.records == status["evidenceRecords"] == 4


def test_untrusted_report_waits_for_a_second_person(desk: AbuseDesk) -> None:
    """A review isolates nothing, several reports share it, and approval is guarded."""
    namespace = desk.namespace()
    first = desk.answered(desk.report("mail", desk.addresses[namespace], category="Spam"))
    second = desk.answered(desk.report("mail", desk.addresses[namespace], category="Phishing"))
    assert first["phase"] == second["phase"] == "Review"
    quarantine = first["quarantine"]
    assert second["quarantine"] == quarantine
    assert conditions(desk.phase(quarantine, "AwaitingApproval")) == {
        "Approved": ("False", "AwaitingApproval")
    }
    assert desk.label(namespace, "state") == "active"
    assert "aup-quarantine" not in desk.policies(namespace)

    desk.approve(quarantine)
    desk.phase(quarantine, "Isolated")
    assert desk.get("quarantine", quarantine)["spec"]["approval"] == {"by": "lead@asergo.example"}
    desk.release(quarantine)
    desk.phase(quarantine, "Released")


def test_trusted_report_puts_an_open_review_in_force(desk: AbuseDesk) -> None:
    """Who reports first without trust does not shield a namespace from a trusted source."""
    namespace = desk.namespace()
    review = desk.answered(desk.report("mail", desk.addresses[namespace]))["quarantine"]
    counted = desk.answered(desk.report("falco", desk.addresses[namespace]))
    assert (counted["phase"], counted["quarantine"]) == ("Counted", review)
    desk.phase(review, "Isolated")
    assert desk.get("quarantine", review)["spec"]["approval"] == {"by": "source:falco"}


def test_requester_does_not_approve(desk: AbuseDesk) -> None:
    """The desk requests, somebody else approves."""
    namespace = desk.namespace()
    quarantine = desk.request(namespace)
    desk.phase(quarantine, "AwaitingApproval")
    body = json.dumps({"spec": {"approval": {"by": "desk@asergo.example"}}})
    arguments = ("patch", "quarantine", quarantine, "--type=merge", "-p", body)
    done = desk.person("desk").kubectl(*arguments, check=False)
    assert done.returncode != 0
    assert desk.label(namespace, "state") == "active"


def test_address_in_use_by_two_namespaces_is_a_case_for_a_person(desk: AbuseDesk) -> None:
    """Nobody is isolated on a guess."""
    one, other = desk.namespace(), desk.namespace()
    desk.use(desk.addresses[one], one, other)
    answer = desk.answered(desk.report("falco", desk.addresses[one]))
    assert answer["phase"] == "Review"
    assert answer["tenant"] == "acme"
    assert "quarantine" not in answer
    assert conditions(answer) == {"Resolved": ("False", "NamespaceNotUnique")}


def test_address_of_nobody_leads_to_no_action(desk: AbuseDesk) -> None:
    """An address that was never given out is answered, and that is all."""
    answer = desk.answered(desk.report("falco", "203.0.113.7"))
    assert answer["phase"] == "NoAction"
    assert conditions(answer) == {"Resolved": ("False", "AddressNotAssigned")}


ATTEMPTS = (
    ("create", "deployment", "more", "--image=registry.example/shop:1"),
    ("run", "more", "--image=registry.example/shop:1"),
    ("delete", "networkpolicy", "allow-all"),
    ("delete", "networkpolicy", "aup-quarantine"),
    ("label", "networkpolicy", "allow-all", "team=other", "--overwrite"),
    ("create", "serviceaccount", "other"),
    ("create", "token", "default"),
    ("exec", "web", "--", "id"),
    ("delete", "pod", "web"),
)
"""What a tenant with the role admin would do about it."""


def test_tenant_cannot_write_while_isolated_and_can_afterwards(desk: AbuseDesk) -> None:
    """Every attempt is refused by the lock, and the platform goes on."""
    namespace = desk.namespace()
    cluster = desk.installation.cluster
    (node,) = cluster.nodes(1, {"topology.kubernetes.io/region": "eu-north-1"})
    image = "--image=registry.example/shop:1"
    desk.retry(lambda: desk.admin("run", "web", image, "--restart=Never", "-n", namespace))
    cluster.run_pod(namespace, "web", node=node)
    quarantine = desk.request(namespace)
    desk.approve(quarantine)
    desk.phase(quarantine, "Isolated")
    anna = cluster.as_user("anna")
    for attempt in ATTEMPTS:
        done = anna.kubectl("-n", namespace, *attempt, check=False)
        policy, message = refusal(done)
        # Our own policy is guarded in every namespace; which of the two answers is left open.
        assert policy in {"aup-operator-quarantine", "aup-operator-managed"}, (attempt, done.stderr)
        if "aup-quarantine" not in attempt:
            assert message.startswith(f"namespace {namespace} is isolated"), attempt
    told = json.loads(
        anna.kubectl("get", "tenantreport", "aup", "-n", namespace, "-o", "json").stdout
    )
    assert told["status"]["quarantine"]["reasons"] == ["Phishing"]
    assert "desk@" not in json.dumps(told), "who reported is nobody's business"

    desk.release(quarantine)
    desk.phase(quarantine, "Released")
    desk.retry(lambda: anna.kubectl("create", "serviceaccount", "other", "-n", namespace))
    # Nothing of ours is in the way of whoever applies server-side.
    words = [{"key": "tier", "operator": "Exists"}]
    selector = {**POLICIES["web"]["podSelector"], "matchExpressions": words}
    wanted = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {**POLICIES["web"], "podSelector": selector},
    }
    anna.kubectl("apply", "--server-side", "-f", "-", input=json.dumps(wanted))
    assert desk.policies(namespace)["web"]["spec"]["podSelector"] == selector


def test_fields_that_somebody_else_changed_are_reported_and_left(desk: AbuseDesk) -> None:
    """Changed, deleted and made anew under the lock: told, never overwritten."""
    namespace = desk.namespace()
    desk.policy(namespace, "gone", POLICIES["web"])
    desk.policy(namespace, "anew", POLICIES["web"])
    before = desk.policies(namespace)
    quarantine = desk.request(namespace)
    desk.approve(quarantine)
    desk.phase(quarantine, "Isolated")
    # The lock lets nobody but the operator do this: it stands for somebody who broke the glass.
    broken = desk.installation.release.controller
    where = ("-n", namespace)
    changed = desk.policies(namespace)["web"]["spec"]["podSelector"]["matchExpressions"]
    changed.append({"key": "extra", "operator": "Exists"})
    patch = json.dumps({"spec": {"podSelector": {"matchExpressions": changed}}})
    broken.kubectl("patch", "networkpolicy", "web", *where, "--type=merge", "-p", patch)
    broken.kubectl("delete", "networkpolicy", "gone", *where)
    broken.kubectl("delete", "networkpolicy", "anew", *where)
    manifest = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "anew", "namespace": namespace},
        "spec": POLICIES["allow-all"],
    }
    broken.kubectl("apply", "--server-side", "-f", "-", input=json.dumps(manifest))
    desk.until(
        lambda: is_neutralised(desk.policies(namespace)["anew"]), "the new policy is neutralised"
    )

    desk.release(quarantine)
    status = desk.phase(quarantine, "Released")
    found = {c["object"]: c for c in status["conflicts"]}
    assert found.keys() == {"NetworkPolicy/web", "NetworkPolicy/gone", "NetworkPolicy/anew"}
    assert json.loads(found["NetworkPolicy/web"]["found"]) == changed
    assert json.loads(found["NetworkPolicy/web"]["expected"]) == changed[:-1]
    assert found["NetworkPolicy/gone"]["found"] == '"object is gone"'
    after = desk.policies(namespace)
    assert after["allow-all"] == before["allow-all"]
    assert after["web"]["spec"]["podSelector"]["matchExpressions"] == changed
    assert after["anew"]["spec"] == POLICIES["allow-all"]
    assert "gone" not in after


def test_what_is_undone_is_done_again(desk: AbuseDesk) -> None:
    """Stamp, own policy and neutralised policies are put right as soon as they drift."""
    namespace = desk.namespace()
    before = desk.policies(namespace)
    quarantine = desk.request(namespace)
    desk.approve(quarantine)
    desk.phase(quarantine, "Isolated")
    broken = desk.installation.release.controller
    original = json.dumps({"spec": {"podSelector": {"matchExpressions": None}}})
    where = ("-n", namespace)
    broken.kubectl("delete", "networkpolicy", "aup-quarantine", *where)
    broken.kubectl("patch", "networkpolicy", "allow-all", *where, "--type=merge", "-p", original)
    desk.installation.release.stamp(namespace, state="active")

    def closed() -> bool:
        found = desk.policies(namespace)
        own = found.pop("aup-quarantine", None)
        neutral = all(is_neutralised(policy) for policy in found.values())
        return own is not None and neutral and desk.label(namespace, "state") == "isolated"

    desk.until(closed, "everything is closed again")
    desk.release(quarantine)
    desk.phase(quarantine, "Released")
    assert desk.policies(namespace) == before


def test_release_of_one_of_two_quarantines_opens_nothing(desk: AbuseDesk) -> None:
    """The last one gives back what stood before the first."""
    namespace = desk.namespace()
    before = desk.policies(namespace)
    first, second = desk.request(namespace), desk.request(namespace)
    for quarantine in (first, second):
        desk.approve(quarantine)
        desk.phase(quarantine, "Isolated")
    desk.release(first)
    status = desk.phase(first, "Released")
    assert conditions(status)["Restored"] == ("False", "OtherQuarantine")
    assert desk.label(namespace, "state") == "isolated"
    assert all(is_neutralised(p) for n, p in desk.policies(namespace).items() if n in before)
    desk.release(second)
    desk.phase(second, "Released")
    assert desk.policies(namespace) == before
    assert desk.label(namespace, "state") == "active"


def test_lost_journal_is_told_and_release_opens_nothing_by_guesswork(desk: AbuseDesk) -> None:
    """Somebody deletes the journal: a release that says that all is as before would be a lie."""
    namespace = desk.namespace()
    quarantine = desk.request(namespace)
    desk.approve(quarantine)
    desk.phase(quarantine, "Isolated")
    label = f"aup.asergo.com/journal-of={desk.uid(namespace)}"
    desk.admin("delete", "configmap", "-n", "aup-system", "-l", label)
    desk.release(quarantine)
    status = desk.phase(quarantine, "Released")
    assert conditions(status)["Restored"] == ("False", "Conflicts")
    assert {c["object"] for c in status["conflicts"]} == {f"NetworkPolicy/{n}" for n in POLICIES}
    assert all(is_neutralised(policy) for policy in desk.policies(namespace).values())


def test_deletion_that_was_accepted_before_the_lock_is_told(desk: AbuseDesk) -> None:
    """A namespace that is going takes no probe; it stays locked until it is gone or released."""
    namespace = desk.namespace()
    desk.admin("create", "configmap", "held", "-n", namespace)
    finalizers = ("patch", "configmap", "held", "-n", namespace, "--type=merge", "-p")
    desk.admin(*finalizers, json.dumps({"metadata": {"finalizers": ["shop.example/held"]}}))
    quarantine = desk.request(namespace)
    desk.admin("delete", "namespace", namespace, "--wait=false")
    desk.approve(quarantine)
    status = desk.phase(quarantine, "Blocked")
    assert conditions(status)["Isolated"] == ("Unknown", "NamespaceTerminating")
    assert desk.label(namespace, "state") == "isolated"
    desk.release(quarantine)
    desk.phase(quarantine, "Released")
    desk.retry(lambda: desk.admin(*finalizers, json.dumps({"metadata": {"finalizers": None}})))
