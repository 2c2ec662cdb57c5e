"""Twins and engine agree: the whole corpus on real API servers, with nobody at the webhook.

``tests/cases/twins.yaml`` names the cases that twins leave to the webhook, each under a reason. A
case that is refused after all must be taken off the list.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from aup.api.meta import ADDRESSES_ANNOTATION, NET_RAW_LABEL, STATE_LABEL, TENANT_LABEL
from aup.rules import CATALOGUE
from aup.twins.catalogue import TWINNED, WITHOUT_TWIN
from support import breaches
from support.corpus import CASES, Case, cases
from support.twins import Answer, Twins, alone
from support.workloads import PREFIXES

VERSIONS = ("1.36.3", "1.33.13")
"""Both ends of what is supported."""
LEFT: dict[str, str] = {
    case: reason["why"]
    for reason in yaml.safe_load((CASES / "twins.yaml").read_text())
    for case in reason["cases"]
}
CITED = re.compile(r"^\[(?P<rule>[a-z/-]+)(?:, clause (?P<clause>\S+))?\] (?P<path>\S+)")


@pytest.fixture(scope="module", params=VERSIONS)
def twins(request: pytest.FixtureRequest) -> Iterator[Twins]:
    """Give the tests a cluster of each version, one after the other."""
    with alone(request.param) as running:
        yield running


def ask(twins: Twins, case: Case) -> Answer:
    obj = case.load()
    return twins.create(obj, obj["metadata"].get("namespace", "acme-prod"))


def test_no_allowed_case_is_refused(twins: Twins) -> None:
    """A twin may leave something to the webhook, and never contradict it."""
    answers = {case.id: ask(twins, case) for case in cases("allowed")}
    assert {name: a.message for name, a in answers.items() if a.by_twin} == {}
    assert sum(a.code == 201 for a in answers.values()) > 100


def test_a_denied_case_is_refused_or_left_for_a_reason(twins: Twins) -> None:
    """By the same rule and clause, at the same path; or by the API server itself."""
    wrong: dict[str, str] = {}
    same = 0
    for case in cases("denied"):
        answer = ask(twins, case)
        golden = cited(case)
        if strange := answer.rules - {rule for rule, _, _ in golden}:
            wrong[case.id] = f"names {strange}, which the engine does not"
        if case.rule not in TWINNED or answer.code not in {201, 403}:
            continue
        if case.rule not in answer.rules:
            if case.id not in LEFT:
                wrong[case.id] = f"is neither refused nor listed: {answer}"
            continue
        if case.id in LEFT:
            wrong[case.id] = "is listed as left, and refused"
        same += 1
        told = {t for t in golden if f"[{t[0]}, clause {t[1]}] {t[2]} " in answer.message}
        if case.rule == "network/node-port":
            continue  # by then the API server has allocated ports, which are cited instead
        if not any(rule == case.rule for rule, _, _ in told):
            wrong[case.id] = f"is told otherwise: {answer.message}"
    assert wrong == {}
    assert same > 90


def cited(case: Case) -> set[tuple[str, str, str]]:
    """Return rule, clause and path of each finding of the engine."""
    found = (CITED.match(line) for line in case.golden.read_text().splitlines())
    return {(m["rule"], m["clause"] or "", m["path"]) for m in found if m}


def test_the_list_of_what_is_left_names_cases_that_exist() -> None:
    assert set(LEFT) <= {case.id for case in cases("denied")}
    assert all(reason.endswith(".") for reason in LEFT.values())


def test_every_rule_has_a_twin_or_a_reason() -> None:
    rules = {rule.id for rule in CATALOGUE}
    assert rules <= TWINNED | WITHOUT_TWIN.keys()
    assert not TWINNED & WITHOUT_TWIN.keys()


def pod(**spec: Any) -> dict[str, Any]:
    """Return a Pod."""
    containers = [{"name": "app", "image": "docker.io/library/nginx:1"}]
    metadata = {"name": "web"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": containers, **spec},
    }


@pytest.mark.parametrize(
    ("path", "end"), [("/srv/{}", "| and more"), ("/srv/{}/" + "\u00e6" * 200, "…")]
)
def test_an_answer_of_many_findings_is_one_line_and_says_that_there_are_more(
    twins: Twins, path: str, end: str
) -> None:
    """Beyond what the API server shows of a message the rest is cut off, never an error."""
    volumes = [{"name": f"v{i}", "hostPath": {"path": path.format(i)}} for i in range(150)]
    answer = twins.create(pod(volumes=volumes), "acme-prod")
    assert answer.by_twin
    assert "violates 1 rule of the Acceptable Use Policy of Asergo ApS" in answer.message
    assert answer.message.endswith(end)
    assert "\n" not in answer.message
    assert "failed expression" not in answer.message


@pytest.mark.parametrize(
    ("kind", "spec", "rule"),
    [
        (
            "networking.k8s.io/v1 Ingress",
            {"rules": [{"host": f"a{i}.beta.example"} for i in range(5000)]},
            "network/hostname",
        ),
        (
            "v1 Pod",
            {
                "containers": [
                    {
                        "name": f"c{i}",
                        "image": "a.example/b",
                        "securityContext": {"privileged": True},
                    }
                    for i in range(5000)
                ]
            },
            "host/privileged",
        ),
        (
            "v1 Service",
            {
                "ports": [{"port": 80}],
                "externalIPs": [f"203.0.{i // 250}.{i % 250}" for i in range(5000)],
            },
            "network/assigned-address",
        ),
    ],
)
def test_thousands_of_findings_name_their_rule(
    twins: Twins, kind: str, spec: dict[str, Any], rule: str
) -> None:
    """As many as are compared are put into words: more cost too much, and none would be told."""
    version, _, kind = kind.rpartition(" ")
    answer = twins.create(
        {"apiVersion": version, "kind": kind, "metadata": {"name": "web"}, "spec": spec},
        "acme-prod",
    )
    assert answer.by_twin
    assert f"[{rule}, clause " in answer.message


def test_forty_claims_against_a_thousand_networks_are_compared(twins: Twins) -> None:
    """The limit up to which a stamp lists networks: no error for cost on this side of it."""
    networks = ",".join(f"10.{i // 256}.{i % 256}.0/25" for i in range(1000))
    restamp(twins, networks)
    spec = {"ports": [{"port": 80}], "externalIPs": [f"203.0.113.{i}" for i in range(40)]}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}
    answer = twins.create(service, "many")
    assert answer.by_twin, answer
    assert "spec.externalIPs[0] 203.0.113.0 is not assigned to acme" in answer.message
    spec["externalIPs"] = [f"10.3.231.{i}" for i in range(40)]
    assert twins.create(service, "many").code == 201


def test_beyond_that_the_answer_says_so(twins: Twins) -> None:
    restamp(twins, "overflow")
    spec = {"ports": [{"port": 80}], "externalIPs": ["203.0.113.9"]}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}
    answer = twins.create(service, "many")
    assert "acme has more networks than the API server compares" in answer.message


def restamp(twins: Twins, addresses: str) -> None:
    """Stamp namespace ``many`` with these addresses."""
    cluster = twins.release.cluster
    if cluster.kubectl("get", "namespace", "many", check=False).returncode:
        cluster.create_namespace("many")
    twins.stamp("many", "acme")
    twins.write("many", {}, {ADDRESSES_ANNOTATION: addresses})


def test_a_status_is_judged_where_a_tenant_writes_it(twins: Twins) -> None:
    """A create writes no status, so the corpus' cases of it are asked here."""
    cluster = twins.release.cluster
    spec = {"type": "LoadBalancer", "ports": [{"port": 80}]}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}
    cluster.kubectl("create", "-n", "acme-prod", "-f", "-", input=json.dumps(service))
    for address, refused in (("203.0.113.9", True), ("198.51.100.20", False)):
        status = {"status": {"loadBalancer": {"ingress": [{"ip": address}]}}}
        done = cluster.kubectl(
            *("patch", "service", "web", "-n", "acme-prod", "--subresource=status"),
            *("--type=merge", "-p", json.dumps(status)),
            *("--as=alice@acme.example", "--as-group=system:masters"),
            check=False,
        )
        assert (done.returncode != 0) is refused, done.stderr
        assert ("status.loadBalancer.ingress[0].ip 203.0.113.9 is not" in done.stderr) is refused
    foreign = {"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}}
    cluster.kubectl(
        *("patch", "service", "web", "-n", "acme-prod", "--subresource=status"),
        *("--type=merge", "-p", json.dumps(foreign)),
        *("--as=system:serviceaccount:kube-system:service-controller", "--as-group=system:masters"),
    )


def test_what_stood_before_refuses_nothing_and_what_is_added_does(twins: Twins) -> None:
    """As in the engine: finalizers and fixes pass, in any order of the list."""
    cluster = twins.release.cluster
    cluster.create_namespace("ratchet")
    spec = {"ports": [{"port": 80}], "externalIPs": ["203.0.113.1", "203.0.113.2"]}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}
    cluster.kubectl("create", "-n", "ratchet", "-f", "-", input=json.dumps(service))
    twins.stamp("ratchet", "acme")

    def patched(*addresses: str) -> str:
        return patch(twins, "service", {"spec": {"externalIPs": list(addresses)}})

    assert patched("203.0.113.2", "203.0.113.1") == ""
    assert patched("203.0.113.2") == ""
    assert "spec.externalIPs[1] 203.0.113.3 is not assigned" in patched(
        "203.0.113.2", "203.0.113.3"
    )


