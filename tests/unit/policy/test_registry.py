"""The address registry: one holder at a time, whoever was first."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.assignment import AddressAssignment
from aup.policy.problem import Reason
from aup.policy.registry import Registry, compile_registry
from support.provider import CREATED, assignment, at

LATER = CREATED + timedelta(days=1)


def compiled(*assignments: AddressAssignment) -> Registry:
    registry, troubles = compile_registry(assignments)
    assert not troubles
    return registry


def holder(registry: Registry, address: str, when: str = "2026-06-01") -> str | None:
    found = registry.holder(ip_address(address), at(when))
    return found.spec.tenant if found else None


def test_the_holder_of_an_address_depends_on_the_time() -> None:
    registry = compiled(
        assignment("a", "198.51.100.0/28", "acme", since="2026-01-01", until=at("2026-03-01")),
        assignment("b", "198.51.100.0/28", "beta", since="2026-03-01"),
        assignment("c", "2001:db8::/64", "acme"),
    )
    assert holder(registry, "198.51.100.5", "2025-12-31") is None
    assert holder(registry, "198.51.100.5", "2026-02-28T23:59:59") == "acme"
    assert holder(registry, "198.51.100.5", "2026-03-01") == "beta"
    assert holder(registry, "198.51.100.16", "2026-03-01") is None
    assert holder(registry, "2001:db8::1") == "acme"
    assert holder(registry, "2001:db8:0:1::1") is None


def test_by_tenant_has_every_assignment_of_a_tenant() -> None:
    registry = compiled(
        assignment("a", "198.51.100.0/28"),
        assignment("b", "198.51.100.16/28", "beta"),
        assignment("c", "198.51.100.32/28"),
    )
    assert [h.name for h in registry.by_tenant["acme"]] == ["a", "c"]


@pytest.mark.parametrize(
    "cidr",
    ["198.51.100.0/24", "198.51.100.0/28", "198.51.100.8/29", "198.51.100.5/32", "0.0.0.0/0"],
)
@pytest.mark.parametrize("tenant", ["beta", "acme"])
def test_the_later_of_two_that_overlap_does_not_count(cidr: str, tenant: str) -> None:
    first = assignment("z-first", "198.51.100.0/28")
    second = assignment("a-second", cidr, tenant, created=LATER)

    registry, troubles = compile_registry((second, first))

    assert holder(registry, "198.51.100.5") == "acme"
    assert [h.name for h in registry.by_tenant["acme"]] == ["z-first"]
    (trouble,) = troubles["a-second"]
    assert (trouble.reason, trouble.fatal) == (Reason.OVERLAP, True)
    assert trouble.message == (
        f"{cidr} overlaps 198.51.100.0/28 of assignment z-first, which was created first and "
        "stays in force"
    )


def test_created_at_once_the_name_decides() -> None:
    _, troubles = compile_registry(
        (assignment("b", "198.51.100.0/28"), assignment("a", "198.51.100.0/28", "beta"))
    )
    assert set(troubles) == {"b"}


def test_who_does_not_count_displaces_nobody() -> None:
    """The second loses against the first, so the third, which meets only the second, stands."""
    registry, troubles = compile_registry(
        (
            assignment("1", "198.51.100.0/28", "acme"),
            assignment("2", "198.51.100.0/27", "beta", created=LATER),
            assignment("3", "198.51.100.16/28", "gamma", created=LATER + timedelta(days=1)),
        )
    )
    assert set(troubles) == {"2"}
    assert holder(registry, "198.51.100.20") == "gamma"


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (assignment("a", "198.51.100.1/28"), Reason.INVALID_CIDR),
        (assignment("a", "198.51.100.256/32"), Reason.INVALID_CIDR),
        (assignment("a", "fe80::1%eth0/128"), Reason.INVALID_CIDR),
        (assignment("a", "::ffff:192.0.2.0/120"), Reason.INVALID_CIDR),
        (assignment("a", "192.0.2.0/255.255.255.0"), Reason.INVALID_CIDR),
        (assignment("a", "192.0.2.1"), Reason.INVALID_CIDR),
        (assignment("a", "2001:DB8::/32"), Reason.INVALID_CIDR),
        (assignment("a", "198.51.100.0/28", until=at("2026-01-01")), Reason.INVALID_INTERVAL),
    ],
)
def test_what_cannot_be_read_does_not_count(spec: AddressAssignment, reason: Reason) -> None:
    registry, troubles = compile_registry((spec,))
    assert not registry.by_tenant
    assert [t.reason for t in troubles["a"]] == [reason]


_START = datetime(2026, 1, 1, tzinfo=UTC)
_assignments = st.lists(
    st.builds(
        lambda length, start, tenant, created, begin, days: (
            f"10.0.0.{start >> (32 - length) << (32 - length)}/{length}",
            tenant,
            _START + timedelta(days=created),
            _START + timedelta(days=begin),
            _START + timedelta(days=begin + days) if days else None,
        ),
        length=st.integers(26, 32),
        start=st.integers(0, 255),
        tenant=st.sampled_from(["acme", "beta"]),
        created=st.integers(0, 3),
        begin=st.integers(0, 8),
        days=st.integers(0, 5),
    ),
    max_size=12,
)


@given(_assignments)
def test_no_address_has_two_holders_and_nobody_loses_without_a_rival(
    drawn: list[tuple[str, str, datetime, datetime, datetime | None]],
) -> None:
    """Against the definition, written the slow way."""
    made = [
        assignment(f"a{i}", cidr, tenant, created=created, since=since.isoformat(), until=until)
        for i, (cidr, tenant, created, since, until) in enumerate(drawn)
    ]
    registry, troubles = compile_registry(made)
    counting = [h for holdings in registry.by_tenant.values() for h in holdings]
    assert {h.name for h in counting} | set(troubles) == {a.metadata.name for a in made}

    for day in range(14):
        when = _START + timedelta(days=day)
        held = [h for h in counting if h.covers(when)]
        for i, one in enumerate(held):
            assert not any(one.network.overlaps(other.network) for other in held[i + 1 :])
        for last in range(0, 256, 7):
            address = ip_address(f"10.0.0.{last}")
            expected = next((h for h in held if address in h.network), None)
            assert registry.holder(address, when) == expected
