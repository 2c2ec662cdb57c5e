"""Settings of the platform's network: about own addresses, listed, or refused; and programs."""

from ipaddress import IPv4Network, ip_network

import pytest

from aup.facts.model import (
    ClaimSource,
    Exposure,
    PlatformSetting,
    Plugin,
    PluginSort,
    Reach,
    Writer,
)
from aup.policy.addresses import AddressSet
from aup.rules.base import Violation
from aup.rules.network.settings import plugins, settings
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace

TERMS = replace(
    NEUTRAL.network,
    addresses=AddressSet.of(["198.51.100.16/28"]),
    known_annotations=("example.net/listed", "fine.example.net/*"),
    attachment_types=frozenset({"macvlan", "bridge"}),
    network_drivers=frozenset(),
)
ALICE = Writer("alice@acme.example")


def setting(*networks: str, **changes: object) -> PlatformSetting:
    plain = PlatformSetting(
        "value",
        "spec.list[3].field",
        ClaimSource.SPEC,
        Reach.ROUTING,
        "does something",
        tuple(map(ip_network, networks)),
    )
    return replace(plain, **changes)


def judged(
    *found: PlatformSetting,
    reach: Reach = Reach.ROUTING,
    trusted: bool = False,
    writer: Writer | None = ALICE,
) -> list[Violation]:
    exposure = Exposure("acme-prod", settings=found, writer=writer)
    return list(settings(exposure, TERMS, reach, trusted=trusted))


def test_a_setting_is_refused_with_what_it_does() -> None:
    (violation,) = judged(setting())
    assert violation.detail == "does something"
    assert violation.remedy == "leave it out, or ask abuse@asergo.example"
    assert violation.key == ("spec.list.field", "value")
    assert not violation.change


def test_a_setting_says_what_to_do_instead() -> None:
    (violation,) = judged(setting(instead="use masquerade"))
    assert violation.remedy == "use masquerade, or ask abuse@asergo.example"


@pytest.mark.parametrize(
    ("networks", "passes"),
    [
        (("198.51.100.16/28",), True),
        (("198.51.100.20/32", "198.51.100.24/29"), True),
        (("198.51.100.20/32", "203.0.113.9/32"), False),
        (("198.51.100.0/24",), False),
        ((), False),
    ],
)
def test_a_setting_about_own_addresses_alone_passes(
    networks: tuple[str, ...], passes: bool
) -> None:
    assert (judged(setting(*networks)) == []) is passes


def test_a_setting_about_addresses_can_be_exempt_by_all_of_them() -> None:
    (violation,) = judged(setting("203.0.113.9/32", "203.0.113.16/28"))
    assert violation.networks == (IPv4Network("203.0.113.9/32"), IPv4Network("203.0.113.16/28"))
    assert (
        violation.remedy == "use only addresses from 198.51.100.16/28, or ask abuse@asergo.example"
    )


def test_an_annotation_that_the_provider_listed_passes() -> None:
    assert judged(setting(key="example.net/listed"), setting(key="fine.example.net/any")) == []
    assert len(judged(setting(key="example.net/other"), setting(key=""))) == 2


def test_each_reach_is_the_matter_of_its_own_rule() -> None:
    found = [setting(reach=reach) for reach in Reach]
    for reach in Reach:
        assert len(judged(*found, reach=reach)) == 1


@pytest.mark.parametrize(
    ("source", "writer", "trusted", "judge"),
    [
        (ClaimSource.SPEC, ALICE, True, True),
        (ClaimSource.ANNOTATION, None, False, True),
        (ClaimSource.RECORD, ALICE, False, True),
        (ClaimSource.RECORD, ALICE, True, False),
        (ClaimSource.RECORD, None, False, False),
    ],
)
def test_a_record_is_judged_when_somebody_but_the_platform_writes_it(
    source: ClaimSource, writer: Writer | None, trusted: bool, judge: bool
) -> None:
    found = judged(setting(source=source), trusted=trusted, writer=writer)
    assert [v.change for v in found] == ([source is ClaimSource.RECORD] if judge else [])


def plugin(text: str, sort: PluginSort = PluginSort.CNI) -> Plugin:
    return Plugin(text, "spec.config", sort, "runs on the node")


def test_a_program_passes_where_the_provider_offers_its_sort() -> None:
    exposure = Exposure(
        "acme-prod",
        plugins=(plugin("macvlan"), plugin("ipvlan"), plugin("macvlan", PluginSort.DRIVER)),
    )
    assert [(v.value, v.remedy) for v in plugins(exposure, TERMS)] == [
        ("ipvlan", "use bridge or macvlan, or ask abuse@asergo.example to offer it"),
        ("macvlan", "leave it out, or ask abuse@asergo.example to offer it"),
    ]
