"""The admission service from HTTP to HTTP: what must be refused is refused, and nothing else."""

import json
from typing import Any

import pytest

from aup import metrics
from aup.engine.decision import Decision
from aup.facts.model import IPAddress, Surroundings, Workload
from aup.ledger.verdict import Allowed, Short, Verdict
from aup.server.charge import Charge
from support.reviews import Answer, pod, review, send, service

FOREIGN = "203.0.113.9"
OWN = "198.51.100.18"


def judge(obj: Any, **envelope: Any) -> Answer:
    """Send one review."""
    (answer,) = send(review(obj, **envelope))
    return answer


def test_an_innocent_pod_passes_without_a_word() -> None:
    answer = judge(pod())
    assert answer.status == 200
    assert answer.response == {"uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "allowed": True}


def test_all_findings_come_in_one_answer_with_causes() -> None:
    answer = judge(pod(hostNetwork=True, hostPID=True))
    status = answer.response["status"]
    assert (status["code"], status["reason"]) == (403, "Forbidden")
    assert [(c["reason"], c["field"]) for c in status["details"]["causes"]] == [
        ("host/namespaces", "spec.hostNetwork"),
        ("host/namespaces", "spec.hostPID"),
    ]
    assert answer.message.startswith("violates 1 rule of the Acceptable Use Policy of Asergo ApS")


@pytest.mark.parametrize("path", ["/", "/typo", "/validate/", "/validate/x", "//validate"])
def test_an_unknown_path_is_never_an_admission(path: str) -> None:
    (answer,) = send(review(pod()), path=path)
    assert answer.status == 404


def test_only_posts_are_answered() -> None:
    (answer,) = send(b"", method="GET")
    assert answer.status == 405


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"not json", id="no-json"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b'{"request": null}', id="no-request"),
        pytest.param(b'{"request": {"uid": 7}}', id="a-uid-that-is-a-number"),
        pytest.param(b'{"request": ' + b"[" * 100_000, id="too-deep"),
        pytest.param(b'{"request": {"uid": "\xff"}}', id="no-utf-8"),
    ],
)
def test_what_is_no_review_is_an_error_and_no_admission(body: bytes) -> None:
    (answer,) = send(body)
    assert answer.status == 400
    assert b"allowed" not in answer.body


@pytest.mark.parametrize(
    "obj",
    [
        pytest.param(service(externalIPs="203.0.113.9"), id="a-string-for-a-list"),
        pytest.param(service(externalIPs={"0": FOREIGN}), id="an-object-for-a-list"),
        pytest.param({"kind": "Service", "spec": [FOREIGN]}, id="a-list-for-an-object"),
        pytest.param(pod(containers="nginx"), id="containers-that-are-a-string"),
        pytest.param(pod(containers=[7]), id="a-container-that-is-a-number"),
        pytest.param(pod(hostNetwork="true"), id="a-boolean-as-a-string"),
        pytest.param(pod(containers=[{"name": "a", "image": 7}]), id="an-image-as-a-number"),
    ],
)
def test_a_field_of_the_wrong_type_is_refused(obj: Any) -> None:
    assert not judge(obj).allowed


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(True, id="boolean"),
        pytest.param(3405803785, id="integer"),
        pytest.param(f"::ffff:{FOREIGN}", id="ipv4-mapped"),
        pytest.param("::FFFF:203.0.113.9", id="ipv4-mapped-upper-case"),
        pytest.param("::ffff:cb00:7109", id="ipv4-mapped-in-hexadecimal"),
        pytest.param("203.0.113.009", id="leading-zeros"),
        pytest.param("198.051.100.018", id="leading-zeros-of-an-own-address"),
        pytest.param("fe80::1%eth0", id="zone-id"),
        pytest.param("2001:db8:a::1%1", id="zone-id-on-an-own-address"),
        pytest.param("[2001:db8:a::1]", id="brackets"),
        pytest.param(f" {OWN}", id="leading-space"),
        pytest.param("", id="empty"),
        pytest.param(f"{OWN}/28", id="prefix"),
        pytest.param("１９８.51.100.18", id="full-width-digits"),
        pytest.param({"ip": OWN}, id="object"),
    ],
)
def test_a_claim_that_is_no_own_address_is_refused(claim: Any) -> None:
    assert not judge(service(externalIPs=[OWN, claim])).allowed


