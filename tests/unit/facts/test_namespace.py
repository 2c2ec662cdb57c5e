"""Namespaces that are selected: confined by labels that tenants cannot write, or any at all."""

from dataclasses import replace
from typing import Any

import pytest

from aup.api.meta import TENANT_LABEL
from aup.facts import namespace
from aup.facts.model import Offline
from aup.facts.namespace import named_namespace, selected_namespaces
from support.world import Cluster

NAME = "kubernetes.io/metadata.name"


def selected(selector: object, *labels: str) -> list[tuple[str, str, str | None]]:
    """Return path, text and owner of what is selected; ``<every>`` as the owner of all."""
    names = labels or (NAME,)
    return [
        (r.path, r.text, "<every>" if r.everyone else r.owner)
        for r in selected_namespaces(selector, "s", Cluster(), names)
    ]


def by_name(name: str) -> dict[str, Any]:
    return {"matchLabels": {NAME: name}}


def one_of(label: str, *values: object, operator: str = "In") -> dict[str, Any]:
    return {"matchExpressions": [{"key": label, "operator": operator, "values": list(values)}]}


def test_the_stamp_is_the_one_of_the_api() -> None:
    assert namespace.TENANT_LABEL == TENANT_LABEL


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        (by_name("acme-dev"), [(f's.matchLabels["{NAME}"]', "acme-dev", "acme")]),
        (by_name("nobodys"), [(f's.matchLabels["{NAME}"]', "nobodys", None)]),
        (
            one_of(NAME, "acme-dev", "beta-prod"),
            [
                ("s.matchExpressions[0].values[0]", "acme-dev", "acme"),
                ("s.matchExpressions[0].values[1]", "beta-prod", "beta"),
            ],
        ),
        (one_of(TENANT_LABEL, "acme"), [("s.matchExpressions[0].values[0]", "acme", "acme")]),
        (
            by_name("acme-dev") | one_of(TENANT_LABEL, "beta"),
            [(f's.matchLabels["{NAME}"]', "acme-dev", "acme")],
        ),
    ],
)
def test_a_selector_is_confined_by_name_or_by_the_stamp(
    selector: object, found: list[tuple[str, str, str | None]]
) -> None:
    assert selected(selector) == found


@pytest.mark.parametrize(
    "selector",
    [
        None,
        {},
        "all",
        ["acme-dev"],
        {"matchLabels": {"env": "production"}},
        {"matchLabels": ["acme-dev"]},
        {"matchLabels": {NAME: None}},
        one_of(NAME, "acme-dev", operator="NotIn"),
        one_of(NAME, operator="Exists"),
        one_of(NAME, operator="In"),
        {"matchExpressions": [None, {"key": NAME}]},
        {"matchLabels": {"claim.aup.asergo.com/customer": "acme"}},
        {"matchLabels": {"Kubernetes.io/metadata.name": "acme-dev"}},
    ],
)
def test_any_other_selector_may_hold_any_namespace(selector: object) -> None:
    ((path, _, owner),) = selected(selector)
    assert (path, owner) == ("s", "<every>")


def test_a_selector_of_pods_has_a_label_of_its_own_for_the_name() -> None:
    selector = {"matchLabels": {"io.kubernetes.pod.namespace": "acme-dev"}}
    assert [owner for *_, owner in selected(selector, "io.kubernetes.pod.namespace")] == ["acme"]
    assert [owner for *_, owner in selected(selector)] == ["<every>"]


def test_a_file_does_not_know_whose_a_namespace_is() -> None:
    reference = named_namespace("beta-prod", "text", "path", Offline())
    assert (reference.owner, reference.known, reference.everyone) == (None, False, False)
    assert named_namespace("", "text", "path", Offline()).known


def test_a_namespace_that_a_tenant_names_is_known_off_the_cluster() -> None:
    """A bundle with Tenants and nothing of the cluster is what a pipeline checks with."""
    around = replace(Cluster(), pods_known=False)
    reference = named_namespace("beta-prod", "text", "path", around)
    assert (reference.owner, reference.known) == ("beta", True)
    assert not named_namespace("kube-system", "text", "path", around).known