def patch(twins: Twins, kind: str, change: Any, *options: str) -> str:
    """Try to change ``web`` in namespace ``ratchet``; return the refusal, empty when it passes."""
    done = twins.release.cluster.kubectl(
        *("patch", kind, "web", "-n", "ratchet", "-p", json.dumps(change), *options),
        *(() if "--type=json" in options else ("--type=merge",)),
        *("--dry-run=server", "--as=alice@acme.example", "--as-group=system:masters"),
        check=False,
    )
    return done.stderr if done.returncode else ""


def test_a_breach_is_seen_in_every_kind_and_list(twins: Twins) -> None:
    """Nothing is searched that shows no sign, so each search has signs wherever it finds."""
    lists = (b for place in breaches.LISTS for b in breaches.containers(place))
    tried = (*breaches.pods(), *lists)
    missed: dict[str, str] = {}
    for breach in tried:
        for kind in PREFIXES:
            answer = twins.create(breaches.held(kind, breach.spec), breach.namespace)
            if breach.rule not in answer.rules or "violates" not in answer.message:
                missed[f"{kind[1]}: {breach.name}"] = f"{answer.code} {answer.message}"
    assert missed == {}
    assert len(tried) > 50


def test_what_is_odd_and_breaks_nothing_passes(twins: Twins) -> None:
    """Null, empty or false, in every kind: looking for signs never fails."""
    for kind in PREFIXES:
        answer = twins.create(breaches.held(kind, breaches.ODD), "acme-prod")
        assert answer.code == 201, (kind, answer)


