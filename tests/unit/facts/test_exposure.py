"""From objects to claims: every field that claims, none that does not, each with its path."""

import json
from ipaddress import ip_address
from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import (
    ClaimSource,
    Exposure,
    Facts,
    IPAddress,
    Offline,
    Problem,
    Subject,
    Surroundings,
    Writer,
)

GROUPS = {
    "Service": "",
    "Endpoints": "",
    "EndpointSlice": "discovery.k8s.io",
    "Ingress": "networking.k8s.io",
    "Gateway": "gateway.networking.k8s.io",
}
ALICE = Writer("alice@acme.example")
KEYS = ("metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs")


class Pods:
    """A cluster in which 192.0.2.11 is a pod of acme."""

    pods_known = True

    def region_of(self, node: str) -> str | None:
        return None

    def owner_of(self, address: IPAddress) -> str | None:
        return "acme" if str(address) == "192.0.2.11" else None

    def budget_settled(self, namespace: str) -> bool:
        return True


def facts(
    kind: str, obj: Any, *, subresource: str = "", surroundings: Surroundings | None = None
) -> Facts:
    subject = Subject(
        group=GROUPS[kind],
        kind=kind,
        namespace="acme-prod",
        name="web",
        subresource=subresource,
        writer=ALICE,
    )
    return extract(json.dumps(obj).encode(), subject, surroundings or Offline())


def exposure(kind: str, obj: Any, **options: Any) -> Exposure:
    found = facts(kind, obj, **options)
    assert found.problems == ()
    assert found.exposure is not None
    return found.exposure


def addresses(kind: str, obj: Any) -> list[tuple[str, str, ClaimSource]]:
    return [(c.path, c.text, c.source) for c in exposure(kind, obj).addresses]


def hostnames(kind: str, obj: Any) -> list[tuple[str, str]]:
    return [
        (c.path, "<any>" if c.catch_all else ("*." if c.wildcard else "") + c.name)
        for c in exposure(kind, obj).hostnames
    ]


def test_a_service_claims_in_spec_annotations_and_status() -> None:
    service = {
        "metadata": {
            "annotations": {KEYS[0]: "198.51.100.17, 2001:db8:a::1", KEYS[1]: "192.0.2.1"}
        },
        "spec": {"externalIPs": ["203.0.113.9", "::1"], "loadBalancerIP": "203.0.113.10"},
        "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.11"}, {"hostname": "a.b"}]}},
    }
    assert addresses("Service", service) == [
        ("spec.externalIPs[0]", "203.0.113.9", ClaimSource.SPEC),
        ("spec.externalIPs[1]", "::1", ClaimSource.SPEC),
        ("spec.loadBalancerIP", "203.0.113.10", ClaimSource.SPEC),
        (f'metadata.annotations["{KEYS[0]}"]', "198.51.100.17", ClaimSource.ANNOTATION),
        (f'metadata.annotations["{KEYS[0]}"]', "2001:db8:a::1", ClaimSource.ANNOTATION),
        (f'metadata.annotations["{KEYS[1]}"]', "192.0.2.1", ClaimSource.ANNOTATION),
        ("status.loadBalancer.ingress[0].ip", "203.0.113.11", ClaimSource.STATUS),
    ]
    assert hostnames("Service", service) == [("status.loadBalancer.ingress[1].hostname", "a.b")]


def test_peers_allocated_addresses_and_other_annotations_are_no_claims() -> None:
    service = {
        "metadata": {"annotations": {"acme.example/origin": "203.0.113.9", "note": "1.2.3.4"}},
        "spec": {
            "clusterIP": "None",
            "clusterIPs": ["None"],
            "loadBalancerSourceRanges": ["203.0.113.0/24"],
            "externalName": "db.example",
        },
    }
    assert exposure("Service", service) == Exposure(namespace="acme-prod", writer=ALICE)


@pytest.mark.parametrize(
    "service",
    [
        {},
        {"metadata": None, "spec": None, "status": None},
        {"metadata": {"annotations": None}, "spec": {"externalIPs": None, "loadBalancerIP": None}},
        {"metadata": {"annotations": {KEYS[0]: "", KEYS[1]: None}}, "spec": {"externalIPs": []}},
        {"spec": {"externalIPs": [None], "loadBalancerIP": ""}, "status": {"loadBalancer": {}}},
        {"status": {"loadBalancer": None}},
        {"status": {"loadBalancer": {"ingress": [None, {}, {"ip": "", "hostname": None}]}}},
    ],
)
def test_null_and_empty_fields_claim_nothing(service: dict[str, Any]) -> None:
    assert exposure("Service", service) == Exposure(namespace="acme-prod", writer=ALICE)


