"""What tenants declare: what it may say, what it may not, and what counts of it."""

from collections.abc import Mapping
from typing import Any

import pytest

from aup.api.catalog import CatalogItem
from aup.api.sections.choice import Unknown
from aup.api.sections.license import Verification
from aup.facts.image import read_image
from aup.facts.model import Workload
from aup.policy.terms import LicenseTerms
from aup.rules.base import Violation
from aup.rules.license import RULES
from aup.rules.license.declaration import declaration
from aup.rules.license.program import MAX_DECLARATION
from support.licences import holding, license_terms, right
from support.replacing import replace
from support.workloads import container, workload

KEY = "aup.asergo.com/license"
PATH = f'metadata.annotations["{KEY}"]'
ITEMS = (
    CatalogItem(repository="reg.example/free", license="MIT"),
    CatalogItem(repository="reg.example/dual", license="MIT OR SSPL-1.0"),
    CatalogItem(repository="reg.example/denied", license="SSPL-1.0"),
    CatalogItem(repository="reg.example/reference", license="LicenseRef-Other"),
    CatalogItem(repository="reg.example/unassessed", license="NOASSERTION"),
    CatalogItem(repository="reg.example/blank"),
    CatalogItem(repository="reg.example/bought", product="bought"),
)
TERMS = license_terms(*ITEMS, unknown=Unknown.DENY, references={"LicenseRef-Db": "db"})


def pod(images: Mapping[str, str], annotations: Mapping[str, str], **changes: Any) -> Workload:
    """Return a Pod of containers by name, with annotations of ours by what follows the key."""
    containers = tuple(
        replace(container(text, name=name), image=read_image(text, f"spec.containers[{i}].image"))
        for i, (name, text) in enumerate(images.items())
    )
    keys = {f"{KEY}{rest}": text for rest, text in annotations.items()}
    return workload(containers=containers, annotations=keys, **changes)


def findings(running: Workload, terms: LicenseTerms = TERMS) -> list[tuple[str, str, str]]:
    """Return rule, path and detail of all that the section finds."""
    return [
        (rule.id.removeprefix("license/"), found.path, found.detail)
        for rule in RULES
        for found in rule.check(running, terms)
    ]


def test_software_that_nobody_knows_is_known_by_its_declaration() -> None:
    images = {"app": "reg.example/new", "blank": "reg.example/blank", "n": "reg.example/unassessed"}
    assert len(findings(pod(images, {}))) == 3
    assert not findings(pod(images, {"": "MIT AND Apache-2.0"}))


def test_a_volume_is_covered_by_the_declaration_for_the_pod() -> None:
    volume = read_image("reg.example/model", "spec.volumes[0].image.reference")
    assert not findings(pod({}, {"": "MIT"}, volume_images=(volume,)))


def test_the_word_for_a_container_goes_before_the_word_for_the_pod() -> None:
    images = {"app": "reg.example/new", "db": "reg.example/db"}
    assert findings(pod(images, {"": "MIT", ".db": "SSPL-1.0"})) == [
        (
            "expression",
            f'metadata.annotations["{KEY}.db"]',
            "is declared for reg.example/db, and the policy does not allow SSPL-1.0",
        )
    ]
    assert not findings(pod(images, {"": "MIT", ".app": "ISC"}))


@pytest.mark.parametrize("image", ["reg.example/denied", "reg.example/reference"])
def test_what_the_catalogue_says_of_a_licence_stands(image: str) -> None:
    """A declaration takes no finding away; that it says otherwise is one more."""
    running = pod({"app": image}, {})
    without = findings(running)
    assert len(without) == 1
    contradiction = findings(pod({"app": image}, {"": "MIT"}))
    assert contradiction[:-1] == without
    assert contradiction[-1][:2] == ("declaration", PATH)


def test_a_product_is_needed_whatever_is_declared() -> None:
    assert [rule for rule, _, _ in findings(pod({"a": "reg.example/bought"}, {"": "MIT"}))] == [
        "entitlement"
    ]


