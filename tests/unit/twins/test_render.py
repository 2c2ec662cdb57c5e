"""Policies out of twins: what is looked for first, and that no search is left out of it."""

import re

import pytest

from aup.twins.catalogue import GROUPS
from aup.twins.model import ALWAYS, Group, Search, Twin
from aup.twins.render import shown, spec
from support.replacing import replace

SEEN = [group for group in GROUPS if group.sight]
SEARCHES = [
    pytest.param(group, search, id=f"{group.name}-{twin.rule}-{number}")
    for group in SEEN
    for twin in group.twins
    for number, search in enumerate(twin.searches)
]


def condition(group: Group) -> str:
    """Return on what the policy of a group is asked at all."""
    (found,) = spec(group, "[]")["matchConditions"]
    return str(found["expression"])


def variables(group: Group) -> dict[str, str]:
    """Return the variables of the policy of a group."""
    return {v["name"]: v["expression"] for v in spec(group, "[]")["variables"]}


@pytest.mark.parametrize(("group", "search"), SEARCHES)
def test_the_policy_is_asked_by_the_signs_of_each_search(group: Group, search: Search) -> None:
    """Whoever adds a search has to say by what it shows."""
    assert search.signs
    assert search.signs != ALWAYS
    for sign in search.signs.values():
        assert sign
        assert f"({sign})" in condition(group)


@pytest.mark.parametrize(("group", "search"), SEARCHES)
def test_a_search_is_skipped_by_the_stamps_only_if_it_reads_them(
    group: Group, search: Search
) -> None:
    """The allowance that asks for it stands before everything that it finds."""
    if search.asked_by:
        assert search.finds.startswith(f"'{search.asked_by}' in variables.allows && ")
        assert f".contains('{search.asked_by}')" in variables(group)["ordinary"]
    elif "ordinary" in variables(group):
        for sign in search.signs.values():
            assert f"({sign})" in variables(group)["ordinary"]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_a_condition_reads_what_is_known_there(group: Group) -> None:
    """No variable and no namespace; and what may be absent is asked for first."""
    told = condition(group)
    assert "variables." not in told
    assert "namespaceObject" not in told
    assert len(re.findall(r"request\.subResource\b", told)) == told.count(
        "has(request.subResource)"
    ) + told.count("has(request.subResource) && request.subResource == ")


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_a_message_is_made_for_what_is_refused_only(group: Group) -> None:
    """The API server evaluates it for every request."""
    (validation,) = spec(group, "[]")["validations"]
    assert validation["messageExpression"] == f"{validation['expression']} ? '' : variables.told"


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_a_group_looks_for_signs_unless_ordinary_objects_bear_them(group: Group) -> None:
    """Else each of them would be searched, and cost."""
    always = any(s.signs == ALWAYS for twin in group.twins for s in twin.searches)
    assert always is not bool(group.sight)


def test_signs_are_looked_for_where_they_are() -> None:
    group = replace(
        SEEN[0],
        sight="{pod} || vs.exists(v, {volume}) || cs.exists(c, {container})",
        twins=(
            Twin("a/b", (Search("[]", {"pod": "s.a", "volume": "v.b"}),)),
            Twin("c/d", (Search("[]", {"pod": "s.c"}), Search("[]", {"pod": "s.a"}))),
        ),
    )
    told = shown(group, lambda _: True)
    assert told == "((s.a) || (s.c)) || vs.exists(v, ((v.b))) || cs.exists(c, (false))"


def test_a_sign_at_no_place_of_the_sight_is_refused() -> None:
    """It would never be seen."""
    group = replace(SEEN[0], twins=(Twin("a/b", (Search("[]", {"elsewhere": "true"}),)),))
    with pytest.raises(KeyError):
        shown(group, lambda _: True)
