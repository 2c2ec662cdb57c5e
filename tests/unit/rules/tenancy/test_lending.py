"""Lending on hand-made facts: to whom something may be opened."""

import pytest

from aup.facts.model import Exposure, Loan, NamespaceReference
from aup.rules.tenancy.lending import lending
from support.neutral import TERMS


def judge(borrower: NamespaceReference, label: str = "") -> list[str]:
    exposure = Exposure(namespace="acme-prod", loans=(Loan("Services", borrower, label),))
    return [f"{v.path} {v.value} {v.detail}; {v.remedy}" for v in lending(exposure, TERMS.tenancy)]


@pytest.mark.parametrize(
    "borrower",
    [
        NamespaceReference("acme-prod", "p"),
        NamespaceReference("acme-dev", "p", "acme"),
        NamespaceReference("gateway-system", "p"),
        NamespaceReference("beta-prod", "p", known=False),
    ],
)
def test_ones_own_the_platforms_and_nobodys_namespaces_may_be_opened_to(
    borrower: NamespaceReference,
) -> None:
    assert judge(borrower) == []


def test_another_tenants_namespace_may_not() -> None:
    assert judge(NamespaceReference("beta-prod", "spec.from[1].namespace", "beta")) == [
        (
            "spec.from[1].namespace beta-prod opens Services to a namespace of another tenant; "
            "name namespaces of acme, or ask abuse@asergo.example"
        )
    ]


@pytest.mark.parametrize("known", [True, False])
def test_everybodys_may_not_on_any_side_of_the_cluster(*, known: bool) -> None:
    (said,) = judge(NamespaceReference("All", "p", known=known, everyone=True))
    assert "opens Services to every namespace" in said


def test_a_selector_over_labels_of_anybody_is_told_which_label_confines_it() -> None:
    assert judge(NamespaceReference("", "spec.selector", everyone=True), "a.example/name") == [
        (
            "spec.selector  opens Services to any namespace that it fits, whoever's it is; "
            "confine it to namespaces of acme by the label a.example/name, "
            "or ask abuse@asergo.example"
        )
    ]


def test_a_selector_that_names_another_tenants_namespace_is_told_to_name_ones_own() -> None:
    (said,) = judge(NamespaceReference("beta-prod", "p", "beta"), "a.example/name")
    assert "name namespaces of acme, or ask" in said