def test_a_contradiction_is_said_with_what_is_known() -> None:
    (found,) = declaration(pod({"app": "reg.example/denied:1"}, {".app": "mit"}), TERMS)
    assert found == Violation(
        path=f'metadata.annotations["{KEY}.app"]',
        value="mit",
        detail="is declared for reg.example/denied:1, which the software catalogue knows as "
        "SSPL-1.0",
        remedy="leave it out, or tell abuse@asergo.example what is wrong in the catalogue",
        key=("reg.example/denied", "mit"),
        image="reg.example/denied",
    )


@pytest.mark.parametrize(
    ("images", "annotations"),
    [
        pytest.param({"app": "reg.example/free"}, {"": "MIT"}, id="the-same"),
        pytest.param({"app": "reg.example/dual"}, {".app": "MIT"}, id="one-of-the-alternatives"),
        pytest.param(
            {"app": "reg.example/new", "free": "reg.example/free"},
            {"": "ISC"},
            id="about-the-other",
        ),
        pytest.param(
            {"dual": "reg.example/dual", "free": "reg.example/free"},
            {"": "MIT AND ISC"},
            id="true-of-both",
        ),
        pytest.param({"app": "reg.example/free"}, {".other": "???"}, id="of-no-container"),
        pytest.param({"app": "reg.example/free"}, {"": "NOASSERTION"}, id="no-word"),
        pytest.param({"app": "reg.example/free"}, {"": " \n"}, id="blank"),
        pytest.param({"app": "reg.example/Free"}, {"": "MIT"}, id="of-what-cannot-be-read"),
    ],
)
def test_no_contradiction(images: dict[str, str], annotations: dict[str, str]) -> None:
    assert not list(declaration(pod(images, annotations), TERMS))


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("MIT, Apache-2.0", "is no SPDX expression; join licence ids with AND, OR and WITH"),
        ("Proprietary", "names Proprietary, which SPDX does not list; write LicenseRef-…"),
        ("M" * (MAX_DECLARATION + 1), f"is longer than {MAX_DECLARATION} characters"),
        ("(" * 400 + "MIT" + ")" * 400, ""),
    ],
    ids=["comma", "word", "long", "deep"],
)
def test_what_cannot_be_read_is_said_and_declares_nothing(text: str, detail: str) -> None:
    found = list(declaration(pod({"app": "reg.example/new"}, {"": text}), TERMS))
    assert [violation.detail for violation in found] == ([detail] if detail else [])
    if detail:
        assert ("unknown", "spec.containers[0].image") in {
            rule[:2] for rule in findings(pod({"app": "reg.example/new"}, {"": text}))
        }


def test_a_declared_reference_asks_for_its_product() -> None:
    running = pod({"app": "reg.example/new"}, {"": "LicenseRef-Db AND MIT"}, continues=False)
    assert findings(running) == [
        (
            "entitlement",
            PATH,
            (
                "declares reg.example/new to be under the licence of db, for which acme holds no "
                "valid entitlement"
            ),
        )
    ]
    assert not findings(running, replace(TERMS, entitlements=holding(right("db"))))
    assert not findings(pod({"app": "reg.example/new"}, {"": "LicenseRef-Db OR MIT"}))


def test_a_declaration_that_the_policy_cannot_judge_leaves_it_unknown() -> None:
    assert findings(pod({"app": "reg.example/new"}, {"": "LicenseRef-Mine"})) == [
        (
            "unknown",
            "spec.containers[0].image",
            (
                "is declared to be under LicenseRef-Mine, of which the policy does not know what "
                "it asks"
            ),
        )
    ]


def test_nothing_is_read_where_no_licences_are_looked_at() -> None:
    terms = replace(TERMS, verification=Verification.OFF)
    images = {"a": "reg.example/denied", "b": "reg.example/bought", "c": "reg.example/Bad"}
    assert not findings(pod(images, {"": "???"}), terms)


def test_the_deepest_declaration_is_judged() -> None:
    """By every rule, within the limits of the interpreter."""
    text = "MIT"
    while len(text) + 10 <= MAX_DECLARATION:
        text = f"0BSD {'OR' if text.count('(') % 2 else 'AND'} ({text})"
    known = {"dual": "reg.example/dual", "free": "reg.example/free"}
    assert not findings(pod({"app": "reg.example/new"}, {"": text}))
    assert [rule for rule, _, _ in findings(pod(known, {"": text}))] == ["declaration"]
