"""Calico's expressions: what they demand of a label, and what they do not."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.routing.calico_selector import MAX_DEPTH, MAX_TOKENS, demanded

NAME = "projectcalico.org/name"
LABELS = frozenset({NAME, "stamp"})
OWN = ((NAME, "acme"),)


@pytest.mark.parametrize(
    ("expression", "demand"),
    [
        (f"{NAME} == 'acme'", OWN),
        (f'\t{NAME}=="acme" ', OWN),
        (f"{NAME} in {{'acme', \"beta\",}}", (*OWN, (NAME, "beta"))),
        (f"{NAME} in{{'acme'}}", OWN),
        (f"(({NAME} == 'acme'))", OWN),
        (f"app == 'x' && {NAME} == 'acme'", OWN),
        (f"!has(app) && !all() && {NAME} == 'acme'", OWN),
        (f"{NAME} == 'acme' && (app == 'x' || global())", OWN),
        (f"{NAME} == 'acme' || stamp == 'a' && app != 'x'", (*OWN, ("stamp", "a"))),
        (f"app not in {{'x'}} && app contains 'y' && {NAME} == 'acme'", OWN),
        (f"app starts with 'y' && app ends  with 'z' && {NAME} == 'acme'", OWN),
        # What confines is the first of several: the others could only say less.
        (f"stamp == 'a' && {NAME} == 'acme'", (("stamp", "a"),)),
        (f"{NAME} == ''", ((NAME, ""),)),
    ],
)
def test_an_expression_that_holds_only_with_a_label_demands_it(
    expression: str, demand: tuple[tuple[str, str], ...]
) -> None:
    assert demanded(expression, LABELS) == demand


@pytest.mark.parametrize(
    "expression",
    [
        "",
        " \t",
        "all()",
        "global()",
        f"has({NAME})",
        f"{NAME} != 'acme'",
        f"{NAME} not in {{'acme'}}",
        f"{NAME} contains 'acme'",
        f"{NAME} starts with 'acme'",
        f"{NAME} in {{}}",
        f"!{NAME} == 'acme'",
        f"!!{NAME} == 'acme'",
        f"!({NAME} == 'acme')",
        f"{NAME} == 'acme' || all()",
        f"{NAME} == 'acme' || app == 'x' && has(y)",
        f"({NAME} == 'acme' || app == 'x') && has(y)",
        "other == 'acme'",
        "PROJECTCALICO.ORG/name == 'acme'",
    ],
)
def test_an_expression_that_may_hold_anything_demands_nothing(expression: str) -> None:
    assert demanded(expression, LABELS) is None


@pytest.mark.parametrize(
    "expression",
    [
        None,
        7,
        {"matchLabels": {NAME: "acme"}},
        f"{NAME} = 'acme'",
        f"{NAME} == acme",
        f"{NAME} == 'acme",
        f"{NAME} == 'acme\"",
        f"{NAME} == 'acme' &&",
        f"{NAME} == 'acme' & has(x)",
        f"{NAME} == 'acme' has(x)",
        f"{NAME} == 'acme')",
        f"({NAME} == 'acme'",
        f"{NAME} == 'acme'\n",
        f"{NAME} == 'acme' && app is 'x'",
        f"{NAME} == 'acme' && app not 'x'",
        f"{NAME} == 'acme' && all",
        f"{NAME} == 'acme' && all (  )",
        f"{NAME} in {{'acme' 'beta'}}",
        f"{NAME} in {{'acme', , 'beta'}}",
        f"{NAME} in 'acme'",
        f"{NAME} 'in' {{'acme'}}",
        f"{NAME}\u00a0== 'acme'",
        # Calico writes values anew between quotes of the other sort.
        f"app in {{'a\"}} || all() || app in {{\"b'}} && {NAME} == 'acme'",
        f"app == 'a\"b' && {NAME} == 'acme'",
    ],
)
def test_what_calico_would_leave_away_demands_nothing(expression: object) -> None:
    assert demanded(expression, LABELS) is None


def test_an_expression_has_bounds() -> None:
    own = f"{NAME} == 'acme'"
    deep = "(" * MAX_DEPTH + own + ")" * MAX_DEPTH
    assert demanded(deep, LABELS) == OWN
    assert demanded(f"({deep})", LABELS) is None
    fits = " && ".join([own] * (MAX_TOKENS // 4))
    assert demanded(fits, LABELS) == OWN
    assert demanded(f"{fits} && {own}", LABELS) is None
    assert demanded("!" * 1_000_000, LABELS) is None


KEYS = st.sampled_from([NAME, "stamp", "app"])
VALUES = st.sampled_from(["acme", "beta", "x"])
LEAVES = st.one_of(
    st.tuples(st.sampled_from(["==", "!="]), KEYS, VALUES),
    st.tuples(st.sampled_from(["in", "not in"]), KEYS, st.lists(VALUES, max_size=2)),
    st.tuples(st.just("has"), KEYS),
    st.just(("all",)),
)
TREES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.tuples(st.just("!"), below),
        st.tuples(st.sampled_from(["&&", "||"]), st.lists(below, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)


def written(tree: Any) -> str:
    """Write an expression as somebody does who puts parentheses around everything."""
    match tree:
        case "==" | "!=" as operator, key, value:
            return f"{key} {operator} '{value}'"
        case "in" | "not in" as operator, key, values:
            return f"{key} {operator} {{{', '.join(map(repr, values))}}}"
        case "has", key:
            return f"has({key})"
        case "!", below:
            return f"!({written(below)})"
        case "&&" | "||" as operator, below:
            return f" {operator} ".join(f"({written(one)})" for one in below)
        case _:
            return "all()"


HOLDS: dict[str, Callable[..., bool]] = {
    "==": lambda labels, key, value: labels.get(key) == value,
    "!=": lambda labels, key, value: labels.get(key) != value,
    "in": lambda labels, key, values: labels.get(key) in values,
    "not in": lambda labels, key, values: labels.get(key) not in values,
    "has": lambda labels, key: key in labels,
    "all": lambda _: True,
    "!": lambda labels, below: not holds(below, labels),
    "&&": lambda labels, below: all(holds(one, labels) for one in below),
    "||": lambda labels, below: any(holds(one, labels) for one in below),
}


def holds(tree: Any, labels: Mapping[str, str]) -> bool:
    """Tell whether an endpoint with these labels is selected."""
    operator, *operands = tree
    return HOLDS[operator](labels, *operands)


@given(TREES, st.dictionaries(KEYS, VALUES))
def test_whatever_is_selected_has_what_is_demanded(tree: Any, labels: dict[str, str]) -> None:
    demand = demanded(written(tree), LABELS)
    if demand is not None and holds(tree, labels):
        assert any(labels.get(key) == value for key, value in demand)