def test_a_claim_of_the_wrong_type_is_a_claim_that_cannot_be_read() -> None:
    service = {
        "metadata": {"annotations": {KEYS[0]: 7}},
        "spec": {"externalIPs": [True, 3221225985, "", {}], "loadBalancerIP": False},
    }
    assert [(c.path, c.text, c.problem) for c in exposure("Service", service).addresses] == [
        ("spec.externalIPs[0]", "true", "is a boolean where an address belongs"),
        ("spec.externalIPs[1]", "3221225985", "is a number where an address belongs"),
        ("spec.externalIPs[2]", "", "is empty where an address belongs"),
        ("spec.externalIPs[3]", "", "is an object where an address belongs"),
        ("spec.loadBalancerIP", "false", "is a boolean where an address belongs"),
        (f'metadata.annotations["{KEYS[0]}"]', "7", "is a number where an address belongs"),
    ]


def test_a_misfit_in_the_structure_is_a_problem_and_hides_no_claim() -> None:
    found = facts("Service", {"spec": {"externalIPs": "x", "loadBalancerIP": "y"}, "status": []})
    assert found.problems == (
        Problem("spec.externalIPs", "x", "is a string where a list belongs"),
        Problem("status", "", "is a list where an object belongs"),
    )
    assert found.exposure is not None
    assert [c.text for c in found.exposure.addresses] == ["y"]


@pytest.mark.parametrize(("subresource", "writes"), [("status", True), ("", False), ("x", False)])
def test_only_a_request_to_status_writes_the_status(subresource: str, *, writes: bool) -> None:
    assert exposure("Service", {}, subresource=subresource).writes_status is writes


def test_an_ingress_claims_hosts_certificates_default_backend_and_status() -> None:
    ingress = {
        "spec": {
            "defaultBackend": {"service": {"name": "web"}},
            "backend": {"serviceName": "web", "servicePort": 80},
            "rules": [{"host": "WWW.acme.example"}, {"http": {}}, {"host": ""}, None],
            "tls": [{"hosts": ["*.acme.example", "acme.example."]}, {"secretName": "x"}, None],
        },
        "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9", "hostname": "lb.example"}]}},
    }
    assert hostnames("Ingress", ingress) == [
        ("spec.defaultBackend", "<any>"),
        ("spec.backend", "<any>"),
        ("spec.rules[0].host", "www.acme.example"),
        ("spec.rules[1].host", "<any>"),
        ("spec.rules[2].host", "<any>"),
        ("spec.rules[3].host", "<any>"),
        ("spec.tls[0].hosts[0]", "*.acme.example"),
        ("spec.tls[0].hosts[1]", "acme.example"),
        ("status.loadBalancer.ingress[0].hostname", "lb.example"),
    ]
    assert addresses("Ingress", ingress) == [
        ("status.loadBalancer.ingress[0].ip", "203.0.113.9", ClaimSource.STATUS)
    ]


def test_a_gateway_claims_addresses_by_their_type() -> None:
    gateway = {
        "metadata": {"annotations": {KEYS[0]: "203.0.113.1"}},
        "spec": {
            "addresses": [
                {"value": "203.0.113.2"},
                {"type": "IPAddress", "value": "203.0.113.3"},
                {"type": None, "value": "203.0.113.4"},
                {"type": "NamedAddress", "value": "front-door"},
                {"type": "vendor.example/eip", "value": "eip-1"},
                {"type": "Hostname", "value": "gw.acme.example"},
                {"type": "IPAddress", "value": ""},
                {"type": "IPAddress"},
                None,
            ],
            "infrastructure": {"annotations": {KEYS[1]: "203.0.113.5"}},
        },
        "status": {
            "addresses": [{"value": "203.0.113.6"}, {"type": "Hostname", "value": "lb.example"}]
        },
    }
    assert addresses("Gateway", gateway) == [
        ("spec.addresses[0].value", "203.0.113.2", ClaimSource.SPEC),
        ("spec.addresses[1].value", "203.0.113.3", ClaimSource.SPEC),
        ("spec.addresses[2].value", "203.0.113.4", ClaimSource.SPEC),
        ("spec.addresses[3].value", "front-door", ClaimSource.SPEC),
        ("spec.addresses[4].value", "eip-1", ClaimSource.SPEC),
        (f'metadata.annotations["{KEYS[0]}"]', "203.0.113.1", ClaimSource.ANNOTATION),
        (
            f'spec.infrastructure.annotations["{KEYS[1]}"]',
            "203.0.113.5",
            ClaimSource.ANNOTATION,
        ),
        ("status.addresses[0].value", "203.0.113.6", ClaimSource.STATUS),
    ]
    assert hostnames("Gateway", gateway) == [
        ("spec.addresses[5].value", "gw.acme.example"),
        ("status.addresses[1].value", "lb.example"),
    ]
    found = exposure("Gateway", gateway).addresses
    assert [(c.text, c.address) for c in found if c.opaque] == [
        ("front-door", None),
        ("eip-1", None),
    ]


