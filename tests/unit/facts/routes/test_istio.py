"""Names at the edge of a mesh and inside of it, and who can see them."""

import json
from typing import Any

import pytest

from aup.facts.model import Exposure, Offline, Subject, Surroundings
from aup.facts.routes.istio import GROUP, ISTIO
from support.world import Cluster


def read(kind: str, spec: Any, surroundings: Surroundings | None = None) -> Exposure:
    subject = Subject(GROUP, kind, "acme-prod", "web")
    raw = json.dumps({"spec": spec}).encode()
    exposure = ISTIO[GROUP, kind](raw, subject, surroundings or Cluster()).exposure
    assert exposure is not None
    return exposure


def names(kind: str, spec: Any, surroundings: Surroundings | None = None) -> list[str]:
    return [
        f"all of {c.parent.text}" if c.parent else "<any>" if c.catch_all else c.name
        for c in read(kind, spec, surroundings).hostnames
    ]


@pytest.mark.parametrize(
    ("protocol", "hosts", "expected"),
    [
        (
            "HTTPS",
            ["a.example", "./b.example", "*/c.example"],
            ["a.example", "b.example", "c.example"],
        ),
        ("HTTP", ["*"], ["<any>"]),
        ("http", ["acme-prod/*"], ["<any>"]),
        ("TLS", ["*"], ["<any>"]),
        ("", ["*"], ["<any>"]),
        ("TCP", ["*"], []),
        ("TCP", ["a.example"], ["a.example"]),
    ],
)
def test_a_gateway_answers_for_its_hosts(
    protocol: str, hosts: list[str], expected: list[str]
) -> None:
    assert (
        names("Gateway", {"servers": [{"port": {"protocol": protocol}, "hosts": hosts}]})
        == expected
    )


def test_a_host_for_another_namespace_is_lent_to_it() -> None:
    hosts = ["acme-prod/a.example", "acme-dev/a.example", "beta-prod/a.example", "*/a.example"]
    loans = read("Gateway", {"servers": [{"hosts": hosts}]}).loans
    assert [(loan.borrower.text, loan.borrower.owner) for loan in loans] == [
        ("acme-prod", "acme"),
        ("acme-dev", "acme"),
        ("beta-prod", "beta"),
    ]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"hosts": ["reviews"]}, []),
        ({"hosts": ["a.example"]}, ["a.example"]),
        ({"hosts": ["a.example"], "gateways": ["mesh"]}, ["a.example"]),
        ({"hosts": ["a.example"], "exportTo": ["."]}, []),
        ({"hosts": ["a.example"], "exportTo": ["acme-prod", "acme-dev", "~"]}, []),
        ({"hosts": ["a.example"], "exportTo": [".", "*"]}, ["a.example"]),
        ({"hosts": ["a.example"], "exportTo": ["beta-prod"]}, ["a.example"]),
        ({"hosts": ["a.example"], "exportTo": ["nobodys"]}, ["a.example"]),
        ({"hosts": ["a.example"], "exportTo": ["."], "gateways": ["edge"]}, ["a.example"]),
        ({"hosts": ["*"]}, ["<any>"]),
        ({"hosts": ["*"], "exportTo": ["."]}, []),
        ({"hosts": ["*"], "gateways": ["edge"]}, ["all of acme-prod/edge"]),
        ({"hosts": ["*"], "gateways": ["./edge"]}, ["all of acme-prod/edge"]),
        ({"hosts": ["*"], "gateways": ["x/edge", "mesh"]}, ["all of x/edge", "<any>"]),
        ({"hosts": ["*.local"]}, ["local"]),
        ({"hosts": ["*.svc.cluster.local"]}, ["svc.cluster.local"]),
    ],
)
def test_a_virtual_service_claims_what_others_can_see(spec: Any, expected: list[str]) -> None:
    assert names("VirtualService", spec) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"hosts": ["api.payments.example"]}, ["api.payments.example"]),
        ({"hosts": ["api.payments.example"], "exportTo": ["."]}, []),
        ({"hosts": ["api.payments.example"], "exportTo": []}, ["api.payments.example"]),
        ({"hosts": ["redis"]}, []),
    ],
)
def test_an_entry_claims_its_hosts_for_whoever_sees_it(spec: Any, expected: list[str]) -> None:
    assert names("ServiceEntry", spec) == expected


def test_a_private_entry_says_nothing_of_its_addresses_either() -> None:
    spec = {"hosts": ["a.example"], "addresses": ["203.0.113.9"]}
    assert [c.text for c in read("ServiceEntry", spec).addresses] == ["203.0.113.9"]
    assert read("ServiceEntry", {**spec, "exportTo": ["."]}).addresses == ()


def test_off_the_cluster_a_named_namespace_may_be_ones_own() -> None:
    spec = {"hosts": ["a.example"], "exportTo": ["somewhere"]}
    assert names("ServiceEntry", spec, Offline()) == []
    assert names("ServiceEntry", {**spec, "exportTo": ["*"]}, Offline()) == ["a.example"]


def test_the_way_to_make_it_private_is_told() -> None:
    (claim,) = read("ServiceEntry", {"hosts": ["a.example"]}).hostnames
    assert claim.instead == 'set exportTo: ["."]'


def test_delegates_and_exports_are_loans() -> None:
    spec = {
        "exportTo": [".", "~", "*", "beta-prod"],
        "http": [{"delegate": {"namespace": "beta-prod"}}, {"delegate": {"name": "x"}}],
    }
    assert [(loan.what, loan.borrower.text) for loan in read("VirtualService", spec).loans] == [
        ("its routes", "beta-prod"),
        ("its hostnames", "beta-prod"),
    ]
