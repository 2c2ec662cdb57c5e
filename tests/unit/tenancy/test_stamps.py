"""Stamps: what is written on a Namespace reads back, and forgeries do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.meta import BudgetState, NamespaceState, ObjectMeta
from aup.policy.addresses import AddressSet
from aup.policy.terms import Domain
from aup.tenancy.stamps import Stamp, read_stamp, stamp
from support.world import terms

LABELS = {"aup.asergo.com/tenant": "acme", "aup.asergo.com/state": "active"}
ANNOTATIONS = {
    "aup.asergo.com/addresses": "198.51.100.16/28,2001:db8:a::/64",
    "aup.asergo.com/hostnames": ".acme.example,shop.example.net,.xn--bcher-kva.example",
    "aup.asergo.com/policy": "asergo/2023-06-01",
    "aup.asergo.com/budget": "settled",
}


def test_the_stamps_of_a_tenant_in_good_standing() -> None:
    found = stamp(terms("acme"), NamespaceState.ACTIVE, BudgetState.SETTLED)
    assert found.labels == LABELS
    assert found.annotations == ANNOTATIONS


def test_stamps_read_back() -> None:
    written = stamp(terms("acme"), NamespaceState.ISOLATED, BudgetState.UNSETTLED)
    meta = ObjectMeta(name="a", labels=written.labels, annotations=written.annotations)
    assert read_stamp(meta) == written


@pytest.mark.parametrize(
    ("labels", "annotations"),
    [
        pytest.param({}, {}, id="none"),
        pytest.param(LABELS, {}, id="labels-only"),
        pytest.param({**LABELS, "aup.asergo.com/state": "free"}, ANNOTATIONS, id="unknown-state"),
        pytest.param(
            LABELS, {**ANNOTATIONS, "aup.asergo.com/addresses": "0.0.0.0/0,x"}, id="no-address"
        ),
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
    addresses=st.lists(
        st.sampled_from(["192.0.2.0/25", "192.0.2.128/25", "2001:db8::/32"]), max_size=3
    ).map(AddressSet.of),
    domains=st.lists(
        st.builds(Domain, st.sampled_from(["a.example", "b.example"]), st.booleans()),
        max_size=3,
        unique=True,
    ).map(lambda found: tuple(sorted(found, key=lambda d: (d.name, d.include_subdomains)))),
    policy=st.just("asergo/2023-06-01"),
    budget=st.sampled_from(BudgetState),
)


@given(_stamps)
def test_every_stamp_reads_back(written: Stamp) -> None:
    meta = ObjectMeta(name="a", labels=written.labels, annotations=written.annotations)
    assert read_stamp(meta) == written
