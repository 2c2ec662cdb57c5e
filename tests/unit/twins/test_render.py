"""Policies out of twins: what is looked for first, and that no search is left out of it."""

import re

import pytest

from aup.twins.catalogue import GROUPS
from aup.twins.model import ALWAYS, Group, Search, Twin
from aup.twins.render import Policy, policies, shown
from support.replacing import replace

SEEN = [group for group in GROUPS if group.sight]
SEARCHES = [
    pytest.param(group, search, id=f"{group.name}-{twin.rule}-{number}")
    for group in SEEN
    for twin in group.twins
    for number, search in enumerate(twin.searches)
]
POLICIES = [
    pytest.param(policy, id=policy.name) for group in GROUPS for policy in policies(group, "[]")
]


def policy(group: Group, search: Search) -> Policy:
    """Return the policy of a group that the signs of a search have asked."""
    (found,) = (p for p in policies(group, "[]") if p.asked == search.asked)
    return found


def condition(of: Policy) -> str:
    """Return on what a policy is asked at all."""
    (found,) = of.spec["matchConditions"]
    return str(found["expression"])


def text(of: Policy) -> str:
    """Return all that the variables of a policy compute."""
    return "\n".join(v["expression"] for v in of.spec["variables"])


@pytest.mark.parametrize(("group", "search"), SEARCHES)
def test_a_policy_is_asked_by_the_signs_of_each_search(group: Group, search: Search) -> None:
    """Whoever adds a search has to say by what it shows."""
    assert search.signs
    assert search.signs != ALWAYS
    for sign in search.signs.values():
        assert sign
        assert f"({sign})" in condition(policy(group, search)).partition(" && !(")[0]


@pytest.mark.parametrize(("group", "search"), SEARCHES)
def test_what_few_terms_ask_has_another_policy_asked(group: Group, search: Search) -> None:
    """Which namespaces that do not ask are spared, whatever else their objects show."""
    own = policies(group, "[]")[-1]
    assert own.asked is None
    if search.asked is None:
        return
    assert search.finds.startswith(f"'{search.asked.allowance}' in variables.allows && ")
    for sign in search.signs.values():
        assert f"({sign})" not in condition(own)
    finds = search.finds.replace("{side}", "[side]").partition("{most}")[0]
    assert finds in text(own)
    assert finds in text(policy(group, search))


@pytest.mark.parametrize(("group", "search"), SEARCHES)
def test_one_policy_at_most_searches_an_object(group: Group, search: Search) -> None:
    """The one that a group has beside its own is not asked about what shows other signs."""
    own = shown(group, lambda other: other.asked is None)
    if search.asked is not None:
        assert f" && !({own}) && " in condition(policy(group, search))


@pytest.mark.parametrize("policy", POLICIES)
def test_a_condition_reads_what_is_known_there(policy: Policy) -> None:
    """No variable and no namespace; and what may be absent is asked for first."""
    told = condition(policy)
    assert "variables." not in told
    assert "namespaceObject" not in told
    assert len(re.findall(r"request\.subResource\b", told)) == told.count(
        "has(request.subResource)"
    ) + told.count("has(request.subResource) && request.subResource == ")


@pytest.mark.parametrize("policy", POLICIES)
def test_a_message_is_made_for_what_is_refused_only(policy: Policy) -> None:
    """The API server evaluates it for every request."""
    (validation,) = policy.spec["validations"]
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
