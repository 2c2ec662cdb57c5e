"""Node selection: what confines a pod to regions, checked against an evaluator of every node."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typing_extensions import override

from aup.facts.model import Ground, Offline, Placement, RegionGround
from aup.facts.placement import read_placement, regions_of
from aup.facts.wire.workload import NodeSelector, PodSpec

REGION = "topology.kubernetes.io/region"
ALIAS = "failure-domain.beta.kubernetes.io/region"
HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"

NODES: Mapping[str, dict[str, str]] = {
    name: {
        REGION: region,
        ALIAS: region,
        ZONE: f"{region}{name[-1]}",
        HOSTNAME: name,
        "disk": disk,
        "gen": gen,
    }
    for name, region, disk, gen in (
        ("n1", "eu-north-1", "ssd", "1"),
        ("n2", "eu-north-1", "hdd", "2"),
        ("n3", "eu-west-1", "ssd", "3"),
        ("n4", "us-east-1", "hdd", "4"),
    )
}
"""Nodes of which the operator knows the region."""
STRANGERS: Mapping[str, dict[str, str]] = {
    "n5": {REGION: "ap-south-1", ALIAS: "ap-south-1", HOSTNAME: "n5", "disk": "ssd", "gen": "5"},
    "n6": {HOSTNAME: "n6", "metadata.name": "n1", "disk": "ssd"},
}
"""Nodes that it has not heard of, one of them without a region."""


VOLUMES: Mapping[str, frozenset[str]] = {
    "north": frozenset({"eu-north-1"}),
    "europe": frozenset({"eu-north-1", "eu-west-1"}),
    "america": frozenset({"us-east-1"}),
}
"""Claims whose volumes are bound to places."""


class Known(Offline):
    """What the operator has heard of."""

    @override
    def region_of(self, node: str) -> str | None:
        return NODES[node][REGION] if node in NODES else None

    @override
    def region_of_zone(self, zone: str) -> str | None:
        return next((n[REGION] for n in NODES.values() if n[ZONE] == zone), None)

    @override
    def regions_of_volume(self, namespace: str, claim: str) -> frozenset[str] | None:
        return VOLUMES.get(claim) if namespace == "acme-prod" else None


def place(**spec: Any) -> Placement:
    """Read a pod spec as it stands in JSON."""
    decoded = msgspec.convert(spec, PodSpec)
    return read_placement(decoded, decoded.node_selector or {}, "spec", "acme-prod", Known())


def affinity(*terms: Any) -> dict[str, Any]:
    """Return an affinity that requires one of the terms."""
    required = {"nodeSelectorTerms": list(terms)}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def labels(key: str, operator: str, *values: str) -> dict[str, Any]:
    """Return a term of one requirement on a label."""
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


def fields(operator: str, *values: str) -> dict[str, Any]:
    """Return a term of one requirement on a node's name."""
    return {"matchFields": [{"key": "metadata.name", "operator": operator, "values": list(values)}]}


def claim(name: str) -> dict[str, Any]:
    """Return a volume of a persistent claim."""
    return {"name": name, "persistentVolumeClaim": {"claimName": name}}


ANYWHERE = None
NOWHERE = frozenset[str]()
EU_NORTH = frozenset({"eu-north-1"})
EU = frozenset({"eu-north-1", "eu-west-1"})
PREFERRED = {
    "nodeAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {"weight": 100, "preference": labels(REGION, "In", "eu-north-1")}
        ]
    }
}


