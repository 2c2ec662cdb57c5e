"""How much of an object twins compare: told by the rule, before anything is gone through."""

import re

import pytest

from aup.twins.bounds import ALL, bounds, cost, vast
from aup.twins.catalogue import GROUPS
from aup.twins.model import ONE, Bound, Group, Search, Twin
from aup.twins.render import policies
from support.replacing import replace

HELD = "held({rule})"
FIRST = Bound("names", "'spec.a'", "a{side}", "10")
SECOND = Bound("ports", "'spec.b'", "b{side}", "20", shares=2)
SMALL: Group = replace(
    GROUPS[0],
    twins=(
        Twin("a/b", (Search("[]", {}, bounds=(FIRST,)), Search("[]", {}, bounds=(FIRST,)))),
        Twin("c/d", (Search("[]", {}, bounds=(SECOND,)), Search("[]", {}))),
    ),
)


def variables(group: Group) -> dict[str, str]:
    """Return the variables of a group's own policy."""
    spec = policies(group, "[]")[-1].spec
    return {v["name"]: v["expression"] for v in spec["variables"]}


def test_searches_that_share_a_list_have_one_bound() -> None:
    assert [(told.rule, told.bound) for told in bounds(SMALL)] == [("a/b", FIRST), ("c/d", SECOND)]
    assert cost(SMALL) == "(a{side}) * (10) + (b{side}) * (20)"


def test_a_list_is_refused_by_its_rule_where_that_is_held() -> None:
    told = vast(SMALL, HELD)
    assert f"(a{{side}}) * (10) > {ONE} && held(a/b) ? ['a/b" in told
    assert f"(b{{side}}) * (20) > {2 * ONE} && held(c/d) ? ['c/d" in told
    assert "'lists ' + string(b{side}) + ' ports'" in told
    assert f"string({2 * ONE} / (20))" in told
    assert told.endswith(" : []")


def test_all_lists_together_have_a_bound_as_well() -> None:
    """What each may cost is less than what all may."""
    assert f" : variables.weight{{side}} > {ALL} ? ['a/b" in vast(SMALL, HELD)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_what_is_too_much_is_not_searched(group: Group) -> None:
    """Variables are computed when they are read, so the order of a choice is what is computed."""
    known = variables(group)
    assert known["fresh"].startswith("variables.vastNew.size() > 0 ? variables.vastNew : ")
    assert "variables.found" not in known["vastNew"]
    assert known["foundOld"].startswith("oldObject == null || variables.vastOld.size() > 0 || ")


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_a_search_with_bounds_is_a_variable_of_its_own(group: Group) -> None:
    """Each variable has a limit of cost, so two long lists of one rule do not share one."""
    known = variables(group)
    for twin in group.twins:
        for search in twin.searches:
            finds = search.finds.replace("{side}", "New").replace("{object}", "object")
            assert (finds in known.values()) is bool(search.bounds), (twin.rule, search.finds)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_each_bound_says_what_and_where(group: Group) -> None:
    for told in bounds(group):
        assert re.fullmatch(r"[a-z][a-zA-Z ]+s", told.bound.what), told
        assert told.bound.path.startswith(("'", "variables.")), told
        assert told.bound.size, told
        assert told.bound.each, told
