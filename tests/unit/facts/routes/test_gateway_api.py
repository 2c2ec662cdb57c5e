"""Routes, listeners and grants of the Gateway API."""

import json
from typing import Any

import pytest

from aup.facts.model import Exposure, Loan, Offline, Subject, Surroundings
from aup.facts.routes.gateway_api import EXPERIMENTAL, GATEWAY_API, GROUP
from support.world import Cluster


def read(
    kind: str, spec: Any, *, group: str = GROUP, surroundings: Surroundings | None = None
) -> Exposure:
    subject = Subject(group, kind, "acme-prod", "web")
    raw = json.dumps({"spec": spec}).encode()
    exposure = GATEWAY_API[group, kind](raw, subject, surroundings or Cluster()).exposure
    assert exposure is not None
    return exposure


def parents(spec: Any) -> list[tuple[str, str | None]]:
    return [
        (c.parent.text, c.parent.namespace.owner)
        for c in read("HTTPRoute", spec).hostnames
        if c.parent is not None
    ]


def lent(loans: tuple[Loan, ...]) -> list[tuple[str, str, str | None]]:
    return [
        (loan.what, "<all>" if loan.borrower.everyone else loan.borrower.text, loan.borrower.owner)
        for loan in loans
    ]


@pytest.mark.parametrize("kind", ["HTTPRoute", "GRPCRoute", "TLSRoute"])
def test_a_route_with_names_claims_them_and_no_others(kind: str) -> None:
    spec = {
        "parentRefs": [{"name": "shared", "namespace": "gateway-system"}],
        "hostnames": ["a.example", "*.b.example"],
        "rules": [
            {
                "filters": [
                    {"requestRedirect": {"hostname": "c.example"}},
                    {"urlRewrite": {"hostname": "d.example"}},
                ]
            }
        ],
    }
    found = read(kind, spec).hostnames
    assert [(c.path, c.name) for c in found] == [
        ("spec.hostnames[0]", "a.example"),
        ("spec.hostnames[1]", "b.example"),
    ]


@pytest.mark.parametrize("hostnames", [None, [], [None]])
def test_a_route_without_names_takes_those_of_its_gateways(hostnames: Any) -> None:
    spec = {
        "hostnames": hostnames,
        "parentRefs": [
            {"name": "own"},
            {"name": "shared", "namespace": "gateway-system"},
            {"kind": "ListenerSet", "group": GROUP, "name": "more", "namespace": "beta-prod"},
            {"kind": "XListenerSet", "group": EXPERIMENTAL, "name": "x", "namespace": "acme-dev"},
            {"kind": "Service", "group": "", "name": "mesh", "namespace": "beta-prod"},
            {"kind": "Gateway", "group": "vendor.example", "name": "other"},
            {"kind": ["Service"], "name": "unread"},
        ],
    }
    assert parents(spec) == [
        ("acme-prod/own", "acme"),
        ("gateway-system/shared", None),
        ("beta-prod/more", "beta"),
        ("acme-dev/x", "acme"),
        ("acme-prod/unread", "acme"),
    ]


def test_a_route_that_is_attached_to_nothing_claims_nothing() -> None:
    assert read("HTTPRoute", {}).hostnames == ()


@pytest.mark.parametrize(
    ("listener", "claims"),
    [
        ({"hostname": "a.example", "protocol": "HTTPS"}, ["a.example"]),
        ({"hostname": "a.example", "protocol": "TCP"}, ["a.example"]),
        ({"protocol": "HTTPS"}, ["<any>"]),
        ({"protocol": "tls", "hostname": ""}, ["<any>"]),
        ({}, ["<any>"]),
        ({"protocol": 7}, []),
        ({"protocol": "TCP"}, []),
        ({"protocol": "HBONE"}, []),
    ],
)
def test_a_listener_answers_for_its_name_or_for_all(listener: Any, claims: list[str]) -> None:
    for group, kind in ((GROUP, "ListenerSet"), (EXPERIMENTAL, "XListenerSet")):
        found = read(kind, {"listeners": [listener]}, group=group).hostnames
        assert ["<any>" if c.catch_all else c.name for c in found] == claims


WHAT = "the hostnames of its listeners"


@pytest.mark.parametrize(
    ("namespaces", "loans"),
    [
        (None, []),
        ({}, []),
        ({"from": "Same"}, []),
        ({"from": "None"}, []),
        ({"from": "All"}, [(WHAT, "<all>", None)]),
        ({"from": "all"}, [(WHAT, "<all>", None)]),
        ({"from": ["Same"]}, [(WHAT, "<all>", None)]),
        ({"from": 7}, [(WHAT, "<all>", None)]),
        ({"from": "Selector"}, [(WHAT, "<all>", None)]),
        ({"from": "Selector", "selector": {}}, [(WHAT, "<all>", None)]),
        ({"from": "Selector", "selector": {"matchLabels": {"team": "a"}}}, [(WHAT, "<all>", None)]),
        (
            {
                "from": "Selector",
                "selector": {"matchLabels": {"kubernetes.io/metadata.name": "beta-prod"}},
            },
            [(WHAT, "beta-prod", "beta")],
        ),
    ],
)
def test_routes_of_others_are_a_loan(namespaces: Any, loans: list[Any]) -> None:
    listener = {"hostname": "a.example", "allowedRoutes": {"namespaces": namespaces}}
    assert lent(read("ListenerSet", {"listeners": [listener]}).loans) == loans


def test_a_grant_opens_what_it_says_to_whom_it_says() -> None:
    spec = {
        "from": [{"kind": "HTTPRoute", "namespace": "acme-dev"}, {"namespace": "beta-prod"}],
        "to": [{"kind": "Service"}, {"kind": "Secret"}],
    }
    assert lent(read("ReferenceGrant", spec).loans) == [
        ("Secrets and Services", "acme-dev", "acme"),
        ("Secrets and Services", "beta-prod", "beta"),
    ]
    offline = read("ReferenceGrant", spec, surroundings=Offline()).loans
    assert [loan.borrower.known for loan in offline] == [False, False]
