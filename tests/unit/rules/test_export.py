"""Export rules: where controlled software may land, and for whom nothing runs."""

import pytest

from aup.api.catalog import CatalogItem, CatalogSpec
from aup.api.sections.export import Placement as Unconstrained
from aup.facts.image import read_image
from aup.facts.model import Binding, Facts, Ground, Placement, RegionGround, Workload
from aup.policy.catalog import compile_catalog, merge
from aup.policy.terms import ExportCategory, PartyHit
from aup.rules.base import Violation
from aup.rules.export.destination import destination, landing
from aup.rules.export.party import party
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace
from support.workloads import UNCONFINED, container, placed, subject, workload

LABEL = "aup.asergo.com/eu-annex-i"
CRYPTO = ExportCategory("5D002", LABEL, frozenset({"eu-north-1", "eu-west-1"}))
QUANTUM = ExportCategory("4D001", LABEL, frozenset({"eu-north-1"}))
LASERS = ExportCategory("6D003", "", frozenset())
ITEMS = (
    CatalogItem(repository="reg.example/hsm", export_category="5D002"),
    CatalogItem(repository="reg.example/vpn", export_category="5d002.c.1"),
    CatalogItem(repository="reg.example/laser", export_category="6D003"),
    CatalogItem(repository="reg.example/other", export_category="9X999"),
    CatalogItem(repository="reg.example/free", license="MIT"),
)
TERMS = replace(
    NEUTRAL.export,
    categories=(CRYPTO, QUANTUM, LASERS),
    known_regions={"eu-north-1": "DK", "eu-west-1": "IE", "us-east-1": "US"},
    unconstrained=Unconstrained.DENY,
    catalog=merge([compile_catalog("default", CatalogSpec(items=ITEMS))[0]])[0],
)
REMEDY = (
    "set nodeSelector topology.kubernetes.io/region to eu-north-1 or eu-west-1, or ask "
    "abuse@asergo.example about an authorisation"
)
LIMITS = "reg.example/hsm (5D002) may run in eu-north-1 and eu-west-1 only"


def test_an_unconfined_pod_with_controlled_software() -> None:
    assert list(destination(workload("reg.example/hsm:2"), TERMS)) == [
        Violation(
            path="spec.containers[0].image",
            value="reg.example/hsm:2",
            detail=f"is of a pod that nothing confines to regions, and {LIMITS}",
            remedy=REMEDY,
            key=("5D002", "reg.example/hsm", ""),
            image="reg.example/hsm",
        )
    ]
    allowing = replace(TERMS, unconstrained=Unconstrained.ALLOW)
    assert not list(destination(workload("reg.example/hsm"), allowing))


def test_a_node_of_no_known_region_confines_nothing() -> None:
    somewhere = Placement(None, "spec.nodeName", "n9")
    (found,) = destination(workload("reg.example/hsm", placement=somewhere), TERMS)
    assert (found.path, found.value) == ("spec.nodeName", "n9")
    assert found.detail == f"is a node of no known region, and {LIMITS}"
    assert found.remedy == f"name no node, and {REMEDY}"


def bound(pod: Workload | None, placement: Placement) -> list[Violation]:
    """Return what is said when a pod is given a node."""
    given = Binding("acme-prod", "hsm-0", pod, placement)
    return list(landing(Facts(subject(), binding=given), TERMS))


def test_a_pod_is_not_put_on_a_node_outside() -> None:
    node = placed("us-east-1")
    (found,) = bound(workload("reg.example/hsm", placement=placed("eu-north-1")), node)
    assert (found.path, found.value) == (node.grounds[0].path, "us-east-1")
    assert found.detail == f"is a region in US, and {LIMITS}"
    assert found.remedy == (
        "choose a node where it may run, or ask abuse@asergo.example about an authorisation"
    )


def test_a_pod_may_be_put_on_a_node_inside_however_free_it_was() -> None:
    assert not bound(workload("reg.example/hsm"), placed("eu-north-1"))


def test_of_a_bound_pod_only_its_place_is_judged() -> None:
    """A category without regions was on a person's list when the pod was created."""
    assert not bound(workload("reg.example/other"), placed("us-east-1"))
    assert not bound(None, placed("us-east-1"))


def test_each_region_outside_is_cited_where_it_stands() -> None:
    running = workload("reg.example/hsm", placement=placed("eu-north-1", "us-east-1", "moon-1"))
    assert list(destination(running, TERMS)) == [
        Violation(
            path="spec.affinity[1]",
            value="us-east-1",
            detail=f"is a region in US, and {LIMITS}",
            remedy=REMEDY,
            key=("5D002", "reg.example/hsm", "us-east-1"),
            image="reg.example/hsm",
        ),
        Violation(
            path="spec.affinity[2]",
            value="moon-1",
            detail=f"is a region of no known country, and {LIMITS}",
            remedy=REMEDY,
            key=("5D002", "reg.example/hsm", "moon-1"),
            image="reg.example/hsm",
        ),
    ]


