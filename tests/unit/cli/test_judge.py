"""Objects of files under the engine: a mistake of ours over one keeps nobody from the rest."""

from collections.abc import Iterator
from dataclasses import replace

from aup.cli.bundle import Bundle
from aup.cli.judge import Checked, judge_all
from aup.cli.nearby import Nearby
from aup.cli.sources import Source, Unreadable
from aup.facts.model import Exposure
from aup.policy.terms import NetworkTerms
from aup.rules import CATALOGUE
from aup.rules.base import Violation
from support.world import NOW, load_world, terms

SERVICES = """\
{apiVersion: v1, kind: Service, metadata: {name: one}, spec: {externalIPs: [203.0.113.9]}}
---
{apiVersion: v1, kind: Service, metadata: {name: two}}
"""


def deep(exposure: Exposure, _terms: NetworkTerms) -> Iterator[Violation]:
    """Make a mistake over everything that claims an address."""
    if exposure.addresses:
        raise RecursionError
    yield from ()


def test_a_mistake_of_ours_over_one_object_is_told_and_the_rest_is_judged() -> None:
    rule = next(rule for rule in CATALOGUE if rule.id == "network/assigned-address")
    bundle = Bundle(
        world=load_world(),
        nearby=Nearby(),
        now=NOW,
        tenant="acme",
        rules=(replace(rule, check=deep),),
        compiled={"acme": terms("acme", NOW)},
    )
    first, second = judge_all([Source("web.yaml", SERVICES)], bundle, "acme-prod")
    assert isinstance(first, Unreadable)
    assert (first.name, first.line) == ("web.yaml", 1)
    assert first.problem == (
        "ended in a mistake of aup (RecursionError) and was not judged; report it"
    )
    assert isinstance(second, Checked)