@pytest.mark.parametrize("word", ["must-drop", None, "other"])
def test_net_raw_is_dropped_where_terms_ask(twins: Twins, word: str | None) -> None:
    """Also without the label, as older versions leave a namespace, or with one that is not read."""
    namespace = marked(twins, "rho", word)
    kept = twins.create(pod(), namespace)
    assert kept.rules == {"host/capabilities"}, kept
    assert "spec.containers[0].securityContext.capabilities.drop" in kept.message
    # What breaks other rules as well is told all of it in one answer.
    told = twins.create(pod(hostPID=True), namespace)
    assert told.rules == {"host/namespaces", "host/capabilities"}, told
    assert "violates 2 rules" in told.message


@pytest.mark.parametrize("word", ["must-drop", None, "may-keep"])
def test_net_raw_is_kept_where_terms_do_not_ask(twins: Twins, word: str | None) -> None:
    """The label says whose Pods are looked at, and the stamp what is refused."""
    namespace = marked(twins, "acme", word)
    assert twins.create(pod(), namespace).code == 201
    assert twins.create(pod(hostPID=True), namespace).rules == {"host/namespaces"}


def test_a_label_spares_a_namespace_the_search(twins: Twins) -> None:
    """Else Pods of everybody would pay for it."""
    namespace = marked(twins, "rho", "may-keep")
    assert twins.create(pod(), namespace).code == 201
    assert "host/capabilities" in twins.create(pod(hostPID=True), namespace).rules


