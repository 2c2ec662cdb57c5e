"""An address and a time lead to one namespace, or to a person."""

from datetime import UTC, datetime, timedelta

import pytest

from aup.abuse.resolve import Finding, Place, Window, check_time, resolve
from aup.api.abuse import AbuseReportSpec, ReportPhase
from aup.api.address_use import AddressUse, AddressUseSpec, AddressUseStatus, UseInterval
from aup.api.assignment import AddressAssignment, AssignmentSpec
from aup.api.meta import ObjectMeta
from aup.policy.registry import Registry, compile_registry

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SKEW = timedelta(minutes=5)
ADDRESS = "198.51.100.20"
ALWAYS = NOON - timedelta(days=300)


def registry(*held: tuple[str, datetime, datetime | None]) -> Registry:
    """Return a registry in which tenants held the addresses from and until."""
    assignments = [
        AddressAssignment(
            metadata=ObjectMeta(name=f"a-{number}"),
            spec=AssignmentSpec(tenant=tenant, cidr="198.51.100.16/28", from_=start, until=end),
        )
        for number, (tenant, start, end) in enumerate(held)
    ]
    found, troubles = compile_registry(assignments)
    assert not any(troubles.values())
    return found


def use(*used: tuple[str, str, datetime, datetime | None]) -> AddressUse:
    """Return the record of the address: namespace, tenant, from, until."""
    intervals = tuple(
        UseInterval(
            namespace=namespace,
            uid=f"uid-{namespace}",
            tenant=tenant,
            object="Service/web",
            from_=start,
            until=end,
        )
        for namespace, tenant, start, end in used
    )
    return AddressUse(
        metadata=ObjectMeta(name=ADDRESS),
        spec=AddressUseSpec(address=ADDRESS),
        status=AddressUseStatus(intervals=intervals),
    )


def report(address: str = ADDRESS) -> AbuseReportSpec:
    """Return a report of noon."""
    return AbuseReportSpec(
        source="falco", category="PortScan", address=address, port=40111, observed_at=NOON
    )


MINUTE = timedelta(minutes=1)
ACME = registry(("acme", ALWAYS, None))


@pytest.mark.parametrize(
    ("held", "used", "finding", "place"),
    [
        pytest.param(
            ACME,
            use(("acme-prod", "acme", ALWAYS, None)),
            Finding.RESOLVED,
            "acme-prod",
            id="one-namespace-all-the-time-is-named",
        ),
        pytest.param(
            ACME,
            use(
                ("acme-dev", "acme", ALWAYS, NOON - 6 * MINUTE),
                ("acme-prod", "acme", NOON - 6 * MINUTE, None),
            ),
            Finding.RESOLVED,
            "acme-prod",
            id="a-change-of-hands-before-the-window-does-not-matter",
        ),
        pytest.param(
            ACME,
            use(
                ("acme-dev", "acme", ALWAYS, NOON - 4 * MINUTE),
                ("acme-prod", "acme", NOON - 4 * MINUTE, None),
            ),
            Finding.NAMESPACE_NOT_UNIQUE,
            None,
            id="a-change-of-hands-within-the-window-names-nobody",
        ),
        pytest.param(
            ACME,
            use(("acme-dev", "acme", ALWAYS, None), ("acme-prod", "acme", ALWAYS, None)),
            Finding.NAMESPACE_NOT_UNIQUE,
            None,
            id="a-shared-address-names-nobody",
        ),
        pytest.param(
            ACME,
            use(("acme-prod", "acme", ALWAYS, NOON - SKEW)),
            Finding.USE_NOT_KNOWN,
            None,
            id="a-use-that-ended-as-the-window-began-does-not-count",
        ),
        pytest.param(
            ACME,
            use(("acme-prod", "acme", NOON + SKEW, None)),
            Finding.RESOLVED,
            "acme-prod",
            id="a-use-that-begins-as-the-window-ends-counts",
        ),
        pytest.param(ACME, None, Finding.USE_NOT_KNOWN, None, id="without-a-record-names-nobody"),
        pytest.param(
            ACME,
            use(("beta-prod", "beta", ALWAYS, None)),
            Finding.NAMESPACE_NOT_UNIQUE,
            None,
            id="a-use-by-another-tenant-is-not-held-against-the-holder",
        ),
        pytest.param(
            registry(("acme", ALWAYS, NOON + MINUTE), ("beta", NOON + MINUTE, None)),
            use(("acme-prod", "acme", ALWAYS, None)),
            Finding.TENANT_NOT_UNIQUE,
            None,
            id="an-address-that-changed-tenants-in-the-window-names-nobody",
        ),
        pytest.param(
            registry(
                ("acme", ALWAYS, NOON - MINUTE),
                ("beta", NOON - MINUTE, NOON + MINUTE),
                ("acme", NOON + MINUTE, None),
            ),
            use(("acme-prod", "acme", ALWAYS, None)),
            Finding.TENANT_NOT_UNIQUE,
            None,
            id="also-when-both-ends-of-the-window-are-the-same-tenants",
        ),
        pytest.param(
            registry(("acme", ALWAYS, NOON - SKEW)),
            use(("acme-prod", "acme", ALWAYS, None)),
            Finding.ADDRESS_NOT_ASSIGNED,
            None,
            id="an-address-given-back-before-is-nobodys",
        ),
    ],
)
def test_resolve(
    held: Registry, used: AddressUse | None, finding: Finding, place: str | None
) -> None:
    found = resolve(report(), Window.around(NOON, SKEW), held, used)
    assert found.finding is finding
    expected = Place(place, f"uid-{place}", "acme") if place else None
    assert found.place == expected


def test_what_names_nobody_goes_to_a_person_unless_the_address_was_nobodys() -> None:
    """A tenant's case without action, and no case at all."""
    window = Window.around(NOON, SKEW)
    assert resolve(report(), window, ACME, None).phase is ReportPhase.REVIEW
    assert resolve(report("203.0.113.1"), window, ACME, None).phase is ReportPhase.NO_ACTION
    used = use(("acme-prod", "acme", ALWAYS, None))
    assert resolve(report(), window, ACME, used).phase is None


def test_the_port_is_kept_for_the_person_who_decides() -> None:
    """Behind a shared address the port tells who it was."""
    used = use(("acme-dev", "acme", ALWAYS, None), ("acme-prod", "acme", ALWAYS, None))
    found = resolve(report(), Window.around(NOON, SKEW), ACME, used)
    assert "port 40111" in found.message


@pytest.mark.parametrize(
    ("observed", "finding"),
    [
        pytest.param(NOON, None, id="present"),
        pytest.param(NOON + SKEW, None, id="as-far-ahead-as-clocks-may-be"),
        pytest.param(NOON + SKEW + MINUTE, Finding.OBSERVED_IN_FUTURE, id="in-the-future"),
        pytest.param(NOON - timedelta(days=400), None, id="as-old-as-is-kept"),
        pytest.param(NOON - timedelta(days=401), Finding.OLDER_THAN_RETENTION, id="older"),
    ],
)
def test_time_that_cannot_be_looked_up_gets_an_answer(
    observed: datetime, finding: Finding | None
) -> None:
    found = check_time(observed, NOON, NOON, SKEW, timedelta(days=400))
    assert (found.finding if found else None) is finding
    assert found is None or found.phase is ReportPhase.NO_ACTION
