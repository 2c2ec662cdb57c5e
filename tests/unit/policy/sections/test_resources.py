"""Section resources, compiled."""

from decimal import Decimal
from fractions import Fraction

import msgspec

from aup.api.sections.resources import ResourceTerms, Weight
from aup.policy.compiler import compile_terms
from aup.policy.sections.resources import DEFAULT_FENCES
from aup.policy.terms import ResourceTerms as Compiled
from aup.policy.terms import Terms
from aup.policy.world import compile_world
from aup.rules import RULE_IDS
from support.replacing import replace
from support.world import NOW, PLATFORM_NAMESPACES, world_objects


def compiled(written: ResourceTerms) -> Compiled:
    """Return what acme is held to under a section as written."""
    objects = world_objects()
    policies = tuple(
        msgspec.structs.replace(
            policy, spec=msgspec.structs.replace(policy.spec, resources=written)
        )
        for policy in objects.policies
    )
    world = compile_world(
        replace(objects, policies=policies),
        rules=RULE_IDS,
        platform_namespaces=PLATFORM_NAMESPACES,
    )
    terms = compile_terms(world, "acme", NOW)
    assert isinstance(terms, Terms), terms
    return terms.resources


def test_by_default_nothing_is_asked_of_pods_and_namespaces_are_fenced() -> None:
    found = compiled(ResourceTerms())
    fences = {key: Decimal(str(amount)) for key, amount in DEFAULT_FENCES.items()}
    assert found == Compiled(tenant="acme", fences=fences)
    assert compiled(ResourceTerms(fences={})).fences == {}


def test_quantities_and_fractions_are_numbers() -> None:
    weight = Weight(key="gpu", resources={"a/whole": "1", "a/half": "0.5", "a/slice": "1/7"})
    found = compiled(
        ResourceTerms(max_limit_request_ratio=4, max_bandwidth="100M", weights=(weight,))
    )
    assert found.max_limit_request_ratio == 4
    assert found.max_bandwidth == 10**8
    assert found.weights == {
        "gpu": {"a/whole": Fraction(1), "a/half": Fraction(1, 2), "a/slice": Fraction(1, 7)}
    }


def test_what_the_definition_would_refuse_is_left_out() -> None:
    weight = Weight(key="gpu", resources={"a/b": "1/0", "a/c": "x", "a/d": "-1"})
    found = compiled(ResourceTerms(max_bandwidth="fast", fences={"a": "x"}, weights=(weight,)))
    assert (found.max_bandwidth, found.fences, found.weights) == (None, {}, {"gpu": {}})
