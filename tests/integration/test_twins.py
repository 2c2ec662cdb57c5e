"""Twins and engine agree: the whole corpus on real API servers, with nobody at the webhook.

``tests/cases/twins.yaml`` names the cases that twins leave to the webhook, each under a reason. A
case that is refused after all must be taken off the list.
"""

import ipaddress
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from aup.api.meta import (
    ADDRESSES_ANNOTATION,
    HOSTNAMES_ANNOTATION,
    NET_RAW_LABEL,
    STATE_LABEL,
    TENANT_LABEL,
)
from aup.policy.addresses import AddressSet
from aup.rules import CATALOGUE
from aup.twins.catalogue import TWINNED, WITHOUT_TWIN
from support import breaches
from support.controlplane.components import DEFAULT_KUBERNETES, OLDEST_KUBERNETES
from support.corpus import CASES, Case, cases
from support.twins import Answer, Twins, alone
from support.workloads import PREFIXES

VERSIONS = (DEFAULT_KUBERNETES, OLDEST_KUBERNETES)
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


def service(**spec: Any) -> dict[str, Any]:
    """Return a Service."""
    metadata = {"name": "web"}
    spec = {"ports": [{"port": 80}], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def ingress(*hosts: str, tls: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return an Ingress; of what has a certificate each hundred names share one."""
    spec = {
        "rules": [{"host": host} for host in hosts],
        "tls": [{"hosts": list(tls[at : at + 100])} for at in range(0, len(tls), 100)],
    }
    metadata = {"name": "web"}
    version = "networking.k8s.io/v1"
    return {"apiVersion": version, "kind": "Ingress", "metadata": metadata, "spec": spec}


def noted(key: str, value: str) -> dict[str, Any]:
    """Return a Service with an annotation."""
    obj = service()
    obj["metadata"] = {**obj["metadata"], "annotations": {key: value}}
    return obj


def secured(count: int, **context: Any) -> dict[str, Any]:
    """Return a Pod of so many containers."""
    container = {"image": "a.example/b", "securityContext": context}
    return pod(containers=[{"name": f"c{i}", **container} for i in range(count)])


def foreign(count: int) -> tuple[str, ...]:
    return tuple(f"a{i}.beta.example" for i in range(count))


METALLB = "metallb.universe.tf/loadBalancerIPs"
EXTERNAL_DNS = "external-dns.alpha.kubernetes.io/hostname"
JUDGED = {
    "hostnames": (ingress(*foreign(2000)), "network/hostname"),
    "hostnames of certificates": (ingress("a.acme.example", tls=foreign(2000)), "network/hostname"),
    "addresses": (service(externalIPs=["203.0.113.9"] * 2000), "network/assigned-address"),
    "addresses in an annotation": (
        noted(METALLB, ",".join(["203.0.113.9"] * 1000)),
        "network/assigned-address",
    ),
    "containers": (secured(500, privileged=True), "host/privileged"),
    "capabilities": (
        secured(500, capabilities={"add": ["SYS_ADMIN"] * 8}),
        "host/capabilities",
    ),
}
"""As much as is compared, nearly: all of it is refused."""
VAST = {
    "hostnames": (ingress(*foreign(50_000)), "spec.rules lists 50000 rules"),
    "hostnames of certificates": (
        ingress("a.acme.example", tls=foreign(50_000)),
        "spec lists 50001 hostnames",
    ),
    "hostnames of its own": (ingress(*["a.acme.example"] * 50_000), "spec.rules lists 50000 rules"),
    "long hostnames": (
        ingress(*(f"{'a.' * 110}b{i}.beta.example" for i in range(1000))),
        "spec lists 1000 hostnames",
    ),
    "addresses": (
        service(externalIPs=["203.0.113.9"] * 50_000),
        "spec.externalIPs lists 50000 addresses",
    ),
    "addresses in an annotation": (
        noted(METALLB, "1," * 100_000),
        "metadata.annotations lists 100001 entries",
    ),
    "a long text in an annotation": (
        noted(EXTERNAL_DNS, "a." * 100_000),
        "metadata.annotations lists 1 entries",
    ),
    "containers": (secured(20_000, privileged=True), "spec lists 20000 containers"),
    # Nothing that could break a rule: the API server's time is worth as much.
    "containers that do nothing": (secured(20_000), "spec lists 20000 containers"),
    "volumes": (
        pod(volumes=[{"name": f"v{i}", "emptyDir": {}} for i in range(20_000)]),
        "volumes and the API server compares 500 of them at most here",
    ),
    "paths": (
        pod(volumes=[{"name": "v", "hostPath": {"path": "/" * 500_000}}]),
        "spec.volumes lists 500000 characters of paths",
    ),
    "capabilities": (
        secured(1, capabilities={"add": ["KILL"] * 100_000}),
        "spec lists 100000 capabilities",
    ),
}
"""What is more than is compared, and how it is told."""


@pytest.mark.parametrize(("obj", "rule"), JUDGED.values(), ids=JUDGED)
def test_hundreds_of_findings_name_their_rule(twins: Twins, obj: dict[str, Any], rule: str) -> None:
    """As many as are compared are put into words: more cost too much, and none would be told."""
    answer = twins.create(obj, "acme-prod")
    assert answer.rules == {rule}, answer
    assert " lists " not in answer.message


@pytest.mark.parametrize(("obj", "told"), VAST.values(), ids=VAST)
def test_what_is_too_much_to_compare_is_refused_by_its_rule(
    twins: Twins, obj: dict[str, Any], told: str
) -> None:
    """By what is too much, and what to do: never by an error about cost."""
    answer = twins.create(obj, "acme-prod")
    assert answer.by_twin, answer
    assert told in answer.message
    assert " the API server compares" in answer.message
    assert "; split it into several objects. See " in answer.message


def test_how_many_names_a_tenant_has_does_not_matter(twins: Twins) -> None:
    """Each parent of a name is looked up, whatever else is stamped."""
    restamp(twins, "", ",".join(sorted(f".t{i}.example" for i in range(1000))))
    own = [f"a{i}.b.t{i}.example" for i in range(1000)]
    assert twins.create(ingress(*own), "many").code == 201
    answer = twins.create(ingress(*own, "a.t1000.example", "t1.example.com"), "many")
    assert "spec.rules[1000].host a.t1000.example is not verified" in answer.message
    assert "spec.rules[1001].host t1.example.com is not verified" in answer.message


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("acme.example", True),
        ("a.b.c.d.e.f.g.h.i.j.k.l.acme.example", True),
        ("*.acme.example", True),
        ("*.a.acme.example", True),
        ("bacme.example", False),
        ("acme.example.org", False),
        ("*.example", False),
        ("one.test", True),
        ("a.one.test", False),
        ("*.one.test", False),
    ],
)
def test_a_name_is_owned_by_its_labels(twins: Twins, host: str, own: bool) -> None:
    restamp(twins, "", ".acme.example,one.test")
    assert (twins.create(ingress(host), "many").code == 201) is own


def test_forty_claims_against_a_thousand_networks_are_compared(twins: Twins) -> None:
    """The limit up to which a stamp lists networks: no error for cost on this side of it.

    Of twenty lengths, in the order of addresses, as stamps list them.
    """
    networks = (f"{10 + i // 256}.{i % 256}.0.0/{16 + i % 17}" for i in range(997))
    wider = ("2001:db8::/48", "2001:db8:1::/56", "2001:db8:2::1/128")
    restamp(twins, ",".join((*networks, *wider)))
    foreign = service(externalIPs=[f"203.0.113.{i}" for i in range(40)])
    answer = twins.create(foreign, "many")
    assert answer.by_twin, answer
    assert "spec.externalIPs[0] 203.0.113.0 is not assigned to acme" in answer.message
    # Of 13.2.0.0/21, 12.252.0.0/32 and 2001:db8::/48, and beside them.
    own = [f"13.2.7.{i}" for i in range(38)]
    own += ["12.252.0.0", "2001:db8::9"]
    assert twins.create(service(externalIPs=own), "many").code == 201
    for beside in ("13.2.8.1", "12.252.0.1", "2001:db8:2::2"):
        assert twins.create(service(externalIPs=[beside]), "many").by_twin


def test_networks_are_stamped_as_the_api_server_writes_them(twins: Twins) -> None:
    """It looks them up by text (RFC 5952)."""
    assigned = (
        "2001:DB8:0:0:1::/80",
        "2001:db8:0:1:1:1:1:0/127",
        "2001:0db8:0001:0000:0000:0001::/96",
        "fd00:0:0:a::/64",
        "198.51.100.128/26",
        "192.0.2.7/32",
    )
    networks = [ipaddress.ip_network(text) for text in assigned]
    restamp(twins, ",".join(AddressSet.of(map(str, networks)).cidrs))
    own = [str(network[-1]) for network in networks]
    assert twins.create(service(externalIPs=own), "many").code == 201
    beside = str(networks[2][-1] + 1)
    assert twins.create(service(externalIPs=[beside]), "many").by_twin


def test_beyond_that_the_answer_says_so(twins: Twins) -> None:
    restamp(twins, "overflow")
    spec = {"ports": [{"port": 80}], "externalIPs": ["203.0.113.9"]}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}
    answer = twins.create(service, "many")
    assert "acme has more networks than the API server compares" in answer.message
    restamp(twins, "", "overflow")
    for host in ("a.acme.example", "overflow"):
        answer = twins.create(ingress(host), "many")
        assert "acme has more hostnames than the API server compares" in answer.message


def restamp(twins: Twins, addresses: str, hostnames: str = "") -> None:
    """Stamp namespace ``many`` with these addresses and hostnames."""
    cluster = twins.release.cluster
    if cluster.kubectl("get", "namespace", "many", check=False).returncode:
        cluster.create_namespace("many")
    twins.stamp("many", "acme")
    stamps = {ADDRESSES_ANNOTATION: addresses, HOSTNAMES_ANNOTATION: hostnames}
    twins.write("many", {}, stamps)


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


def test_what_stood_before_in_thousands_hides_nothing_new(twins: Twins) -> None:
    """Nor does it end in an error: old findings are compared as far as they are counted."""
    stand(twins, ingress(*foreign(10_000)))
    twins.stamp("ratchet", "acme")
    added = [{"op": "add", "path": "/spec/rules/-", "value": {"host": "new.beta.example"}}]
    assert "[network/hostname" in patch(twins, "ingress", added, "--type=json")
    assert patch(twins, "ingress", {"spec": {"rules": [{"host": "a.acme.example"}]}}) == ""
    assert patch(twins, "ingress", {"metadata": {"labels": {"a": "b"}}}) == ""
