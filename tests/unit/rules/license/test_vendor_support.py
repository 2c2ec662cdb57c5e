"""Vendor support: whose last day counts, and for whom."""

from datetime import date
from typing import Any

import pytest

from aup.api.catalog import CatalogItem
from aup.api.sections.license import OnExpiry, Verification
from aup.policy.terms import EntitlementState, EntitlementTerm
from aup.rules.base import Violation
from aup.rules.license.vendor_support import vendor_support
from support.licences import catalogues, holding, license_terms, right
from support.workloads import workload

ENDED = date(2026, 3, 31)
COMING = date(2027, 3, 31)
ITEMS = (
    CatalogItem(
        repository="reg.example/old", license="MIT", vendor="Old Ltd", support_ends_at=ENDED
    ),
    CatalogItem(repository="reg.example/new", license="MIT", support_ends_at=COMING),
    CatalogItem(repository="reg.example/db", product="db", support_ends_at=ENDED),
    CatalogItem(repository="reg.example/fresh", product="db", support_ends_at=COMING),
    CatalogItem(repository="reg.example/ref", license="LicenseRef-Db", support_ends_at=ENDED),
    CatalogItem(repository="reg.example/open", product="db"),
    CatalogItem(repository="reg.example/plain", license="MIT"),
)
EXTENDED = right("db", support_until=COMING)
LAPSED = right("db", support_until=date(2026, 6, 30), supported=False)
SILENT = right("db")


def judged(
    image: str, *held: EntitlementTerm, continues: bool = False, **changes: Any
) -> list[str]:
    """Return the details of what is found about an image."""
    terms = license_terms(
        *ITEMS,
        support_ended=frozenset({ENDED}),
        references={"LicenseRef-Db": "db"},
        entitlements=holding(*held),
        **changes,
    )
    return [v.detail for v in vendor_support(workload(image, continues=continues), terms)]


def test_a_support_that_is_over_is_said_with_its_ways_out() -> None:
    terms = license_terms(*ITEMS, support_ended=frozenset({ENDED}))
    found = list(vendor_support(workload("mirror.example/reg/old:1", continues=False), terms))
    assert found == [
        Violation(
            path="spec.containers[0].image",
            value="mirror.example/reg/old:1",
            detail="is no longer supported: support by Old Ltd ended after 2026-03-31",
            remedy="use a version that is supported, or send proof of extended support to "
            "abuse@asergo.example",
            key=("reg.example/old", "support"),
            image="reg.example/old",
        )
    ]


@pytest.mark.parametrize(
    ("image", "held", "day"),
    [
        pytest.param("reg.example/new", (), None, id="supported"),
        pytest.param("reg.example/plain", (), None, id="no-day-is-known"),
        pytest.param("reg.example/unknown", (), None, id="not-in-the-catalogue"),
        pytest.param("reg.example/db", (), "2026-03-31", id="ended-and-nothing-held"),
        pytest.param("reg.example/db", (SILENT,), "2026-03-31", id="a-right-without-support"),
        pytest.param("reg.example/db", (EXTENDED,), None, id="extended"),
        pytest.param("reg.example/ref", (EXTENDED,), None, id="extended-by-reference"),
        pytest.param("reg.example/db", (SILENT, EXTENDED), None, id="extended-by-one-of-two"),
        pytest.param("reg.example/db", (LAPSED,), "2026-06-30", id="the-later-end-is-told"),
        pytest.param("reg.example/open", (LAPSED,), "2026-06-30", id="only-the-contract-ends"),
        pytest.param("reg.example/fresh", (LAPSED,), "2026-06-30", id="the-contract-goes-before"),
        pytest.param("reg.example/fresh", (LAPSED, SILENT), None, id="unless-another-one-has-none"),
        pytest.param(
            "reg.example/db",
            (right("db", support_until=COMING, state=EntitlementState.EXPIRED),),
            "2026-03-31",
            id="an-expired-right-extends-nothing",
        ),
        pytest.param(
            "reg.example/db",
            (right("db", support_until=COMING, state=EntitlementState.IN_GRACE),),
            None,
            id="one-in-its-grace-does",
        ),
        pytest.param("reg.example/db", (right("cache"),), "2026-03-31", id="of-another-product"),
    ],
)
def test_whose_day_counts(image: str, held: tuple[EntitlementTerm, ...], day: str | None) -> None:
    found = judged(image, *held)
    assert [detail.rpartition(" ")[2] for detail in found] == ([day] if day else [])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"require_support": False}, id="the-policy-does-not-ask"),
        pytest.param({"verification": Verification.OFF}, id="no-licences-are-looked-at"),
        pytest.param({"trusted": frozenset({"reg.example"})}, id="the-providers-own"),
        pytest.param({"trusted": frozenset({"reg.example/old"})}, id="one-of-the-providers-own"),
    ],
)
def test_nobody_asks(changes: dict[str, Any]) -> None:
    assert not judged("mirror.example/reg/old:1", **changes)


def test_a_prefix_of_the_name_makes_nothing_the_providers_own() -> None:
    assert judged("reg.example/old", trusted=frozenset({"reg.example/ol", "reg"}))


@pytest.mark.parametrize(
    ("on_expiry", "continues", "warn"),
    [
        (OnExpiry.WARN_RECREATE, True, True),
        (OnExpiry.WARN_RECREATE, False, False),
        (OnExpiry.DENY, True, False),
    ],
)
def test_what_goes_on_is_softened_as_for_entitlements(
    on_expiry: OnExpiry, *, continues: bool, warn: bool
) -> None:
    terms = license_terms(*ITEMS, support_ended=frozenset({ENDED}), on_expiry=on_expiry)
    (found,) = vendor_support(workload("reg.example/old", continues=continues), terms)
    assert found.warn is warn


def test_of_two_catalogues_the_earlier_end_counts() -> None:
    later = CatalogItem(repository="reg.example/old", license="MIT", support_ends_at=COMING)
    both = catalogues(first=(later,), second=ITEMS)
    assert len(judged("reg.example/old", catalog=both)) == 1
