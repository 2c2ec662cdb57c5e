"""Traefik's routers: names, expressions, and entry points that are one's own."""

import json
from typing import Any

import pytest

from aup.facts.model import Exposure, Offline, Subject
from aup.facts.routes.controllers import CONTROLLERS
from aup.facts.routes.traefik import rule_hosts


def read(kind: str, spec: Any) -> Exposure:
    subject = Subject("traefik.io", kind, "acme-prod", "web")
    raw = json.dumps({"spec": spec}).encode()
    exposure = CONTROLLERS["traefik.io", kind](raw, subject, Offline()).exposure
    assert exposure is not None
    return exposure


def names(exposure: Exposure) -> list[str]:
    return [
        "<any>" if c.catch_all else c.problem or ("*." if c.wildcard else "") + c.name
        for c in exposure.hostnames
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("Host(`a.example`)", ["a.example"]),
        ("Host(`*.a.example`)", ["*.a.example"]),
        ("Host(`**.a.example`)", ["*.a.example"]),
        ("Host(`*`)", ["<any>"]),
        ("Host(`a.example`) || Path(`/`)", ["<any>", "a.example"]),
        (r"HostRegexp(`^.+\.a\.example$`)", ["*.a.example"]),
        ("HostRegexp(`.+`)", ["is an expression that no hostname bounds"]),
        ("Host(`203.0.113.9`)", ["ends in a number, as no hostname does"]),
        ("nonsense", ["is not a rule of Traefik that can be read"]),
        (7, ["is a number where a rule belongs"]),
        (None, ["is not a rule of Traefik that can be read"]),
    ],
)
def test_a_rule_claims_its_names(rule: Any, expected: list[str]) -> None:
    assert names(read("IngressRoute", {"routes": [{"match": rule}]})) == expected


def test_each_name_is_cited_as_it_is_written() -> None:
    text = 'Host("A.Example") && Path(`/x`)'
    assert [(c.text, c.path) for c in rule_hosts(text, "p")] == [("A.Example", "p")]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"entryPoints": ["postgres"]}, []),
        ({"entryPoints": ["postgres"], "tls": {}}, ["<any>"]),
        ({"entryPoints": ["websecure"]}, ["<any>"]),
        ({"entryPoints": ["postgres", "web"]}, ["<any>"]),
        ({}, ["<any>"]),
    ],
)
def test_a_router_without_names_may_have_an_entry_point_of_its_own(
    spec: dict[str, Any], expected: list[str]
) -> None:
    routes = [{"match": "HostSNI(`*`)"}]
    assert names(read("IngressRouteTCP", {**spec, "routes": routes})) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"parentRefs": [{"name": "web"}]}, ["repeat the Host of its parents in the rule", ""]),
        ({"parentRefs": []}, ["", ""]),
        ({}, ["", ""]),
    ],
)
def test_a_child_is_told_to_repeat_the_names_of_its_parents(
    spec: dict[str, Any], expected: list[str]
) -> None:
    routes = [{"match": "Path(`/shared`)"}, {"match": "Host(`a.example`) && Path(`/x`)"}]
    found = read("IngressRoute", {**spec, "routes": routes}).hostnames
    assert [claim.instead for claim in found] == expected


@pytest.mark.parametrize("kind", ["IngressRoute", "IngressRouteTCP"])
def test_certificates_are_for_names_too(kind: str) -> None:
    tls = {"domains": [{"main": "a.example", "sans": ["*.b.example"]}, {}]}
    assert names(read(kind, {"tls": tls})) == ["a.example", "*.b.example"]


@pytest.mark.parametrize("kind", ["IngressRoute", "IngressRouteTCP"])
def test_an_object_holds_so_many_rules_and_the_rest_is_told(kind: str) -> None:
    """To read a megabyte of nested brackets would keep everybody waiting for seconds."""
    long = "Host(`a.example`) && " + "(" * 60 + "Path(`/`)" + ")" * 60 + " " * 15_000
    spec = {"routes": [{"match": long}] * 60, "tls": {}}
    found = read(kind, spec).hostnames
    assert found[-1].problem == "ends beyond 131072 characters of rules in one object"
    assert len(found) == 131072 // len(long) + 1
    assert found[-1].path == f"spec.routes[{len(found) - 1}].match"
