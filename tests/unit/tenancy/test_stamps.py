"""Stamps: what is written on a Namespace reads back, and forgeries do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.meta import STAMP_ANNOTATIONS, BudgetState, NamespaceState, NetRaw, ObjectMeta
from aup.policy.addresses import AddressSet
from aup.policy.terms import Domain
from aup.tenancy.stamps import Stamp, read_stamp, stamp
from aup.twins.stamps import MAX_HOSTNAMES, MAX_NETWORKS
from support.replacing import replace
from support.world import terms

OLDER = {"aup.asergo.com/tenant": "acme", "aup.asergo.com/state": "active"}
"""Labels of a version that did not say whether containers may keep NET_RAW."""
LABELS = {**OLDER, "aup.asergo.com/net-raw": "may-keep"}
ANNOTATIONS = {
    "aup.asergo.com/addresses": "198.51.100.16/28,2001:db8:a::/64",
    "aup.asergo.com/hostnames": ".acme.example,shop.example.net,.xn--bcher-kva.example",
    "aup.asergo.com/policy": "asergo/2023-06-01",
    "aup.asergo.com/budget": "settled",
    "aup.asergo.com/provider": "Asergo ApS",
    "aup.asergo.com/contact": "abuse@asergo.example",
    "aup.asergo.com/rules": "https://docs.asergo.example/aup/rules",
}
"""What people and selectors read; what twins read beside them is tested with the twins."""


def test_the_stamps_of_a_tenant_in_good_standing() -> None:
    found = stamp(terms("acme"), "acme-prod", NamespaceState.ACTIVE, BudgetState.SETTLED)
    assert found.labels == LABELS
    assert found.annotations.items() >= ANNOTATIONS.items()
    assert set(found.annotations) == set(STAMP_ANNOTATIONS)


def test_stamps_read_back() -> None:
    written = stamp(terms("acme"), "acme-dev", NamespaceState.ISOLATED, BudgetState.UNSETTLED)
    meta = ObjectMeta(name="a", labels=written.labels, annotations=written.annotations)
    assert read_stamp(meta) == written


@pytest.mark.parametrize("labels", [LABELS, OLDER, {**OLDER, "aup.asergo.com/net-raw": "?"}])
def test_stamps_of_another_version_are_read_and_renewed(labels: dict[str, str]) -> None:
    meta = ObjectMeta(name="a", labels=labels, annotations=ANNOTATIONS)
    wanted = stamp(terms("acme"), "acme-prod", NamespaceState.ACTIVE, BudgetState.SETTLED)
    present = read_stamp(meta)
    assert present is not None
    assert (present.tenant, present.budget) == (wanted.tenant, wanted.budget)
    assert present != wanted


def test_a_label_says_whose_containers_must_drop_net_raw() -> None:
    """It selects a policy of the API server, and what its stamp says is the same."""
    for tenant, word in (("acme", "may-keep"), ("rho", "must-drop")):
        found = stamp(terms(tenant), f"{tenant}-prod", NamespaceState.ACTIVE, BudgetState.NONE)
        assert found.labels["aup.asergo.com/net-raw"] == word
        allows = found.annotations["aup.asergo.com/allows"].split(",")
        assert ("dropnetraw" in allows) is (word == "must-drop")


def test_a_label_that_nobody_wrote_is_not_made_up() -> None:
    """A lock is written with the stamps as they are: the policy stays asked until they are new."""
    meta = ObjectMeta(name="a", labels=OLDER, annotations=ANNOTATIONS)
    present = read_stamp(meta)
    assert present is not None
    assert present.labels == OLDER


def test_more_networks_than_twins_compare_are_not_written_down() -> None:
    """Half of them would be worse than none: the twin says that it cannot compare."""
    found = terms("acme")
    networks = AddressSet.of(f"10.{i // 256}.{i % 256}.0/25" for i in range(MAX_NETWORKS + 1))
    many = replace(found, network=replace(found.network, addresses=networks))
    written = stamp(many, "acme-prod", NamespaceState.ACTIVE, BudgetState.NONE)
    assert written.annotations["aup.asergo.com/addresses"] == "overflow"


@pytest.mark.parametrize(
    ("count", "name"), [(MAX_HOSTNAMES + 1, "a{}.example"), (1000, "a{}." + "b" * 150 + ".example")]
)
def test_more_hostnames_than_a_namespace_has_room_for_are_not_written_down(
    count: int, name: str
) -> None:
    found = terms("acme")
    domains = tuple(Domain(name.format(i), include_subdomains=True) for i in range(count))
    many = replace(found, network=replace(found.network, domains=domains))
    written = stamp(many, "acme-prod", NamespaceState.ACTIVE, BudgetState.NONE)
    assert written.annotations["aup.asergo.com/hostnames"] == "overflow"


@pytest.mark.parametrize(
    ("labels", "annotations"),
    [
        pytest.param({}, {}, id="none"),
        pytest.param(LABELS, {}, id="labels-only"),
        pytest.param({**LABELS, "aup.asergo.com/state": "free"}, ANNOTATIONS, id="unknown-state"),
        pytest.param(LABELS, {**ANNOTATIONS, "aup.asergo.com/budget": ""}, id="unknown-budget"),
    ],
)
def test_what_cannot_be_read_counts_as_absent(
    labels: dict[str, str], annotations: dict[str, str]
) -> None:
    assert read_stamp(ObjectMeta(name="a", labels=labels, annotations=annotations)) is None


_stamps = st.builds(
    Stamp,
    tenant=st.sampled_from(["acme", "beta"]),
    state=st.sampled_from(NamespaceState),
    budget=st.sampled_from(BudgetState),
    net_raw=st.none() | st.sampled_from(NetRaw),
    notes=st.fixed_dictionaries(
        {key: st.text() for key in STAMP_ANNOTATIONS if key != "aup.asergo.com/budget"}
    ),
)


@given(_stamps)
def test_every_stamp_reads_back(written: Stamp) -> None:
    meta = ObjectMeta(name="a", labels=written.labels, annotations=written.annotations)
    assert read_stamp(meta) == written


def test_twins_are_told_under_which_names_services_are_routed() -> None:
    found = stamp(terms("acme"), "acme-dev", NamespaceState.ACTIVE, BudgetState.NONE)
    allows = found.annotations["aup.asergo.com/allows"].split(",")
    assert [a for a in allows if a.startswith("service:")] == [
        "service:.acme-dev",
        "service:.acme-dev.svc",
        "service:.acme-dev.svc.cluster.local",
    ]
