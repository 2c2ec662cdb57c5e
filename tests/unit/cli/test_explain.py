"""`aup explain`: what there is to know of a rule."""

from typing import Any

import pytest

from aup.engine.evaluate import UNREADABLE
from aup.rules import CATALOGUE
from support.commands import Commands


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.id)
def test_every_rule_is_explained(aup: Commands, rule: Any) -> None:
    said = aup.run("explain", rule.id)
    assert said.code == 0
    for part in (rule.id, rule.title, "enforcement: ", "clause ", "Allowed", rule.blind):
        assert part in said.out


def test_what_is_no_rule_and_stands_in_denials_is_explained(aup: Commands) -> None:
    said = aup.run("explain", UNREADABLE)
    assert said.code == 0
    assert said.out.startswith(
        "admission/unreadable: An object that cannot be read\n\nWhere a rule"
    )


def test_an_unknown_rule_is_answered_with_those_near_it(aup: Commands) -> None:
    said = aup.run("explain", "host/nope")
    assert said.code == 2
    assert said.err.startswith("aup: there is no rule 'host/nope'; there are host/")


def test_the_catalogue_and_the_version_are_printed(aup: Commands) -> None:
    assert len(aup.run("explain").out.splitlines()) == len(CATALOGUE)
    assert aup.run("version").out.startswith("aup ")
