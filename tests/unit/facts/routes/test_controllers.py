"""Kinds of further controllers: what is particular about each."""

import json
from typing import Any

import pytest

from aup.facts.model import ClaimSource, Exposure, Subject
from aup.facts.routes.controllers import CONTROLLERS
from support.world import Cluster


def read(group: str, kind: str, obj: Any, name: str = "web") -> Exposure:
    raw = json.dumps(obj).encode()
    exposure = CONTROLLERS[group, kind](
        raw, Subject(group, kind, "acme-prod", name), Cluster()
    ).exposure
    assert exposure is not None
    return exposure


def names(exposure: Exposure) -> list[str]:
    return [
        "<any>" if c.catch_all else c.problem or ("*." if c.wildcard else "") + c.name
        for c in exposure.hostnames
    ]


GENERATED = {"annotations": {"openshift.io/host.generated": "true"}}


@pytest.mark.parametrize(
    ("metadata", "host", "expected"),
    [
        ({}, "a.example", ["a.example"]),
        ({}, None, []),
        ({}, "", []),
        (GENERATED, "web-acme-prod.apps.platform.example", []),
        (GENERATED, "web.apps.platform.example", ["web.apps.platform.example"]),
        (GENERATED, "login.beta.example", ["login.beta.example"]),
        (
            {"annotations": {"openshift.io/host.generated": "false"}},
            "web-acme-prod.apps.platform.example",
            ["web-acme-prod.apps.platform.example"],
        ),
    ],
)
def test_a_host_that_the_api_server_made_up_is_the_platforms(
    metadata: Any, host: Any, expected: list[str]
) -> None:
    obj = {"metadata": metadata, "spec": {"host": host}}
    assert names(read("route.openshift.io", "Route", obj)) == expected


def test_a_policy_of_wildcards_covers_the_siblings() -> None:
    obj = {"spec": {"host": "www.a.example", "wildcardPolicy": "Subdomain"}}
    assert names(read("route.openshift.io", "Route", obj)) == ["www.a.example", "*.a.example"]
    obj["spec"]["wildcardPolicy"] = "None"
    assert names(read("route.openshift.io", "Route", obj)) == ["www.a.example"]


def test_a_status_of_a_route_is_a_status() -> None:
    obj = {"status": {"ingress": [{"host": "a.example"}]}}
    (claim,) = read("route.openshift.io", "Route", obj).hostnames
    assert claim.source is ClaimSource.STATUS


@pytest.mark.parametrize("group", ["getambassador.io", "x.getambassador.io"])
@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"hostname": "a.example"}, ["a.example"]),
        ({"hostname": "*"}, ["<any>"]),
        ({"hostname": "*.a.example"}, ["*.a.example"]),
        ({"host": "a.example"}, ["a.example"]),
        ({"host": r"^.+\.a\.example$", "host_regex": True}, ["*.a.example"]),
        ({"host": ".*", "host_regex": True}, ["is an expression that no hostname bounds"]),
        ({"host": "a.example", "host_regex": False}, ["a.example"]),
        ({"prefix": "/"}, ["<any>"]),
    ],
)
def test_a_mapping_is_for_a_name_a_glob_or_an_expression(
    group: str, spec: Any, expected: list[str]
) -> None:
    kind = "Mapping" if group == "getambassador.io" else "AmbassadorMapping"
    assert names(read(group, kind, {"spec": spec})) == expected


@pytest.mark.parametrize(
    ("group", "kind", "spec", "borrowers"),
    [
        (
            "projectcontour.io",
            "HTTPProxy",
            {"includes": [{"namespace": "beta-prod"}, {}]},
            ["beta-prod"],
        ),
        (
            "projectcontour.io",
            "TLSCertificateDelegation",
            {"delegations": [{"targetNamespaces": ["acme-dev", "*"]}]},
            ["acme-dev", "<all>"],
        ),
        (
            "k8s.nginx.org",
            "VirtualServer",
            {"routes": [{"route": "beta-prod/x"}, {"route": "x"}]},
            ["beta-prod/x"],
        ),
    ],
)
def test_what_is_handed_on_is_a_loan(
    group: str, kind: str, spec: Any, borrowers: list[str]
) -> None:
    loans = read(group, kind, {"spec": spec}).loans
    assert ["<all>" if x.borrower.everyone else x.borrower.text for x in loans] == borrowers


def test_free_text_is_read_where_it_stands() -> None:
    spec = {
        "host": "a.example",
        "server-snippets": "add_header X-A b;",
        "routes": [{"location-snippets": "include x;"}],
    }
    (setting,) = read("k8s.nginx.org", "VirtualServer", {"spec": spec}).settings
    assert (setting.path, setting.text) == ("spec.routes[0].location-snippets", "include x")


def test_a_patch_of_the_proxy_is_the_platforms() -> None:
    obj = {"spec": {"targetRef": {"name": "acme"}}}
    (setting,) = read("gateway.envoyproxy.io", "EnvoyPatchPolicy", obj).settings
    assert setting.path == "spec.targetRef.name"