@pytest.mark.parametrize(
    ("spec", "regions"),
    [
        pytest.param({}, ANYWHERE, id="nothing-said"),
        pytest.param({"nodeSelector": {}}, ANYWHERE, id="empty-selector"),
        pytest.param({"nodeSelector": {"disk": "ssd"}}, ANYWHERE, id="another-label"),
        pytest.param({"nodeSelector": {REGION: "eu-north-1"}}, EU_NORTH, id="region"),
        pytest.param({"nodeSelector": {ALIAS: "eu-north-1"}}, EU_NORTH, id="deprecated-alias"),
        pytest.param({"nodeSelector": {HOSTNAME: "n1"}}, EU_NORTH, id="known-hostname"),
        pytest.param({"nodeSelector": {HOSTNAME: "n5"}}, ANYWHERE, id="unknown-hostname"),
        pytest.param({"nodeSelector": {ZONE: "eu-north-11"}}, EU_NORTH, id="known-zone"),
        pytest.param({"nodeSelector": {ZONE: "ap-south-15"}}, ANYWHERE, id="unknown-zone"),
        pytest.param(
            {"nodeSelector": {ZONE: "eu-north-11", REGION: "us-east-1"}},
            NOWHERE,
            id="zone-against-region",
        ),
        pytest.param({"volumes": [claim("north")]}, EU_NORTH, id="a-volume-is-somewhere"),
        pytest.param({"volumes": [claim("new"), None]}, ANYWHERE, id="a-volume-to-be-made"),
        pytest.param(
            {"volumes": [claim("north"), claim("europe")]}, EU_NORTH, id="two-volumes-together"
        ),
        pytest.param(
            {"volumes": [claim("north"), claim("america")]}, NOWHERE, id="volumes-far-apart"
        ),
        pytest.param(
            {"nodeSelector": {REGION: "eu-west-1"}, "volumes": [claim("europe")]},
            frozenset({"eu-west-1"}),
            id="a-volume-and-a-selector-hold-together",
        ),
        pytest.param(
            {"nodeSelector": {REGION: "eu-north-1", ALIAS: "eu-west-1"}}, NOWHERE, id="two-regions"
        ),
        pytest.param({"nodeName": "n1"}, EU_NORTH, id="node-by-name"),
        pytest.param({"nodeName": "n5"}, ANYWHERE, id="unknown-node-by-name"),
        pytest.param(
            {"nodeName": "n5", "nodeSelector": {REGION: "eu-north-1"}},
            ANYWHERE,
            id="a-node-by-name-skips-the-scheduler",
        ),
        pytest.param(
            {"affinity": affinity(labels(REGION, "In", "eu-north-1", "eu-west-1"))}, EU, id="in"
        ),
        pytest.param(
            {"affinity": affinity(labels(REGION, "NotIn", "us-east-1"))}, ANYWHERE, id="not-in"
        ),
        pytest.param({"affinity": affinity(labels(REGION, "Exists"))}, ANYWHERE, id="exists"),
        pytest.param({"affinity": affinity(labels(REGION, "DoesNotExist"))}, ANYWHERE, id="absent"),
        pytest.param({"affinity": affinity(labels("gen", "Gt", "1"))}, ANYWHERE, id="greater-than"),
        pytest.param({"affinity": PREFERRED}, ANYWHERE, id="a-preference-confines-nothing"),
        pytest.param(
            {
                "affinity": affinity(
                    labels(REGION, "In", "eu-north-1"), labels(REGION, "In", "eu-west-1")
                )
            },
            EU,
            id="terms-are-alternatives",
        ),
        pytest.param(
            {"affinity": affinity(labels(REGION, "In", "eu-north-1"), labels("disk", "In", "ssd"))},
            ANYWHERE,
            id="one-open-term-opens-all",
        ),
        pytest.param(
            {"affinity": affinity(labels(REGION, "In", "eu-north-1"), {}, None)},
            EU_NORTH,
            id="an-empty-term-matches-nothing",
        ),
        pytest.param({"affinity": affinity({})}, NOWHERE, id="only-an-empty-term"),
        pytest.param({"affinity": affinity()}, NOWHERE, id="no-term"),
        pytest.param({"affinity": {"nodeAffinity": {}}}, ANYWHERE, id="affinity-requires-nothing"),
        pytest.param(
            {
                "nodeSelector": {REGION: "eu-north-1"},
                "affinity": affinity(labels("disk", "In", "ssd")),
            },
            EU_NORTH,
            id="selector-and-affinity-hold-together",
        ),
        pytest.param(
            {
                "nodeSelector": {REGION: "us-east-1"},
                "affinity": affinity(labels(REGION, "In", "eu-north-1")),
            },
            NOWHERE,
            id="selector-against-affinity",
        ),
        pytest.param(
            {"affinity": affinity(labels(REGION, "In", *EU) | fields("NotIn", "n1"))},
            EU,
            id="a-name-shut-out-confines-nothing",
        ),
        pytest.param(
            {
                "affinity": affinity(
                    {
                        "matchExpressions": [
                            *labels(REGION, "In", *EU)["matchExpressions"],
                            *labels(REGION, "NotIn", "eu-west-1")["matchExpressions"],
                        ]
                    }
                )
            },
            EU_NORTH,
            id="not-in-narrows-in",
        ),
        pytest.param({"affinity": affinity(fields("In", "n3"))}, frozenset({"eu-west-1"}), id="f"),
        pytest.param({"affinity": affinity(fields("In", "n5"))}, ANYWHERE, id="unknown-field-name"),
        pytest.param(
            {"affinity": affinity(labels("metadata.name", "In", "n1"))},
            ANYWHERE,
            id="a-label-called-metadata-name-is-no-name",
        ),
        pytest.param(
            {"affinity": affinity(labels(HOSTNAME, "In", "n1", "n4") | fields("In", "n1"))},
            EU_NORTH,
            id="label-and-field-hold-together",
        ),
    ],
)
def test_regions(spec: dict[str, Any], regions: frozenset[str] | None) -> None:
    assert place(**spec).regions == regions


