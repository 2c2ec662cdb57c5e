"""network/load-balancer-class: classes are offered, or left out."""

from aup.facts.model import Exposure, NamedClaim, Topic
from aup.rules.network.load_balancer_class import load_balancer_class
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace

TERMS = replace(NEUTRAL.network, classes=frozenset({"metallb.io/metallb"}))
NONE = replace(NEUTRAL.network, classes=frozenset())


def exposure(text: str, topic: Topic = Topic.CLASS, problem: str = "") -> Exposure:
    return Exposure("x", names=(NamedClaim(text, "spec.loadBalancerClass", topic, problem),))


def test_an_offered_class_may_be_named() -> None:
    assert list(load_balancer_class(exposure("metallb.io/metallb"), TERMS)) == []


def test_any_other_is_refused_with_those_that_are_offered() -> None:
    (found,) = load_balancer_class(exposure("kube-vip.io/kube-vip-class"), TERMS)
    assert (found.value, found.detail) == (
        "kube-vip.io/kube-vip-class",
        "is a class that is not open to acme",
    )
    assert found.remedy == (
        "leave it out, use metallb.io/metallb, or ask abuse@asergo.example for this class"
    )
    (found,) = load_balancer_class(exposure("x"), NONE)
    assert found.remedy == "leave it out, or ask abuse@asergo.example for this class"


def test_a_class_that_cannot_be_read_is_refused() -> None:
    (found,) = load_balancer_class(
        exposure("metallb.io/metallb", problem="is a number where a name belongs"), TERMS
    )
    assert found.detail == "is a number where a name belongs"


def test_a_pool_is_no_class() -> None:
    assert list(load_balancer_class(exposure("x", Topic.POOL), TERMS)) == []
