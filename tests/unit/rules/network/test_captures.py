"""Namespaces and networks of others that an object takes hold of."""

import pytest

from aup.facts.model import Attachment, Capture, Exposure, NamespaceReference, Reach
from aup.rules.network.captures import attachments, captures
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace

TERMS = replace(
    NEUTRAL.network,
    platform_namespaces=frozenset({"kube-system"}),
    resource_ids=frozenset({"shared/cameras", "eip-1", "arn:aws:x:targetgroup/y/1"}),
)
OWN = NamespaceReference("acme-dev", "spec.a[1]", owner="acme")
FOREIGN = NamespaceReference("beta-prod", "spec.a[1]", owner="beta")
NOBODYS = NamespaceReference("shared", "spec.a[1]", owner=None)
UNKNOWN = NamespaceReference("shared", "spec.a[1]", owner=None, known=False)
PLATFORM = NamespaceReference("kube-system", "spec.a[1]", owner=None, known=False)
EVERY = NamespaceReference("", "spec.selector", everyone=True)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (OWN, []),
        (UNKNOWN, []),
        (FOREIGN, ["beta-prod routes the traffic of a namespace that is not acme's"]),
        (NOBODYS, ["shared routes the traffic of a namespace that is not acme's"]),
        (PLATFORM, ["kube-system routes the traffic of a namespace that is not acme's"]),
        (EVERY, [" routes the traffic of every namespace"]),
    ],
)
def test_only_own_namespaces_are_taken_in(reference: NamespaceReference, said: list[str]) -> None:
    """What a file cannot tell is let be, but for namespaces that are known to be the platform's."""
    exposure = Exposure("acme-prod", captures=(Capture("routes the traffic of", reference),))
    assert [f"{v.value} {v.detail}" for v in captures(exposure, TERMS, Reach.ROUTING)] == said


def test_the_remedy_names_the_label_that_confines() -> None:
    found = (Capture("takes", EVERY, label="pods.example/namespace"), Capture("takes", FOREIGN))
    exposure = Exposure("acme-prod", captures=found)
    assert [v.remedy for v in captures(exposure, TERMS, Reach.ROUTING)] == [
        (
            "confine it to your namespaces by the label pods.example/namespace, "
            "or ask abuse@asergo.example"
        ),
        "name only namespaces of your own, or ask abuse@asergo.example",
    ]


def attached(reference: NamespaceReference | None, network: str, problem: str = "") -> list[str]:
    attachment = Attachment("text", "p", network, reference, problem)
    exposure = Exposure("acme-prod", attachments=(attachment,))
    return [f"{v.detail}; {v.remedy}" for v in attachments(exposure, TERMS)]


def test_a_network_is_ones_own_or_given_by_name() -> None:
    assert attached(OWN, "acme-dev/cameras") == []
    assert attached(NOBODYS, "shared/cameras") == []
    assert attached(UNKNOWN, "shared/other") == []
    assert attached(FOREIGN, "beta-prod/cameras") == [
        (
            "is a namespace that is not acme's, and beta-prod/cameras a network of it; use a "
            "network of your own namespaces, or shared/cameras, or ask abuse@asergo.example "
            "for this one"
        )
    ]


def test_a_network_without_a_namespace_is_the_platforms() -> None:
    platform = NamespaceReference("uplink", "p")
    (said,) = attached(platform, "uplink")
    assert said.startswith("names a network of the platform; ")


def test_what_cannot_be_read_is_refused_even_where_it_is_given() -> None:
    assert attached(None, "", "is not JSON") == [
        "is not JSON; write name, namespace/name@interface, or a JSON list of objects with a name"
    ]
    assert attached(OWN, "shared/cameras", "is not JSON") != []
