"""Claims: whose a namespace is, and whose it stays when two want it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.meta import ObjectMeta
from aup.api.tenant import ClaimSelector, NamespaceClaim, Tenant
from aup.policy.world import Objects, compile_world
from aup.tenancy.claims import Claims, Conflict, claim
from support.provider import RULES, policy, tenant

CUSTOMER = "claim.aup.asergo.com/customer"
PLATFORM = frozenset({"kube-system"})


def claims(tenants: list[Tenant], *namespaces: ObjectMeta) -> Claims:
    objects = Objects(policies=(policy(),), tenants=tuple(tenants))
    world = compile_world(objects, rules=RULES, platform_namespaces=PLATFORM)
    return claim(world, namespaces)


def holding(name: str, *names: str, **claimed: Any) -> Tenant:
    return tenant(name, namespaces=NamespaceClaim(names=names, **claimed))


def selecting(name: str, **labels: str) -> Tenant:
    match = {f"claim.aup.asergo.com/{key}": value for key, value in labels.items()}
    return holding(name, selector=ClaimSelector(match_labels=match))


def namespace(name: str, stamped: str = "", **labels: str) -> ObjectMeta:
    own = {f"claim.aup.asergo.com/{key}": value for key, value in labels.items()}
    stamps = {"aup.asergo.com/tenant": stamped} if stamped else {}
    return ObjectMeta(name=name, labels={"kubernetes.io/metadata.name": name, **own, **stamps})


def test_a_namespace_is_claimed_by_name() -> None:
    found = claims([holding("acme", "a")], namespace("a"), namespace("b"))
    assert found.owners == {"a": "acme"}
    assert found.by_tenant == {"acme": ("a",)}


def test_a_namespace_is_claimed_by_all_labels_of_a_selector() -> None:
    found = claims(
        [selecting("acme", customer="acme", tier="gold")],
        namespace("a", customer="acme", tier="gold", other="x"),
        namespace("b", customer="acme"),
        namespace("c", customer="beta", tier="gold"),
    )
    assert found.owners == {"a": "acme"}


def test_an_empty_selector_selects_nothing() -> None:
    assert claims([selecting("acme")], namespace("a")).owners == {}


def test_all_claims_everything_but_the_platform() -> None:
    found = claims([holding("acme", all=True)], namespace("a"), namespace("kube-system"))
    assert found.owners == {"a": "acme"}


def test_the_platform_is_never_claimed() -> None:
    found = claims([holding("acme", "kube-system")], namespace("kube-system"))
    assert found.owners == {}
    assert found.refused == {"acme": ("kube-system",)}


def test_a_namespace_that_is_not_there_is_told() -> None:
    assert claims([holding("acme", "a", "b")], namespace("a")).absent == {"acme": ("b",)}


def test_what_two_claim_and_nobody_holds_is_nobodys() -> None:
    found = claims([holding("acme", "a"), holding("beta", "a")], namespace("a"))
    assert found.owners == {}
    assert found.conflicts == (Conflict("a", ("acme", "beta"), None),)
    assert found.conflicts_of("acme") == found.conflicts_of("beta") == found.conflicts


@pytest.mark.parametrize("holder", ["acme", "beta"])
def test_what_two_claim_stays_with_its_holder(holder: str) -> None:
    tenants = [holding("acme", "a"), selecting("beta", customer="beta")]
    found = claims(tenants, namespace("a", stamped=holder, customer="beta"))
    assert found.owners == {"a": holder}
    assert found.conflicts == (Conflict("a", ("acme", "beta"), holder),)
    assert found.conflicts_of(holder) == ()


def test_a_stamp_of_somebody_who_claims_nothing_settles_nothing() -> None:
    tenants = [holding("acme", "a"), holding("beta", "a"), holding("gamma", "g")]
    found = claims(tenants, namespace("a", stamped="gamma"))
    assert found.owners == {}


def test_a_namespace_moves_to_the_only_claimant() -> None:
    found = claims([holding("acme", "a"), holding("beta")], namespace("a", stamped="beta"))
    assert found.owners == {"a": "acme"}


def test_a_tenant_without_a_policy_keeps_its_namespaces() -> None:
    lost = tenant("acme", policy="nothing", namespaces=NamespaceClaim(names=("a",)))
    assert claims([lost], namespace("a")).owners == {"a": "acme"}


_names = st.sampled_from(["a", "b", "c", "kube-system"])
_claims = st.builds(
    NamespaceClaim,
    names=st.lists(_names, max_size=2, unique=True).map(tuple),
    selector=st.none()
    | st.builds(
        ClaimSelector,
        match_labels=st.dictionaries(st.just(CUSTOMER), st.sampled_from(["x", "y"]), max_size=1),
    ),
    all=st.booleans(),
)
_namespaces = st.lists(
    st.builds(
        lambda name, stamped, customer: namespace(name, stamped, customer=customer),
        _names,
        st.sampled_from(["", "acme", "beta", "gamma"]),
        st.sampled_from(["x", "y", "z"]),
    ),
    max_size=4,
    unique_by=lambda meta: meta.name,
)


@given(st.lists(_claims, min_size=3, max_size=3), _namespaces)
def test_a_namespace_has_the_owner_that_the_definition_gives_it(
    wanted: list[NamespaceClaim], namespaces: list[ObjectMeta]
) -> None:
    """Against the definition, written the slow way."""
    names = ("acme", "beta", "gamma")
    tenants = [tenant(n, namespaces=w) for n, w in zip(names, wanted, strict=True)]
    found = claims(tenants, *namespaces)
    for meta in namespaces:
        claimants = [
            name
            for name, want in zip(names, wanted, strict=True)
            if meta.name not in PLATFORM
            and (
                want.all
                or meta.name in want.names
                or (
                    want.selector is not None
                    and bool(want.selector.match_labels)
                    and want.selector.match_labels.items() <= meta.labels.items()
                )
            )
        ]
        stamped = meta.labels.get("aup.asergo.com/tenant")
        owner = claimants[0] if len(claimants) == 1 else stamped if stamped in claimants else None
        assert found.owners.get(meta.name) == owner
        told = [c.claimants for c in found.conflicts if c.namespace == meta.name]
        assert told == ([tuple(claimants)] if len(claimants) > 1 else [])