@pytest.mark.parametrize("claim", [OWN, f"::ffff:{OWN}", "2001:db8:a::1", "2001:0DB8:a:0::1"])
def test_an_own_address_passes_in_every_spelling_that_reaches_it(claim: str) -> None:
    assert judge(service(externalIPs=[claim])).allowed


def test_padding_to_five_mebibytes_hides_nothing() -> None:
    padding = {"annotations": {"pad": "x" * (5 << 20)}}
    guilty = pod(hostPID=True) | {"metadata": {"name": "web"} | padding}
    innocent = pod() | {"metadata": {"name": "web"} | padding}
    bad, good = send(review(guilty), review(innocent))
    assert not bad.allowed
    assert good.status == 200
    assert good.allowed


def test_an_answer_is_bounded_however_much_is_wrong() -> None:
    claims = [f"203.0.113.{n % 256}" for n in range(4096)]
    new, standing = send(
        review(service(externalIPs=claims)),
        review(service(externalIPs=claims), old=service(externalIPs=claims), operation="UPDATE"),
        deadline=60,
    )
    assert not new.allowed
    assert "more findings, not shown here" in new.message
    assert len(new.response["status"]["details"]["causes"]) < 1000
    assert standing.allowed
    assert max(len(new.body), len(standing.body)) < 256 << 10


@pytest.mark.parametrize(
    "guilty",
    [
        pytest.param({"containers": [{"name": "c", "image": "busybox"}] * 257}, id="containers"),
        pytest.param({"initContainers": [{"name": "c", "image": "busybox"}] * 256}, id="all-lists"),
        pytest.param({"volumes": [{"image": {"reference": "busybox"}}] * 257}, id="images"),
        pytest.param({"containers": [{"ports": [{"containerPort": 1}] * 1025}]}, id="ports"),
        pytest.param({"nodeSelector": {str(n): n for n in range(50_000)}}, id="misfits"),
    ],
)
def test_a_pod_too_large_to_be_looked_at_is_refused_in_a_few_words(guilty: Any) -> None:
    answer = judge(pod(**guilty))
    assert not answer.allowed
    assert "[admission/unreadable]" in answer.message
    assert len(answer.body) < 16 << 10


def test_too_much_to_be_looked_at_is_no_cover_for_what_joins_it() -> None:
    large = pod(containers=[{"name": "c", "image": "busybox"}] * 257)
    joined = pod(containers=[{"name": "c", "image": "busybox"}] * 257, hostPID=True)
    assert not judge(joined, old=large, operation="UPDATE").allowed


def test_what_is_larger_than_two_objects_can_be_is_no_admission() -> None:
    (answer,) = send(b" " * (9 << 20))
    assert answer.status == 413


def test_a_review_that_is_too_large_is_refused_in_its_own_name() -> None:
    """Any other answer than one with its uid would admit it where failures are ignored."""
    (answer,) = send(review(pod() | {"metadata": {"annotations": {"pad": "x" * (9 << 20)}}}))
    assert (answer.status, answer.allowed) == (200, False)
    assert answer.response["uid"] == "705ab4f5-6393-11e8-b7cc-42010a800002"
    assert answer.response["status"]["code"] == 413
    assert answer.message == (
        "the review is larger than 8 MiB, which no review is; make the object smaller"
    )


def test_a_review_without_end_is_given_up() -> None:
    (answer,) = send(json.dumps(review(pod())).encode() + b" " * (65 << 20))
    assert answer.status == 413


