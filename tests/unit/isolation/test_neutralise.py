"""A policy is made to select nothing, and exactly that is undone."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.isolation.neutralise import (
    KEY,
    REQUIREMENTS,
    is_neutralised,
    neutralised,
    without_neutralisation,
)

LABELS = st.dictionaries(st.sampled_from(["app", "tier", KEY]), st.sampled_from(["web", "never"]))
EXPRESSIONS = st.lists(
    st.fixed_dictionaries(
        {
            "key": st.sampled_from(["app", "tier", KEY]),
            "operator": st.sampled_from(["In", "NotIn"]),
            "values": st.lists(st.sampled_from(["web", "never"]), min_size=1, unique=True),
        }
    )
    | st.fixed_dictionaries(
        {
            "key": st.sampled_from(["app", KEY]),
            "operator": st.sampled_from(["Exists", "DoesNotExist"]),
        }
    ),
    min_size=1,
    max_size=4,
)
SELECTORS = st.fixed_dictionaries(
    {}, optional={"matchLabels": LABELS, "matchExpressions": EXPRESSIONS}
)


def selects(selector: dict[str, Any], pod: dict[str, str]) -> bool:
    """Tell whether a label selector selects a pod, as Kubernetes defines it."""
    if any(pod.get(k) != v for k, v in selector.get("matchLabels", {}).items()):
        return False
    for e in selector.get("matchExpressions", []):
        here = e["key"] in pod
        truth = {
            "In": here and pod[e["key"]] in e.get("values", []),
            "NotIn": not here or pod[e["key"]] not in e.get("values", []),
            "Exists": here,
            "DoesNotExist": not here,
        }
        if not truth[e["operator"]]:
            return False
    return True


@given(selector=SELECTORS, pod=LABELS)
def test_neutralised_policy_selects_no_pod_whatever_its_labels(
    selector: dict[str, Any], pod: dict[str, str]
) -> None:
    """Also none that was given our label beforehand."""
    spec = neutralised({"podSelector": selector})
    assert is_neutralised({"spec": spec})
    assert not selects(spec["podSelector"], pod)


@given(selector=SELECTORS)
def test_undoing_gives_back_what_was_there(selector: dict[str, Any]) -> None:
    if any(r in selector.get("matchExpressions", []) for r in REQUIREMENTS):
        return
    spec = {"podSelector": selector, "policyTypes": ["Ingress"]}
    assert without_neutralisation(neutralised(spec)) == spec


@pytest.mark.parametrize(
    "expressions",
    [
        pytest.param([{"key": KEY, "operator": "DoesNotExist"}], id="half-of-it"),
        pytest.param([{"key": KEY, "operator": "NotIn", "values": ["never"]}], id="the-opposite"),
        pytest.param([{"key": KEY, "operator": "In", "values": ["never", "ever"]}], id="wider"),
    ],
)
def test_a_tenants_own_use_of_our_key_is_not_taken_for_ours(expressions: Any) -> None:
    """Otherwise a tenant would mark its allow-all as done beforehand."""
    spec = {"podSelector": {"matchExpressions": expressions}}
    assert not is_neutralised({"spec": spec})
    assert is_neutralised({"spec": neutralised(spec)})


def test_neutralising_twice_changes_nothing() -> None:
    once = neutralised({"podSelector": {}})
    assert json.dumps(neutralised(once)) == json.dumps(once)
