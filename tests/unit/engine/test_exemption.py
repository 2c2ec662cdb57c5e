"""Which exemption covers a violation: the same one as if each were asked in turn."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.engine.exemption import Exemptions
from aup.facts.model import Image
from aup.policy.addresses import AddressSet
from aup.policy.terms import ExemptionTerm
from aup.rules.base import Violation
from support.neutral import TERMS
from support.replacing import replace
from support.workloads import workload

RULES = st.frozensets(st.sampled_from(("test/one", "test/other")), min_size=1)
NAMESPACES = st.frozensets(st.sampled_from(("acme-prod", "acme-dev")), max_size=1)
DIGEST = "docker.io/acme/web@sha256:" + 64 * "0"
IMAGES = ("", "docker.io/acme/web", DIGEST, "docker.io/acme/api")
HOSTNAMES = (
    *("", "acme.example", "www.acme.example", "*.acme.example"),
    *("a.www.acme.example", "*.www.acme.example", "evil-acme.example"),
)
NETWORKS = ("192.0.2.0/30", "192.0.2.2/31", "192.0.2.4/32")
CLAIMED = tuple(map(IPv4Network, ("192.0.2.0/31", "192.0.2.2/31", "192.0.2.2/32", "192.0.2.0/29")))
TARGETS = st.lists(st.sampled_from(NETWORKS), max_size=2).map(AddressSet.of)

CONSENT = st.builds(
    ExemptionTerm,
    name=st.uuids().map(str),
    rules=RULES,
    namespaces=NAMESPACES,
    images=st.lists(st.sampled_from(IMAGES[1:]), max_size=2).map(tuple),
    targets=st.none() | TARGETS,
    expires_at=st.just(datetime(2027, 1, 1, tzinfo=UTC)),
    hostnames=st.frozensets(st.sampled_from(HOSTNAMES[1:]), max_size=2),
)
VIOLATIONS = st.builds(
    Violation,
    path=st.just("spec.a"),
    value=st.just("a"),
    detail=st.just("is wrong"),
    remedy=st.just("mend it"),
    key=st.just(("a",)),
    image=st.sampled_from(IMAGES),
    address=st.none() | st.integers(0, 7).map(lambda n: IPv4Address("192.0.2.0") + n),
    networks=st.lists(st.sampled_from(CLAIMED), max_size=2).map(tuple),
    hostname=st.sampled_from(HOSTNAMES),
)


PODS = st.lists(st.sampled_from(("acme/web:1", DIGEST, "acme/api:1")))
"""What the pod runs in which a violation was found."""


def held(exemptions: Sequence[ExemptionTerm]) -> Exemptions:
    """Return the exemptions as they hold in namespace acme-prod."""
    return Exemptions(replace(TERMS, exemptions=tuple(exemptions)), "acme-prod")


def is_named(target: str, hostname: str) -> bool:
    """Tell whether a name is a target, or lies below one that is a wildcard."""
    below = target.startswith("*.") and hostname.endswith(target[1:])
    return bool(hostname) and (hostname == target or below)


def covers(exemption: ExemptionTerm, violation: Violation, run: Iterable[Image]) -> bool:
    """Tell whether every limit holds that an exemption names, in namespace acme-prod."""
    images = [violation.image] if violation.image else [image.name for image in run]
    named = [{image, image.partition("@")[0]} & {*exemption.images} for image in images]
    if violation.address is not None:
        aimed = violation.address in (exemption.targets or ())
    elif violation.networks:
        targets = exemption.targets or AddressSet()
        aimed = all(address in targets for n in violation.networks for address in n)
    else:
        aimed = any(is_named(target, violation.hostname) for target in exemption.hostnames)
    return (
        "test/one" in exemption.rules
        and (not exemption.namespaces or "acme-prod" in exemption.namespaces)
        and (not exemption.images or (named != [] and all(named)))
        and (exemption.targets is None or aimed)
    )


@given(st.lists(CONSENT, max_size=8), st.lists(VIOLATIONS, min_size=1, max_size=4), PODS)
def test_the_first_exemption_of_which_every_limit_holds_covers(
    exemptions: list[ExemptionTerm], violations: list[Violation], run: list[str]
) -> None:
    pod, asked = workload(*run), held(exemptions)
    for violation in violations:
        first = next((e.name for e in exemptions if covers(e, violation, pod.images)), "")
        assert asked.covering("test/one", violation, pod) == first


def test_each_namespace_has_its_own() -> None:
    ends = datetime(2027, 1, 1, tzinfo=UTC)
    consent = ExemptionTerm("a", frozenset({"test/one"}), frozenset({"acme-dev"}), (), None, ends)
    terms = replace(TERMS, exemptions=(consent,))
    assert Exemptions(terms, "acme-dev").covering("test/one", SHARED) == "a"
    assert Exemptions(terms, "acme-prod").covering("test/one", SHARED) == ""
    assert Exemptions(terms, "acme-dev").covering("test/other", SHARED) == ""


def test_without_exemptions_nothing_is_covered() -> None:
    assert held(()).covering("test/one", SHARED) == ""


SHARED = Violation("spec.hostPID", "true", "is wrong", "mend it", ("hostPID",))
"""What a pod does as a whole: no image of its own."""


@pytest.mark.parametrize(
    ("run", "covered"),
    [
        pytest.param(["acme/web:1"], True, id="all-that-it-runs-is-named"),
        pytest.param(["acme/web:1", "acme/web:2"], True, id="in-two-versions"),
        pytest.param(["acme/web:1", "acme/api:1"], True, id="two-that-are-named"),
        pytest.param(["acme/web:1", "acme/web-evil:1"], False, id="a-neighbour-is-not-named"),
        pytest.param([], False, id="what-it-runs-is-not-known"),
    ],
)
def test_what_a_pod_does_is_covered_when_all_its_images_are(run: list[str], covered: bool) -> None:
    images = ("docker.io/acme/web", "docker.io/acme/api")
    ends = datetime(2027, 1, 1, tzinfo=UTC)
    consent = ExemptionTerm("a", frozenset({"test/one"}), frozenset(), images, None, ends)
    asked = held([consent])
    assert asked.covering("test/one", SHARED, workload(*run)) == ("a" if covered else "")
    assert asked.covering("test/one", SHARED, replace(workload(*run), partial=True)) == ""
    both = (workload("acme/web:1"), workload(*run))
    assert asked.covering("test/one", SHARED, both) == ("a" if covered else "")
    assert asked.covering("test/one", SHARED, ()) == ""
    assert asked.covering("test/one", SHARED) == ""
