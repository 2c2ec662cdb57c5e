"""Licence rules: what an expression allows, what nobody knows, and who holds which right."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.catalog import CatalogItem, CatalogSpec, Mirror
from aup.api.sections.choice import Unknown
from aup.api.sections.license import OnExpiry
from aup.facts.image import read_image
from aup.policy.catalog import compile_catalog, merge
from aup.policy.spdx import AllOf, AnyOf, Expression, License, SpdxProblem, parse
from aup.policy.terms import EntitlementState, EntitlementTerm, LicenseTerms
from aup.rules.base import Violation
from aup.rules.license.entitlement import entitlement
from aup.rules.license.expression import expression
from aup.rules.license.unknown import unknown
from aup.rules.license.verdict import Verdict, judge, refused
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace
from support.workloads import placed, workload

ITEMS = (
    CatalogItem(repository="reg.example/free", license="MIT"),
    CatalogItem(repository="reg.example/sspl", license="SSPL-1.0"),
    CatalogItem(repository="reg.example/dual", license="SSPL-1.0 OR RSALv2"),
    CatalogItem(repository="reg.example/none", license="NONE"),
    CatalogItem(repository="reg.example/unassessed", license="NOASSERTION"),
    CatalogItem(repository="reg.example/blank"),
    CatalogItem(repository="reg.example/reference", license="LicenseRef-Other"),
    CatalogItem(repository="reg.example/db", license="LicenseRef-Vendor", product="db"),
    CatalogItem(repository="reg.example/db", digests=("sha256:" + "1" * 64,), license="MIT"),
    CatalogItem(repository="reg.example/bare", product="db"),
    CatalogItem(repository="reg.example/by-reference", license="LicenseRef-Vendor"),
    CatalogItem(repository="reg.example/choice", license="MIT OR LicenseRef-Vendor"),
    CatalogItem(repository="reg.example/no-choice", license="SSPL-1.0 OR LicenseRef-Vendor"),
    CatalogItem(repository="reg.example/guess", license="NOASSERTION OR LicenseRef-Vendor"),
    CatalogItem(repository="reg.example/either", license="LicenseRef-Vendor OR LicenseRef-Cache"),
    CatalogItem(
        repository="reg.example/two-or-one",
        license="(LicenseRef-Vendor AND LicenseRef-Cache) OR LicenseRef-Third",
    ),
    CatalogItem(repository="reg.example/both", license="LicenseRef-Vendor AND LicenseRef-Cache"),
)
MIRRORS = (Mirror(prefix="mirror.example/reg", of="reg.example"),)
TERMS = replace(
    NEUTRAL.license,
    deny=frozenset({"SSPL-1.0", "RSALv2", "GPL-2.0-only"}),
    allow=frozenset(),
    exceptions=frozenset({"Classpath-exception-2.0"}),
    unknown=Unknown.REVIEW,
    references={
        "LicenseRef-Vendor": "db",
        "LicenseRef-Cache": "cache",
        "LicenseRef-Third": "third",
    },
    on_expiry=OnExpiry.WARN_RECREATE,
    catalog=merge([compile_catalog("default", CatalogSpec(items=ITEMS, mirrors=MIRRORS))[0]])[0],
    entitlements={},
    non_production=frozenset({"acme-dev"}),
)
VALID = EntitlementTerm(
    name="acme-db",
    product="db",
    state=EntitlementState.VALID,
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
    regions=frozenset(),
    production=True,
)
EXPIRED = replace(VALID, state=EntitlementState.EXPIRED, valid_until=date(2025, 12, 31))
IN_GRACE = replace(EXPIRED, state=EntitlementState.IN_GRACE)
COMING = replace(VALID, state=EntitlementState.NOT_YET_VALID, valid_from=date(2027, 1, 1))
REGIONAL = replace(VALID, regions=frozenset({"eu-north-1"}))
TRIAL = replace(VALID, production=False)
CACHE = replace(VALID, name="acme-cache", product="cache")
THIRD = replace(TRIAL, name="acme-third", product="third")


def spdx(text: str) -> Expression:
    """Read an expression that must be one."""
    found = parse(text)
    assert not isinstance(found, SpdxProblem), found
    return found


def holding(*entitlements: EntitlementTerm, **changes: Any) -> LicenseTerms:
    """Return the terms of a tenant that holds entitlements."""
    held: Mapping[str, tuple[EntitlementTerm, ...]] = {
        product: tuple(e for e in entitlements if e.product == product)
        for product in ("db", "cache", "third")
    }
    return replace(TERMS, entitlements=held, **changes)


def one(found: list[Violation]) -> Violation:
    """Return the only violation."""
    (violation,) = found
    return violation


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("MIT", Verdict.ALLOWED),
        ("SSPL-1.0", Verdict.DENIED),
        ("MIT OR SSPL-1.0", Verdict.ALLOWED),
        ("MIT AND SSPL-1.0", Verdict.DENIED),
        ("MIT AND (Apache-2.0 OR SSPL-1.0)", Verdict.ALLOWED),
        ("(MIT AND SSPL-1.0) OR (ISC AND RSALv2)", Verdict.DENIED),
        ("NONE", Verdict.DENIED),
        ("NONE OR MIT", Verdict.ALLOWED),
        ("NOASSERTION", Verdict.UNKNOWN),
        ("NOASSERTION OR MIT", Verdict.ALLOWED),
        ("NOASSERTION AND MIT", Verdict.UNKNOWN),
        ("NOASSERTION AND SSPL-1.0", Verdict.DENIED),
        ("LicenseRef-Other", Verdict.UNKNOWN),
        ("LicenseRef-Other OR SSPL-1.0", Verdict.UNKNOWN),
        ("LicenseRef-Vendor", Verdict.ALLOWED),
        ("GPL-2.0-only", Verdict.DENIED),
        ("GPL-2.0", Verdict.DENIED),
        ("GPL-2.0-or-later", Verdict.ALLOWED),
        ("GPL-2.0+", Verdict.ALLOWED),
        ("GPL-2.0-only WITH Classpath-exception-2.0", Verdict.ALLOWED),
        ("GPL-2.0-with-classpath-exception", Verdict.ALLOWED),
        ("GPL-2.0-only WITH GCC-exception-2.0", Verdict.DENIED),
        ("SSPL-1.0 WITH Classpath-exception-2.0", Verdict.DENIED),
        ("MIT WITH AdditionRef-ours", Verdict.UNKNOWN),
        ("GPL-2.0-only WITH AdditionRef-ours", Verdict.DENIED),
        ("SSPL-1.0+", Verdict.DENIED),
    ],
)
def test_an_expression_is_judged_as_a_tree(text: str, verdict: Verdict) -> None:
    assert judge(spdx(text), TERMS) is verdict


@pytest.mark.parametrize(
    ("allow", "deny", "text", "verdict"),
    [
        pytest.param({"MIT"}, set(), "ISC", Verdict.DENIED, id="not-on-the-allow-list"),
        pytest.param({"MIT"}, {"MIT"}, "MIT", Verdict.DENIED, id="deny-beats-allow"),
        pytest.param(
            {"GPL-3.0-only"}, set(), "GPL-2.0-or-later", Verdict.ALLOWED, id="a-later-one"
        ),
        pytest.param({"GPL-2.0-only"}, set(), "GPL-3.0-or-later", Verdict.DENIED, id="an-earlier"),
        pytest.param({"GPL-2.0-or-later"}, set(), "GPL-3.0-only", Verdict.ALLOWED, id="or-later"),
        pytest.param({"GPL-2.0-or-later"}, set(), "GPL-1.0-only", Verdict.DENIED, id="not-before"),
        pytest.param(set(), {"AGPL-3.0-only"}, "AGPL-3.0-or-later", Verdict.DENIED, id="no-later"),
        pytest.param(set(), {"GPL-2.0-or-later"}, "GPL-3.0-only", Verdict.DENIED, id="all-later"),
        pytest.param({"MIT"}, set(), "NOASSERTION", Verdict.UNKNOWN, id="still-unknown"),
        pytest.param({"MIT"}, set(), "LicenseRef-Other", Verdict.UNKNOWN, id="reference-unknown"),
        pytest.param({"LicenseRef-Other"}, set(), "LicenseRef-Other", Verdict.ALLOWED, id="listed"),
        pytest.param(
            set(), {"LicenseRef-Vendor"}, "LicenseRef-Vendor", Verdict.DENIED, id="denied"
        ),
    ],
)
def test_the_lists_of_the_policy(
    allow: set[str], deny: set[str], text: str, verdict: Verdict
) -> None:
    terms = replace(TERMS, allow=frozenset(allow), deny=frozenset(deny))
    assert judge(spdx(text), terms) is verdict


LEAVES = st.sampled_from(["MIT", "SSPL-1.0", "NONE", "NOASSERTION", "GPL-2.0-only"]).map(License)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3)
        .map(tuple)
        .flatmap(lambda branches: st.sampled_from([AnyOf(branches), AllOf(branches)]))
    ),
    max_leaves=8,
)


@given(TREES)
def test_an_expression_is_denied_for_reasons_that_are_named(tree: Expression) -> None:
    if judge(tree, TERMS) is Verdict.DENIED:
        assert refused(tree, TERMS)
        assert all(judge(License(key), TERMS) is Verdict.DENIED for key in refused(tree, TERMS))


@given(TREES, TREES)
def test_alternatives_never_harm_and_obligations_never_help(
    one_tree: Expression, other: Expression
) -> None:
    alone = judge(one_tree, TERMS)
    assert judge(AnyOf((one_tree, other)), TERMS) >= alone
    assert judge(AllOf((one_tree, other)), TERMS) <= alone


def test_a_denied_licence_is_said_with_its_way_out() -> None:
    assert list(expression(workload("reg.example/free", "reg.example/sspl:1"), TERMS)) == [
        Violation(
            path="spec.containers[0].image",
            value="reg.example/sspl:1",
            detail="is under SSPL-1.0, which the policy does not allow",
            remedy="use a version or other software under a licence that is allowed, or ask "
            "abuse@asergo.example for an exemption",
            key=("reg.example/sspl", "SSPL-1.0"),
            image="reg.example/sspl",
        )
    ]


@pytest.mark.parametrize(
    ("image", "detail"),
    [
        (
            "reg.example/dual",
            "is under SSPL-1.0 OR RSALv2, and the policy does not allow SSPL-1.0 or RSALv2",
        ),
        ("reg.example/none", "comes without any licence (NONE), so nobody may use it"),
    ],
)
def test_it_is_said_which_licences_are_in_the_way(image: str, detail: str) -> None:
    assert one(list(expression(workload(image), TERMS))).detail == detail


def test_a_mirrors_copy_goes_by_its_first_name() -> None:
    mirrored = one(list(expression(workload("mirror.example/reg/sspl:1"), TERMS)))
    first = one(list(expression(workload("reg.example/sspl:1"), TERMS)))
    assert (mirrored.key, mirrored.image) == (first.key, first.image)
    assert mirrored.value == "mirror.example/reg/sspl:1"


@pytest.mark.parametrize("image", ["reg.example/unassessed", "reg.example/blank", "elsewhere/app"])
def test_what_is_unknown_is_not_denied_for_its_licence(image: str) -> None:
    assert not list(expression(workload(image), TERMS))


@pytest.mark.parametrize(
    ("image", "detail"),
    [
        ("elsewhere/app", "is not in the software catalogue, so its licence is not known"),
        ("reg.example/blank", "has no licence in the software catalogue"),
        (
            "reg.example/unassessed",
            "is under NOASSERTION, of which the policy does not know what it asks",
        ),
        (
            "reg.example/reference",
            "is under LicenseRef-Other, of which the policy does not know what it asks",
        ),
    ],
)
def test_the_policy_decides_about_the_unknown(image: str, detail: str) -> None:
    running = workload(image)
    found = one(list(unknown(running, TERMS)))
    assert (found.detail, found.review) == (detail, True)
    denying = one(list(unknown(running, replace(TERMS, unknown=Unknown.DENY))))
    assert denying == replace(found, review=False)
    assert not list(unknown(running, replace(TERMS, unknown=Unknown.ALLOW)))


@pytest.mark.parametrize(
    "image", ["reg.example/free", "reg.example/sspl", "reg.example/bare", "reg.example/db"]
)
def test_a_licence_or_a_product_is_known(image: str) -> None:
    assert not list(unknown(workload(image), TERMS))


@pytest.mark.parametrize("setting", Unknown)
def test_a_reference_that_cannot_be_read_is_refused_whatever_the_policy_says(
    setting: Unknown,
) -> None:
    found = one(list(unknown(workload("reg.example/App"), replace(TERMS, unknown=setting))))
    assert found.detail == "is no image reference: the repository must be in lower case"
    assert not found.review
    assert not list(expression(workload("reg.example/App"), TERMS))
    assert not list(entitlement(workload("reg.example/App"), TERMS))


def test_a_product_without_an_entitlement() -> None:
    assert list(entitlement(workload("reg.example/db:19"), TERMS)) == [
        Violation(
            path="spec.containers[0].image",
            value="reg.example/db:19",
            detail="is db, for which acme holds no valid entitlement",
            remedy="send proof of licence to abuse@asergo.example",
            key=("reg.example/db", "db"),
            image="reg.example/db",
        )
    ]


def test_the_digest_tells_editions_of_one_name_apart() -> None:
    assert not list(entitlement(workload("reg.example/db@sha256:" + "1" * 64), TERMS))
    other = "reg.example/db:19@sha256:" + "2" * 64
    assert one(list(entitlement(workload(other), TERMS))).image == other.replace(":19", "")


def test_image_volumes_need_entitlements_too() -> None:
    volume = read_image("reg.example/db", "spec.volumes[0].image.reference")
    found = one(list(entitlement(workload(volume_images=(volume,)), TERMS)))
    assert found.path == "spec.volumes[0].image.reference"


PROOF = "send proof of licence to abuse@asergo.example"


@pytest.mark.parametrize(
    ("held", "detail", "remedy"),
    [
        pytest.param(
            COMING, "and the entitlement acme-db of acme is not valid before 2027-01-01", PROOF
        ),
        pytest.param(
            EXPIRED, "and the entitlement acme-db of acme was valid until 2025-12-31", PROOF
        ),
        pytest.param(
            REGIONAL,
            "and the entitlement acme-db of acme covers eu-north-1 only, while the pods may run "
            "in any region",
            f"set nodeSelector topology.kubernetes.io/region to eu-north-1, or {PROOF}",
        ),
        pytest.param(
            TRIAL,
            "and the entitlement acme-db of acme does not cover production",
            f"run it in acme-dev, or {PROOF}",
        ),
        pytest.param(
            replace(TRIAL, regions=frozenset({"eu-north-1", "eu-west-1"})),
            "and the entitlement acme-db of acme covers eu-north-1 and eu-west-1 only, while the "
            "pods may run in any region, and does not cover production",
            "set nodeSelector topology.kubernetes.io/region to eu-north-1 or eu-west-1, or run it "
            f"in acme-dev, or {PROOF}",
        ),
    ],
)
def test_what_an_entitlement_lacks_is_said(held: EntitlementTerm, detail: str, remedy: str) -> None:
    new = workload("reg.example/db", continues=False)
    found = one(list(entitlement(new, holding(held))))
    assert (found.detail, found.remedy) == (f"is db, {detail}", remedy)
    assert not found.warn


@pytest.mark.parametrize(
    ("regions", "covered"),
    [
        pytest.param(("eu-north-1",), True, id="in-the-region"),
        pytest.param(("eu-north-1", "us-east-1"), False, id="perhaps-in-another"),
        pytest.param((), True, id="a-pod-that-runs-nowhere"),
    ],
)
def test_every_region_that_remains_possible_must_be_covered(
    regions: tuple[str, ...], *, covered: bool
) -> None:
    running = workload("reg.example/db", placement=placed(*regions))
    found = list(entitlement(running, holding(REGIONAL)))
    assert bool(found) is not covered
    assert all("may run in us-east-1" in violation.detail for violation in found)


@pytest.mark.parametrize(
    ("regions", "covered"),
    [
        pytest.param(("eu-north-1", "us-east-1"), True, id="each-in-one"),
        pytest.param(("eu-north-1", "us-east-1", "us-west-2"), False, id="one-in-none"),
        pytest.param(("eu-north-1", "eu-west-1"), False, id="one-in-an-expired-one"),
    ],
)
def test_entitlements_for_some_regions_each_cover_a_pod_together(
    regions: tuple[str, ...], *, covered: bool
) -> None:
    american = replace(VALID, regions=frozenset({"us-east-1"}))
    lapsed = replace(EXPIRED, regions=frozenset({"eu-west-1"}))
    running = workload("reg.example/db", placement=placed(*regions))
    found = list(entitlement(running, holding(REGIONAL, american, lapsed)))
    assert bool(found) is not covered


def test_not_production_is_what_the_provider_says() -> None:
    running = workload("reg.example/db", namespace="acme-dev")
    assert not list(entitlement(running, holding(TRIAL)))


def test_grace_warns_everybody() -> None:
    for continues in (True, False):
        running = workload("reg.example/db", continues=continues)
        found = one(list(entitlement(running, holding(IN_GRACE))))
        assert found.warn
        assert found.detail.endswith("was valid until 2025-12-31 and is in its grace")


@pytest.mark.parametrize(
    ("on_expiry", "continues", "warn"),
    [
        pytest.param(OnExpiry.WARN_RECREATE, True, True, id="what-ran-before-goes-on"),
        pytest.param(OnExpiry.WARN_RECREATE, False, False, id="a-new-workload-is-refused"),
        pytest.param(OnExpiry.DENY, True, False, id="unless-the-policy-ends-it"),
        pytest.param(OnExpiry.DENY, False, False, id="new-and-ended"),
    ],
)
def test_expiry(on_expiry: OnExpiry, *, continues: bool, warn: bool) -> None:
    running = workload("reg.example/db", continues=continues)
    found = one(list(entitlement(running, holding(EXPIRED, on_expiry=on_expiry))))
    assert found.warn is warn


def test_an_expired_entitlement_for_other_regions_does_not_soften() -> None:
    running = workload("reg.example/db", placement=placed("us-east-1"))
    both = replace(EXPIRED, regions=frozenset({"eu-north-1"}))
    assert not one(list(entitlement(running, holding(both)))).warn


def test_any_entitlement_that_covers_all_is_enough() -> None:
    held = holding(EXPIRED, TRIAL, VALID, COMING)
    assert not list(entitlement(workload("reg.example/db"), held))


@pytest.mark.parametrize(
    ("held", "words"),
    [
        pytest.param((COMING, IN_GRACE), "is in its grace", id="grace-is-a-right"),
        pytest.param((COMING, TRIAL), "does not cover production", id="valid-before-coming"),
        pytest.param((COMING, EXPIRED), "is not valid before", id="coming-before-expired"),
        pytest.param(
            (replace(REGIONAL, production=False), TRIAL), "acme does not cover", id="fewest-gaps"
        ),
    ],
)
def test_the_nearest_miss_is_told(held: tuple[EntitlementTerm, ...], words: str) -> None:
    running = workload("reg.example/db", continues=False)
    assert words in one(list(entitlement(running, holding(*held)))).detail


@pytest.mark.parametrize(
    ("image", "held", "products"),
    [
        pytest.param("reg.example/bare", (), ["db"], id="product-without-a-licence"),
        pytest.param("reg.example/by-reference", (), ["db"], id="product-of-a-reference"),
        pytest.param("reg.example/by-reference", (VALID,), [], id="and-held"),
        pytest.param("reg.example/db", (), ["db"], id="named-twice-said-once"),
        pytest.param("reg.example/choice", (), [], id="the-free-alternative-is-taken"),
        pytest.param("reg.example/no-choice", (), ["db"], id="a-denied-alternative-is-none"),
        pytest.param("reg.example/guess", (), ["db"], id="an-unknown-alternative-is-none"),
        pytest.param("reg.example/either", (CACHE,), [], id="either-is-enough"),
        pytest.param("reg.example/either", (EXPIRED,), ["db"], id="the-nearer-one-is-told"),
        pytest.param("reg.example/both", (CACHE,), ["db"], id="both-are-needed"),
        pytest.param("reg.example/both", (), ["db", "cache"], id="both-are-told"),
        pytest.param(
            "reg.example/two-or-one", (IN_GRACE, THIRD), ["third"], id="the-worst-of-a-way-counts"
        ),
        pytest.param("reg.example/sspl", (), [], id="the-expression-speaks-for-itself"),
        pytest.param("elsewhere/app", (), [], id="not-in-the-catalogue"),
    ],
)
def test_which_products_an_image_needs(
    image: str, held: tuple[EntitlementTerm, ...], products: list[str]
) -> None:
    found = entitlement(workload(image, continues=False), holding(*held))
    assert [violation.key[1] for violation in found] == products