def test_the_place_where_a_confinement_belongs_is_named() -> None:
    assert place() == Placement(regions=None, path="spec.nodeSelector")
    assert place(nodeName="n5") == Placement(regions=None, path="spec.nodeName", value="n5")


def test_each_region_is_traced_to_the_value_that_lets_the_pod_in() -> None:
    terms = (
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
        ".nodeSelectorTerms"
    )
    placed = place(
        affinity=affinity(
            labels("disk", "In", "ssd") | fields("In", "n1"),
            labels(REGION, "In", "eu-west-1", "us-east-1"),
        )
    )
    assert placed.grounds == (
        RegionGround("eu-north-1", f"{terms}[0].matchFields[0].values[0]", "n1", Ground.NODE),
        RegionGround("eu-west-1", f"{terms}[1].matchExpressions[0].values[0]", "eu-west-1"),
        RegionGround("us-east-1", f"{terms}[1].matchExpressions[0].values[1]", "us-east-1"),
    )
    assert place(nodeSelector={REGION: "eu-north-1"}).grounds == (
        RegionGround("eu-north-1", f'spec.nodeSelector["{REGION}"]', "eu-north-1"),
    )
    assert place(nodeName="n4").grounds == (
        RegionGround("us-east-1", "spec.nodeName", "n4", Ground.NODE),
    )
    at = "spec.volumes[0].persistentVolumeClaim.claimName"
    assert place(volumes=[claim("america")]).grounds == (
        RegionGround("us-east-1", at, "america", Ground.VOLUME),
    )


@pytest.mark.parametrize(
    ("terms", "regions"),
    [
        pytest.param([labels(REGION, "In", "eu-north-1")], EU_NORTH, id="region"),
        pytest.param([labels(ZONE, "In", "eu-north-12")], EU_NORTH, id="zone"),
        pytest.param([labels(HOSTNAME, "In", "n3")], frozenset({"eu-west-1"}), id="local-volume"),
        pytest.param([labels("disk", "In", "ssd")], ANYWHERE, id="another-label"),
        pytest.param([None, {}], NOWHERE, id="nowhere"),
    ],
)
def test_the_selector_of_a_volume_is_read_like_that_of_a_pod(
    terms: list[Any], regions: frozenset[str] | None
) -> None:
    selector = msgspec.convert({"nodeSelectorTerms": terms}, NodeSelector)
    assert regions_of(selector, Known()) == regions


# The evaluator: what kube-scheduler does with one node (k8s.io/component-helpers, nodeaffinity).


