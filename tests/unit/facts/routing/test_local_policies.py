"""Policies and networks of a namespace that reach beyond it."""

from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import Exposure, Subject
from support.corpus import as_json
from support.world import Cluster


def read(kind: tuple[str, str], spec: dict[str, Any], **metadata: Any) -> Exposure:
    """Return what is read of an object in a namespace."""
    subject = Subject(*kind, namespace="acme-prod", name="x")
    obj = {"kind": kind[1], "metadata": metadata, "spec": spec}
    exposure = extract(as_json(obj), subject, Cluster()).exposure
    assert exposure is not None
    return exposure


@pytest.mark.parametrize("group", ["projectcalico.org", "crd.projectcalico.org"])
@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (None, []),
        ({}, []),
        ({"role": "partner", "projectcalico.org/namespace": "x"}, []),
        ({"projectcalico.org/orchestrator": None}, []),
        ({"projectcalico.org/orchestrator": "k8s"}, ["k8s"]),
        ({"projectcalico.org/orchestrator": ""}, [""]),
    ],
)
def test_networks_are_the_tenants_own_unless_they_pass_for_pods(
    group: str, labels: Any, found: list[str]
) -> None:
    found_in = read((group, "NetworkSet"), {"nets": ["0.0.0.0/0"]}, labels=labels)
    assert [setting.text for setting in found_in.settings] == found
    assert found_in.captures == ()


@pytest.mark.parametrize(
    "kind",
    [
        ("crd.antrea.io", "NetworkPolicy"),
        ("projectcalico.org", "NetworkPolicy"),
        ("crd.projectcalico.org", "NetworkPolicy"),
    ],
    ids="/".join,
)
def test_a_policy_of_a_namespace_lets_out_by_its_tier_and_ends_nothing(
    kind: tuple[str, str],
) -> None:
    """The lock of a quarantine holds it as it stands; whom it is for is its own namespace."""
    rules = [{"action": "Allow"}, {"action": "Pass"}]
    found = read(kind, {"tier": "security", "ingress": rules, "egress": rules[:1]})
    assert [(one.path, one.final, one.delivers) for one in found.passages] == [
        ("spec.ingress[0].action", False, False),
        ("spec.ingress[1].action", False, False),
        ("spec.egress[0].action", False, True),
    ]
    assert (found.captures, found.settings) == ((), ())
    (only,) = read(kind, {"egress": rules[:1]}).passages
    assert not only.delivers
