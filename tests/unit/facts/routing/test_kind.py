"""Kinds that route traffic: what they name of their own, and whom they take in."""

from typing import Any

import pytest

from aup.facts.model import Exposure, Subject, Writer
from aup.facts.routing import KINDS
from aup.facts.routing.kind import RoutingKind, Selection
from support.corpus import as_json
from support.world import Cluster

ALICE = Writer("alice@acme.example")
KIND = RoutingKind(
    "is the platform's",
    addresses=("spec.ip", "spec.ips[]"),
    networks=("spec.nets[]",),
    ends=(("spec.ranges[]", "from", "to"),),
    pools=("spec.pool",),
    selections=(
        Selection(
            "spec.rules[]", "takes", (("namespaceSelector", ("name",)), ("podSelector", ("ns",)))
        ),
    ),
    switches=(("spec.node", "uses a node"),),
)


def read(spec: Any, kind: RoutingKind = KIND) -> Exposure:
    subject = Subject(group="g", kind="Thing", namespace="", name="x")
    obj = {"kind": "Thing", "spec": spec}
    found = kind(as_json(obj), subject, Cluster())
    assert found.problems == ()
    assert found.exposure is not None
    return found.exposure


def said(exposure: Exposure) -> list[str]:
    return [
        *(f"{c.path} {c.text}" for c in exposure.addresses),
        *(f"{n.path} pool {n.text}" for n in exposure.names),
        *(f"{s.path} {s.text} {s.detail}" for s in exposure.settings),
    ]


def captured(spec: Any) -> list[tuple[str, str | None, str]]:
    """Return path, owner and label of each namespace that is taken in."""
    return [
        (r.path, "<every>" if r.everyone else r.owner, capture.label)
        for capture in read(spec).captures
        for r in (capture.namespaces,)
    ]


def test_every_path_leads_to_a_claim_with_its_place() -> None:
    spec = {
        "ip": "203.0.113.9",
        "ips": ["203.0.113.10", None, ""],
        "nets": ["203.0.113.0/24"],
        "ranges": [{"from": "203.0.113.1", "to": "203.0.113.4"}, {"from": "203.0.113.7"}],
        "pool": "public",
        "node": True,
    }
    exposure = read(spec)
    assert said(exposure) == [
        "spec.ip 203.0.113.9",
        "spec.ips[0] 203.0.113.10",
        "spec.ips[2] ",
        "spec.nets[0] 203.0.113.0/24",
        "spec.ranges[0].from 203.0.113.1",
        "spec.ranges[1].from 203.0.113.7",
        "spec.pool pool public",
        "spec.node true uses a node",
    ]
    assert exposure.addresses[2].problem == "is empty where an address belongs"
    assert [str(n) for n in exposure.addresses[4].networks] == [
        "203.0.113.1/32",
        "203.0.113.2/31",
        "203.0.113.4/32",
    ]


@pytest.mark.parametrize("spec", [None, {}, {"ip": ""}, {"ips": [None]}, {"nets": []}])
def test_an_object_that_names_nothing_of_its_own_is_the_platforms(spec: Any) -> None:
    assert said(read(spec)) == ["kind Thing is the platform's"]
    assert said(read(spec, RoutingKind(addresses=KIND.addresses))) == []


@pytest.mark.parametrize("value", [False, None, "", [], {}])
def test_a_switch_that_is_off_is_none(value: Any) -> None:
    assert said(read({"ip": "203.0.113.9", "node": value})) == ["spec.ip 203.0.113.9"]


def test_a_shape_that_cannot_be_read_is_a_problem() -> None:
    subject = Subject(group="g", kind="Thing", namespace="", name="x")
    found = KIND(as_json({"spec": {"ips": "203.0.113.9"}}), subject, Cluster())
    assert [(p.path, p.detail) for p in found.problems] == [
        ("spec.ips", "is a string where a list belongs")
    ]


def test_one_confined_selector_confines_an_object() -> None:
    confined = {"matchLabels": {"ns": "acme-dev"}}
    open_ = {"matchLabels": {"app": "x"}}
    spec = {
        "rules": [
            {"podSelector": confined},
            {"namespaceSelector": open_, "podSelector": confined},
            {"namespaceSelector": {"matchLabels": {"name": "beta-prod"}}},
        ]
    }
    assert captured(spec) == [
        ('spec.rules[0].podSelector.matchLabels["ns"]', "acme", "ns"),
        ('spec.rules[1].podSelector.matchLabels["ns"]', "acme", "ns"),
        ('spec.rules[2].namespaceSelector.matchLabels["name"]', "beta", "name"),
    ]


def test_what_is_not_confined_takes_in_every_namespace() -> None:
    spec: dict[str, Any] = {
        "rules": [{}, {"podSelector": {}}, {"namespaceSelector": {}, "podSelector": {}}]
    }
    assert captured(spec) == [
        ("spec.rules[0]", "<every>", "name"),
        ("spec.rules[1].podSelector", "<every>", "ns"),
        ("spec.rules[2].podSelector", "<every>", "ns"),
    ]
    assert (
        captured({})
        == captured({"rules": []})
        == [("spec.rules", "<every>", "kubernetes.io/metadata.name")]
    )


@pytest.mark.parametrize(
    ("writer", "uid", "source"),
    [(ALICE, None, "record"), (None, "7f", "record"), (None, None, "spec")],
)
def test_what_controllers_make_is_their_word(
    writer: Writer | None, uid: str | None, source: str
) -> None:
    """Of a stored object, or where somebody asks, so that the platform is believed."""
    noted = RoutingKind("is noted", noted=True)
    subject = Subject(group="g", kind="Thing", namespace="", name="x", writer=writer)
    found = noted(as_json({"metadata": {"uid": uid}}), subject, Cluster()).exposure
    assert found is not None
    assert [s.source.value for s in found.settings] == [source]


def test_both_groups_of_calico_are_read() -> None:
    """One is the store of the other: what only one of them knew would have a way around."""
    served = {kind for group, kind in KINDS if group == "projectcalico.org"}
    stored = {kind for group, kind in KINDS if group == "crd.projectcalico.org"}
    assert served - stored == {"IPAMConfiguration"}
    assert stored - served == {"IPAMConfig", "IPAMBlock", "IPAMHandle"}


@pytest.mark.parametrize("kind", sorted(KINDS), ids="/".join)
def test_an_empty_object_of_any_kind_has_an_answer(kind: tuple[str, str]) -> None:
    group, name = kind
    subject = Subject(group=group, kind=name, namespace="acme-prod", name="x", writer=ALICE)
    assert KINDS[kind](b"{}", subject, Cluster()).problems == ()