def runs_on(name: str, node: Mapping[str, str], spec: Mapping[str, Any]) -> bool:
    if spec.get("nodeName"):
        return bool(spec["nodeName"] == name)
    if any(node.get(k) != v for k, v in (spec.get("nodeSelector") or {}).items()):
        return False
    if not spec.get("affinity"):
        return True
    required = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    return any(
        bool(term)
        and all(meets(r, node) for r in term.get("matchExpressions", ()))
        and all(meets(r, {"metadata.name": name}) for r in term.get("matchFields", ()))
        for term in required["nodeSelectorTerms"]
    )


def meets(requirement: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    found = values.get(requirement["key"])
    match requirement["operator"]:
        case "In":
            return found in requirement["values"]
        case "NotIn":
            return found not in requirement["values"]
        case "Exists":
            return found is not None
        case "DoesNotExist":
            return found is None
        case "Gt":
            return found is not None and found.isdigit() and int(found) > 2
        case "Lt":
            return found is not None and found.isdigit() and int(found) < 2
        case _:
            raise AssertionError(requirement)


def true_regions(spec: Mapping[str, Any], nodes: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    return (node.get(REGION, "") for name, node in nodes.items() if runs_on(name, node, spec))


def requirements(values: Mapping[str, tuple[str, ...]], operators: list[str]) -> Any:
    return st.sampled_from(sorted(values)).flatmap(
        lambda key: st.fixed_dictionaries(
            {
                "key": st.just(key),
                "operator": st.sampled_from(operators),
                "values": st.lists(st.sampled_from(values[key]), min_size=1, unique=True),
            }
        )
    )


def specs(values: Mapping[str, tuple[str, ...]], names: tuple[str, ...], operators: Any) -> Any:
    """Return a strategy of pod specs that speak of the given labels and nodes."""
    expressions = st.lists(requirements(values, operators), max_size=3)
    field = requirements({"metadata.name": names}, [o for o in operators if o in {"In", "NotIn"}])
    term = st.fixed_dictionaries(
        {},
        optional={"matchExpressions": expressions, "matchFields": st.lists(field, max_size=2)},
    ).map(lambda term: {k: v for k, v in term.items() if v})
    selector = st.fixed_dictionaries(
        {}, optional={key: st.sampled_from(found) for key, found in values.items()}
    )
    return st.fixed_dictionaries(
        {},
        optional={
            "nodeSelector": selector,
            "affinity": st.lists(term, max_size=3).map(lambda terms: affinity(*terms)),
            "nodeName": st.sampled_from(names),
        },
    )


REGIONS = ("eu-north-1", "eu-west-1", "us-east-1")
ANY_VALUES = {
    REGION: (*REGIONS, "ap-south-1", "atlantis-1"),
    ALIAS: REGIONS,
    HOSTNAME: (*NODES, *STRANGERS, "ghost"),
    ZONE: ("eu-north-11", "us-east-14", "ap-south-15"),
    "metadata.name": ("n1",),
    "disk": ("ssd", "hdd"),
    "gen": ("1", "2"),
}
ALL_OPERATORS = ["In", "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]


@given(specs(ANY_VALUES, (*NODES, *STRANGERS, "ghost"), ALL_OPERATORS))
@example({"affinity": affinity(labels("metadata.name", "In", "n1"))})
def test_no_region_in_which_a_pod_can_land_is_left_out(spec: dict[str, Any]) -> None:
    regions = place(**spec).regions
    if regions is not None:
        assert set(true_regions(spec, {**NODES, **STRANGERS})) <= regions


@given(specs({REGION: REGIONS, ALIAS: REGIONS, HOSTNAME: tuple(NODES)}, tuple(NODES), ["In"]))
def test_regions_and_known_nodes_are_told_exactly(spec: dict[str, Any]) -> None:
    placed = place(**spec)
    found = set(true_regions(spec, NODES))
    if placed.regions is None:
        assert found == set(REGIONS)
    else:
        assert placed.regions == found
        assert {ground.region for ground in placed.grounds} == found
