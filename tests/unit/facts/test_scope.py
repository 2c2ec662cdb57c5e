"""Kinds outside of namespaces: those that the webhook is sent as such, and other projects'."""

import yaml

from aup.facts.carriers.walk import is_custom
from aup.facts.extract import KINDS
from aup.facts.scope import OUTSIDE, lies_outside
from support.repository import ROOT

JUDGED = yaml.safe_load((ROOT / "charts/aup-operator/files/judged.yaml").read_text())
NAMED = {(group, kind) for group, kinds in OUTSIDE.items() for kind in kinds}


def sent(part: str) -> set[tuple[str, str]]:
    """Return the kinds of a part of the table that the chart is made of."""
    return {
        (group["group"], kind) for group in JUDGED[part] for kind in group["resources"].values()
    }


def test_only_kinds_that_are_read_are_named() -> None:
    assert NAMED <= KINDS


def test_of_kubernetes_own_they_are_those_that_are_sent_as_such() -> None:
    outside = {kind for kind in NAMED if not is_custom(kind[0])}
    assert outside == sent("cluster") | sent("volumes")


def test_none_is_sent_out_of_a_namespace() -> None:
    assert not NAMED & sent("namespaced")


def test_a_kind_that_nobody_knows_is_taken_to_lie_in_a_namespace() -> None:
    assert not lies_outside("example.com", "Namespace")
    assert lies_outside("", "Namespace")
    assert not lies_outside("", "Pod")