@pytest.mark.parametrize("path", ["/validate", "/advise"])
def test_a_review_that_cannot_be_read_is_answered_in_its_own_name(path: str) -> None:
    """A tenant can nest a field of a custom resource as deep as the API server takes it."""
    whole = json.dumps(review(pod())).encode()
    deep = whole.replace(b'"spec": ', b'"deep": ' + b"[" * 9000 + b"]" * 9000 + b', "spec": ')
    for body in (deep, whole[:-40], whole[:-40] + b'"\xff"'):
        (answer,) = send(body, path=path)
        assert answer.status == 200
        assert answer.response["uid"] == "705ab4f5-6393-11e8-b7cc-42010a800002"
        assert answer.allowed is (path == "/advise")


def test_advice_never_refuses() -> None:
    """Not by a rule, not under overload, not for a namespace that nobody knows."""
    bad = review(pod(hostPID=True))
    (answer,) = send(bad, path="/advise")
    assert answer.allowed
    (warning,) = answer.response["warnings"]
    assert warning.startswith("would violate [host/namespaces")
    assert all(a.allowed for a in send(*[bad] * 20, path="/advise", lane=5))
    unclaimed = review(pod(hostPID=True), namespace="unclaimed")
    broken: Surroundings = Broken()
    for body, surroundings in ((unclaimed, None), (bad, broken)):
        (answer,) = send(body, path="/advise", surroundings=surroundings)
        assert answer.response == {"uid": answer.response["uid"], "allowed": True}


def outside(username: str, *groups: str) -> Answer:
    """Write a Service as if it lay in no namespace: any kind serves."""
    claim = service(externalIPs=[FOREIGN])
    return judge(claim, namespace="", username=username, groups=groups)


def test_outside_of_namespaces_the_writer_tells_whose_it_is() -> None:
    assert "not assigned to acme" in outside("alice", "tenants:acme").message
    assert "not assigned to acme" in outside("system:serviceaccount:acme-prod:ci").message
    assert "-n <your namespace> -o yaml" in outside("alice", "tenants:acme").message


def test_what_is_nobodys_outside_of_namespaces_passes_and_is_counted() -> None:
    counter = metrics.ADMISSION_UNATTRIBUTED.labels("Service")
    before = counter._value.get()
    assert outside("admin@asergo.example", "system:masters").allowed
    assert outside("system:serviceaccount:monitoring:agent", "tenants:acme").allowed
    assert counter._value.get() == before + 2


def test_a_namespace_is_its_writers_and_lies_in_none() -> None:
    pools = {"cni.projectcalico.org/ipv4pools": '["other-tenant"]'}
    made = {"kind": "Namespace", "metadata": {"name": "new", "annotations": pools}}
    mine: dict[str, Any] = {"username": "alice", "groups": ("tenants:acme",)}
    for name in ("acme-prod", "new"):
        assert not judge(made, namespace=name, **mine).allowed
        assert judge(made, namespace=name).allowed


def test_whoever_belongs_to_two_tenants_may_do_what_either_may() -> None:
    own = judge(
        service(externalIPs=[OWN]),
        namespace="",
        username="x",
        groups=("tenants:beta", "tenants:acme"),
    )
    assert own.allowed
    assert not outside("x", "tenants:beta", "tenants:acme").allowed


def test_large_reviews_wait_for_each_other_and_small_ones_for_nobody() -> None:
    large = review(pod() | {"metadata": {"annotations": {"pad": "x" * (7 << 20)}}})
    answers = send(*[large] * 12, review(pod()), deadline=60)
    assert all(answer.allowed for answer in answers)


def test_overload_refuses_with_429_and_forgets_nobody() -> None:
    answers = send(*[review(pod(hostPID=True)) for _ in range(20)], lane=5)
    codes = sorted(a.response["status"]["code"] for a in answers)
    assert codes == [403] * 6 + [429] * 14, "one at once, and a lane of five"
    assert all(a.status == 200 and not a.allowed for a in answers)


def test_past_the_deadline_is_refused_even_if_innocent() -> None:
    ticks = iter(range(1000))
    (answer,) = send(review(pod()), deadline=0.5, clock=lambda: float(next(ticks)))
    assert answer.status == 200
    assert not answer.allowed
    assert answer.response["status"]["code"] == 429
    assert "try again" in answer.message