def test_an_opaque_address_of_the_wrong_type_cannot_be_read() -> None:
    gateway = {"spec": {"addresses": [{"type": "NamedAddress", "value": 7}]}}
    (claim,) = exposure("Gateway", gateway).addresses
    assert (claim.text, claim.problem) == ("7", "is a number where an address belongs")


@pytest.mark.parametrize(
    ("listener", "claimed"),
    [
        ({"protocol": "HTTP", "hostname": "a.example"}, ["a.example"]),
        ({"protocol": "HTTPS", "hostname": "*.a.example"}, ["*.a.example"]),
        ({"protocol": "HTTP"}, ["<any>"]),
        ({"protocol": "HTTPS", "hostname": ""}, ["<any>"]),
        ({"protocol": "TLS", "hostname": None}, ["<any>"]),
        ({}, ["<any>"]),
        (None, ["<any>"]),
        ({"protocol": "TCP"}, []),
        ({"protocol": "UDP"}, []),
        ({"protocol": "TCP", "hostname": "a.example"}, ["a.example"]),
        ({"protocol": "HBONE"}, []),
        ({"protocol": "vendor.example/mesh", "hostname": "a.example"}, ["a.example"]),
    ],
)
def test_a_listener_without_a_name_claims_all_where_its_protocol_has_names(
    listener: dict[str, Any] | None, claimed: list[str]
) -> None:
    found = hostnames("Gateway", {"spec": {"listeners": [listener]}})
    assert found == [("spec.listeners[0].hostname", name) for name in claimed]


def test_a_slice_names_its_targets_and_who_owns_them() -> None:
    endpoint_slice = {
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["192.0.2.11", "192.0.2.12"]}, None, {"addresses": [9, None]}],
    }
    found = exposure("EndpointSlice", endpoint_slice, surroundings=Pods()).endpoints
    assert [(t.path, t.text, t.address, t.owner, t.problem) for t in found] == [
        ("endpoints[0].addresses[0]", "192.0.2.11", ip_address("192.0.2.11"), "acme", ""),
        ("endpoints[0].addresses[1]", "192.0.2.12", ip_address("192.0.2.12"), None, ""),
        ("endpoints[2].addresses[0]", "9", None, None, "is a number where an address belongs"),
    ]
    assert all(t.ownership_known for t in found)


def test_the_owner_of_a_mapped_target_is_the_owner_of_the_ipv4_address() -> None:
    endpoint_slice = {"endpoints": [{"addresses": ["::ffff:192.0.2.11"]}]}
    (target,) = exposure("EndpointSlice", endpoint_slice, surroundings=Pods()).endpoints
    assert target.owner == "acme"


def test_without_a_cluster_nobody_is_known_as_owner() -> None:
    (target,) = exposure("EndpointSlice", {"endpoints": [{"addresses": ["::1"]}]}).endpoints
    assert (target.owner, target.ownership_known) == (None, False)


def test_a_slice_of_names_has_no_targets_but_what_resolves_as_an_address() -> None:
    endpoint_slice = {
        "addressType": "FQDN",
        "endpoints": [{"addresses": ["db.example", "203.0.113.9", "203.0.113.011", "1.2.3.4."]}],
    }
    found = exposure("EndpointSlice", endpoint_slice).endpoints
    assert [t.text for t in found] == ["203.0.113.9", "203.0.113.011", "1.2.3.4."]


def test_endpoints_name_ready_and_not_ready_targets() -> None:
    endpoints = {
        "subsets": [
            {"addresses": [{"ip": "192.0.2.11"}, {}, None], "notReadyAddresses": [{"ip": "::1"}]},
            None,
            {"addresses": None, "notReadyAddresses": [{"ip": "::2"}]},
        ]
    }
    assert [(t.path, t.text) for t in exposure("Endpoints", endpoints).endpoints] == [
        ("subsets[0].addresses[0].ip", "192.0.2.11"),
        ("subsets[0].notReadyAddresses[0].ip", "::1"),
        ("subsets[2].notReadyAddresses[0].ip", "::2"),
    ]