def marked(twins: Twins, tenant: str, word: str | None) -> str:
    """Return a new namespace, stamped for a tenant, with this word about NET_RAW or none."""
    namespace = f"{tenant}-{word or 'unsaid'}"
    twins.release.cluster.create_namespace(namespace)
    twins.stamp(namespace, tenant, {NET_RAW_LABEL: word})
    return namespace


def test_an_ephemeral_container_is_seen(twins: Twins) -> None:
    """They come by a subresource, into a pod that may have none so far."""
    stand(twins, breaches.held(("", "Pod"), {"containers": [{"name": "a", "image": "a:1"}]}))
    options = ("--subresource=ephemeralcontainers",)
    for namespace in ("acme", "rho"):
        twins.stamp("ratchet", namespace)
        for breach in breaches.confinement():
            if breach.namespace.startswith(namespace) and breach.name != "procMount":
                debug = {"name": "debug", "image": "b:1", **breach.spec}
                refusal = patch(twins, "pod", {"spec": {"ephemeralContainers": [debug]}}, *options)
                assert f"[{breach.rule}" in refusal, breach
    twins.stamp("ratchet", "acme")
    debug = {"name": "debug", "image": "b:1", "securityContext": None}
    assert patch(twins, "pod", {"spec": {"ephemeralContainers": [debug]}}, *options) == ""


def test_an_update_is_refused_for_what_it_adds(twins: Twins) -> None:
    """Signs of what stands make an update be searched, and no more."""
    ports = [{"containerPort": 80, "hostPort": 80}]
    spec = {"containers": [{"name": "a", "image": "a:1", "ports": ports}]}
    stand(twins, breaches.held(("apps", "Deployment"), spec))
    twins.stamp("ratchet", "acme")
    pod = "/spec/template/spec"

    def changed(path: str, value: Any) -> str:
        step = [{"op": "add", "path": path, "value": value}]
        return patch(twins, "deployment", step, "--type=json")

    assert changed("/metadata/labels", {"a": "b"}) == ""
    assert changed("/spec/template/metadata/annotations", {"a": "b"}) == ""
    assert changed(f"{pod}/containers/0/ports", []) == ""
    assert "[host/port" in changed(
        f"{pod}/containers/0/ports/-", {"containerPort": 81, "hostPort": 81}
    )
    refusal = changed(f"{pod}/hostPID", True)  # noqa: FBT003 -- the value of a field
    assert "[host/namespaces" in refusal
    assert "[host/port" not in refusal


def stand(twins: Twins, obj: dict[str, Any]) -> None:
    """Create an object in namespace ``ratchet`` while no tenant owns it."""
    cluster = twins.release.cluster
    controller = twins.release.controller
    if cluster.kubectl("get", "namespace", "ratchet", check=False).returncode:
        cluster.create_namespace("ratchet")
    controller.kubectl("label", "namespace", "ratchet", f"{TENANT_LABEL}-", f"{STATE_LABEL}-")
    cluster.kubectl("create", "-n", "ratchet", "-f", "-", input=json.dumps(obj))