class Clock:
    """Time that stands, but for what a test lets pass."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class SlowTill:
    """A ledger that answers when the time is up."""

    def __init__(self, clock: Clock, verdict: Verdict) -> None:
        self._clock = clock
        self._verdict = verdict

    async def settle(self, charge: Charge, seconds: float) -> Decision:
        """Decide, and let as much time pass as there is."""
        decision = charge.answered(self._verdict, Allowed())
        self._clock.now += seconds
        return decision


@pytest.mark.parametrize(
    ("verdict", "dry_run", "code"),
    [
        (Allowed(), False, None),
        # Nothing is held for it.
        (Allowed(), True, 429),
        (Short(missing={"pods": 1}), False, 429),
    ],
)
def test_what_a_share_is_held_for_is_not_refused_because_the_time_is_up(
    verdict: Verdict, dry_run: bool, code: int | None
) -> None:
    """The share stays taken; whether somebody reads the answer only the API server knows."""
    clock = Clock()
    whole = review(pod())
    pods = {"group": "", "version": "v1", "resource": "pods"}
    whole["request"] |= {"resource": pods, "dryRun": dry_run}
    (answer,) = send(
        whole, deadline=1.0, clock=clock, till=SlowTill(clock, verdict), budget={"pods": "7"}
    )
    assert answer.allowed is (code is None)
    assert code is None or answer.response["status"]["code"] == code


class Broken:
    """Surroundings with a mistake in them."""

    pods_known = True

    def region_of(self, node: str) -> str | None:
        raise ZeroDivisionError(node)

    def owner_of(self, address: IPAddress) -> str | None:
        raise ZeroDivisionError(address)

    def region_of_zone(self, zone: str) -> str | None:
        raise ZeroDivisionError(zone)

    def regions_of_volume(self, namespace: str, claim: str) -> frozenset[str] | None:
        raise ZeroDivisionError(claim)

    def pod(self, namespace: str, name: str) -> Workload | None:
        raise ZeroDivisionError(name)

    def tenant_of(self, namespace: str) -> str | None:
        raise ZeroDivisionError(namespace)

    def budget_settled(self, namespace: str) -> bool:
        raise ZeroDivisionError(namespace)


def test_a_mistake_of_ours_refuses_and_says_nothing_of_itself() -> None:
    surroundings: Surroundings = Broken()
    answer, other = send(review(pod()), review(pod()), surroundings=surroundings)
    assert not answer.allowed
    assert not other.allowed
    assert answer.response["status"]["code"] == 500
    assert "ZeroDivision" not in answer.message


def test_a_namespace_whose_terms_are_not_known_yet_admits_nothing() -> None:
    for namespace in ("unclaimed", "unknown-prod"):
        answer = judge(pod(), namespace=namespace)
        assert not answer.allowed
        assert answer.response["status"]["code"] == 429
        assert "not loaded yet" in answer.message


def test_what_goes_away_is_not_judged() -> None:
    assert judge(None, old=pod(hostPID=True), operation="DELETE", kind="Pod").allowed


def test_an_operation_that_nobody_knows_is_refused() -> None:
    answer = judge(pod(), operation="PATCH\x1b")
    assert not answer.allowed
    assert answer.response["status"]["code"] == 400
    assert answer.message == "not an AdmissionReview: operation PATCH\ufffd is not known"


def connect(
    username: str, *groups: str, namespace: str = "acme-prod", command: tuple[str, ...] = ("sh",)
) -> Answer:
    """Run a command in pod web, or a shell."""
    options = {"kind": "PodExecOptions", "command": command}
    return judge(
        options,
        operation="CONNECT",
        subresource="exec",
        namespace=namespace,
        username=username,
        groups=groups,
    )


def test_what_somebody_runs_in_a_pod_is_looked_at() -> None:
    alice = ("alice@acme.example", "tenants:acme")
    tool = ("timeout", "60", "nmap", "-sV", "203.0.113.9")
    assert "[security/tools, clause 1.3] command[2] nmap " in connect(*alice, command=tool).message
    assert connect(*alice, command=("grep", "nmap", "/etc/services")).allowed
    assert connect(*alice, command=tool, namespace="acme-dev").allowed


def test_staff_come_into_a_pod_only_by_a_grant() -> None:
    assert connect("alice@acme.example", "tenants:acme").allowed
    answer = connect("one@asergo.example", "asergo:support")
    assert "[security/staff-access, clause 9.1] pods/exec to web" in answer.message
    assert connect("one@asergo.example", "asergo:support", namespace="acme-dev").allowed


def test_a_grant_counts_from_the_moment_on_that_it_is_seen() -> None:
    """Terms of a tenant are not compiled again for it."""
    assert connect("late@asergo.example", "asergo:operations", namespace="acme-dev").allowed
    assert not connect("late@asergo.example", "asergo:operations").allowed


def test_staff_put_no_process_into_a_pod_that_stands() -> None:
    """Who writes it did not stand before: the ratchet has nothing to let pass."""
    debug = pod(ephemeralContainers=[{"name": "d", "image": "docker.io/library/busybox:1.37"}])
    write: dict[str, Any] = {
        "old": pod(),
        "operation": "UPDATE",
        "subresource": "ephemeralcontainers",
    }
    assert judge(debug, **write).allowed
    answer = judge(debug, **write, username="op@asergo.example", groups=("asergo:operations",))
    assert "[security/staff-access, clause 9.1] pods/ephemeralcontainers to web" in answer.message


def test_a_standing_violation_may_be_edited_but_not_joined_by_another() -> None:
    old = service(externalIPs=[FOREIGN])
    same = service(externalIPs=[FOREIGN], type="ClusterIP")
    worse = service(externalIPs=[FOREIGN, "203.0.113.10"])
    kept = judge(same, old=old, operation="UPDATE")
    assert kept.allowed
    (warning,) = kept.response["warnings"]
    assert warning.startswith("would violate [network/assigned-address, clause 6.2]")
    assert len(warning) <= 256
    joined = judge(worse, old=old, operation="UPDATE")
    assert not joined.allowed
    assert "203.0.113.10" in joined.message
    assert FOREIGN not in joined.message


def test_reordering_makes_no_new_violation_and_hides_none() -> None:
    old = service(externalIPs=[OWN, FOREIGN])
    assert judge(service(externalIPs=[FOREIGN, OWN]), old=old, operation="UPDATE").allowed
    twice = service(externalIPs=[FOREIGN, FOREIGN])
    assert not judge(twice, old=old, operation="UPDATE").allowed


def test_an_ephemeral_container_is_judged() -> None:
    debug = {"name": "d", "image": "busybox", "securityContext": {"privileged": True}}
    new = pod(ephemeralContainers=[debug])
    answer = judge(new, old=pod(), operation="UPDATE", subresource="ephemeralcontainers")
    assert "spec.ephemeralContainers[0].securityContext.privileged" in answer.message


def test_a_subresource_that_nobody_knows_is_judged_all_the_same() -> None:
    assert not judge(pod(hostPID=True), subresource="novel").allowed


def test_status_is_judged_when_it_is_written_and_not_before() -> None:
    claimed = service() | {"status": {"loadBalancer": {"ingress": [{"ip": FOREIGN}]}}}
    assert judge(claimed).allowed
    written = judge(claimed, old=service(), operation="UPDATE", subresource="status")
    assert not written.allowed
    assert "status.loadBalancer.ingress[0].ip" in written.message
    assert judge(
        claimed,
        old=service(),
        operation="UPDATE",
        subresource="status",
        username="system:serviceaccount:metallb-system:controller",
    ).allowed


def test_the_review_decides_about_the_namespace_and_not_the_object() -> None:
    lying = pod(hostPID=True) | {"metadata": {"name": "web", "namespace": "unclaimed"}}
    assert "-n acme-prod" in judge(lying).message
