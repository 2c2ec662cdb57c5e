"""Readers by paths: what they claim, and what they make of another shape."""

import json
from typing import Any

import pytest

from aup.facts.model import AddressClaim, ClaimSource, Facts, HostnameClaim, Problem, Subject
from aup.facts.routes.fields import Extractor, addresses, extractor, names, needed, own_name, within
from support.world import Cluster

SUBJECT = Subject("g", "K", "acme-prod", "web")


def facts(read: Extractor, obj: Any) -> Facts:
    return read(json.dumps(obj).encode(), SUBJECT, Cluster())


def claimed(read: Extractor, obj: Any) -> list[tuple[str, str]]:
    found = facts(read, obj)
    assert found.exposure is not None
    return [
        (c.path, "<any>" if c.catch_all else c.problem or c.name) for c in found.exposure.hostnames
    ]


def test_a_field_is_a_name_and_an_empty_one_is_absent() -> None:
    read = extractor(names("spec.host", "spec.hosts[]"))
    assert claimed(read, {"spec": {"host": "a.example", "hosts": ["b.example", "*"]}}) == [
        ("spec.host", "a.example"),
        ("spec.hosts[0]", "b.example"),
        ("spec.hosts[1]", "<any>"),
    ]
    assert claimed(read, {"spec": {"host": "", "hosts": []}}) == []
    assert claimed(read, {"spec": {"hosts": [""]}}) == [
        ("spec.hosts[0]", "is empty where a hostname belongs")
    ]


@pytest.mark.parametrize("spec", [{}, {"hosts": []}, {"hosts": None}, {"hosts": [None]}])
def test_where_a_name_is_needed_none_is_every_name(spec: Any) -> None:
    assert claimed(extractor(needed("spec.hosts[]")), {"spec": spec}) == [("spec.hosts", "<any>")]


def test_each_part_needs_a_name_of_its_own() -> None:
    read = extractor(within("spec.http[]", needed("match.hosts[]")))
    parts = [{"match": {"hosts": ["a.example"]}}, {"match": {}}, None]
    assert claimed(read, {"spec": {"http": parts}}) == [
        ("spec.http[0].match.hosts[0]", "a.example"),
        ("spec.http[1].match.hosts", "<any>"),
    ]


def test_a_status_is_told_from_a_spec() -> None:
    read = extractor(names("status.host", source=ClaimSource.STATUS))
    exposure = facts(read, {"status": {"host": "a.example"}}).exposure
    assert exposure is not None
    assert [c.source for c in exposure.hostnames] == [ClaimSource.STATUS]


def test_the_object_itself_may_be_the_name() -> None:
    assert claimed(extractor(own_name), {"metadata": {"name": "a.example"}}) == [
        ("metadata.name", "a.example")
    ]


def test_addresses_are_claims_too() -> None:
    exposure = facts(extractor(addresses("spec.ips[]")), {"spec": {"ips": ["192.0.2.1"]}}).exposure
    assert exposure is not None
    assert [type(c) for c in exposure.addresses] == [AddressClaim]


def test_every_kind_may_ask_for_records() -> None:
    notes = {"external-dns.kubernetes.io/hostname": "a.example", "other": "b.example"}
    assert claimed(extractor(), {"metadata": {"annotations": notes}}) == [
        ('metadata.annotations["external-dns.kubernetes.io/hostname"]', "a.example")
    ]


def test_another_shape_is_a_problem_and_the_rest_is_read() -> None:
    read = extractor(names("spec.hosts[]", "spec.tls.hosts[]"))
    found = facts(read, {"spec": {"hosts": "x", "tls": {"hosts": ["a.example"]}}})
    assert found.exposure is not None
    assert [c.name for c in found.exposure.hostnames] == ["a.example"]
    assert found.problems == (Problem("spec.hosts", "x", "is a string where a list belongs"),)


def test_more_names_than_are_looked_at_are_a_problem() -> None:
    found = facts(extractor(names("spec.hosts[]")), {"spec": {"hosts": ["a.example"] * 5000}})
    assert found.exposure is not None
    assert len(found.exposure.hostnames) == 4096
    assert all(isinstance(c, HostnameClaim) for c in found.exposure.hostnames)
    assert [p.detail for p in found.problems] == ["has more than 4096 hostnames"]