def test_a_node_is_cited_with_its_region() -> None:
    ground = RegionGround("us-east-1", "spec.nodeName", "n4", Ground.NODE)
    there = Placement(frozenset({"us-east-1"}), "spec.nodeName", "n4", (ground,))
    (found,) = destination(workload("reg.example/hsm", placement=there), TERMS)
    assert (found.path, found.value) == ("spec.nodeName", "n4")
    assert found.detail == f"is a node in us-east-1, a region in US, and {LIMITS}"
    assert found.remedy == f"name no node, and {REMEDY}"


@pytest.mark.parametrize(
    "regions",
    [
        pytest.param(("eu-north-1",), id="one-of-the-regions"),
        pytest.param(("eu-north-1", "eu-west-1"), id="all-of-them"),
        pytest.param((), id="a-pod-that-runs-nowhere"),
    ],
)
def test_inside_the_regions_all_is_well(regions: tuple[str, ...]) -> None:
    assert not list(destination(workload("reg.example/hsm", placement=placed(*regions)), TERMS))


def test_what_is_not_controlled_may_land_anywhere() -> None:
    running = workload("reg.example/free", "elsewhere/app", "reg.example/NOT-A-REFERENCE")
    assert not list(destination(running, TERMS))


@pytest.mark.parametrize(
    ("value", "category"),
    [
        pytest.param("5D002", "5D002", id="as-listed"),
        pytest.param("5d002", "5D002", id="case"),
        pytest.param(" 5D002 ", "5D002", id="spaces-of-a-file"),
        pytest.param("5D002.c.1", "5D002", id="part-of-an-entry"),
        pytest.param("4D001", "4D001", id="another-category-of-the-label"),
    ],
)
def test_a_tenant_may_declare_a_category(value: str, category: str) -> None:
    (found,) = destination(workload("elsewhere/app", labels={LABEL: value}), TERMS)
    assert found.key == (category, "", "")
    assert f"the pod ({category} by its label {LABEL}) may run in eu-north-1" in found.detail
    assert not found.image


@pytest.mark.parametrize("value", ["", "5D0021", "5D00", "none", "6D003"])
def test_a_declaration_that_the_policy_does_not_know_is_for_a_person(value: str) -> None:
    running = workload("elsewhere/app", labels={LABEL: value}, labels_path="metadata.labels")
    (found,) = destination(running, TERMS)
    assert found.review
    assert (found.path, found.value) == (f'metadata.labels["{LABEL}"]', value)


def test_a_classification_that_the_policy_does_not_know_is_for_a_person() -> None:
    (found,) = destination(workload("reg.example/other:1"), TERMS)
    assert found.review
    assert found.detail == "is of export category 9X999 for which the policy names no regions"


def test_a_declaration_takes_nothing_away_from_the_catalogue() -> None:
    running = workload("reg.example/hsm", labels={LABEL: "none"})
    assert [violation.review for violation in destination(running, TERMS)] == [True, False]


def test_a_part_of_an_entry_belongs_to_its_category() -> None:
    (found,) = destination(workload("reg.example/vpn"), TERMS)
    assert "reg.example/vpn (5D002)" in found.detail


def test_the_closest_category_counts() -> None:
    part = ExportCategory("5D002.c", "", frozenset({"us-east-1"}))
    terms = replace(TERMS, categories=(CRYPTO, part))
    running = workload("reg.example/vpn", placement=placed("us-east-1"))
    assert not list(destination(running, terms))


def test_a_category_without_regions_may_run_nowhere() -> None:
    running = workload("reg.example/laser", placement=placed("eu-north-1"))
    (found,) = destination(running, TERMS)
    assert found.detail.endswith("reg.example/laser (6D003) may run in no region")
    assert found.remedy == "ask abuse@asergo.example about an authorisation"


def test_one_image_is_told_once_and_two_are_told_apart() -> None:
    twice = (container("reg.example/hsm"), container("reg.example/hsm"))
    assert len(list(destination(workload(containers=twice), TERMS))) == 1
    both = workload("reg.example/hsm", "reg.example/vpn")
    assert [v.image for v in destination(both, TERMS)] == ["reg.example/hsm", "reg.example/vpn"]


def test_image_volumes_are_controlled_too() -> None:
    volume = read_image("reg.example/hsm", "spec.volumes[0].image.reference")
    assert len(list(destination(workload(volume_images=(volume,)), TERMS))) == 1


def test_nothing_runs_for_a_denied_party() -> None:
    hits = (
        PartyHit("establishment", "KP", review=False),
        PartyHit("owners", "IR (51 %)", review=True),
    )
    first, second = party(workload(path="spec.template.spec"), replace(TERMS, party=hits))
    assert first == Violation(
        path="spec.template.spec",
        value="",
        detail=(
            "would run for acme, and the export and sanctions terms name its establishment: KP"
        ),
        remedy="contact abuse@asergo.example",
        key=("establishment", "KP"),
    )
    assert (second.review, second.key) == (True, ("owners", "IR (51 %)"))


def test_others_are_served() -> None:
    assert not list(party(workload("reg.example/hsm", placement=UNCONFINED), TERMS))
