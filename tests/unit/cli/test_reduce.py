"""A bundle holds what one tenant may see, and judges as the cluster does."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from aup.api.meta import read
from aup.api.policy import AcceptableUsePolicy, PolicySpec
from aup.api.report import TenantReport
from aup.api.tenant import Screening, ScreeningStatus, TenantSpec
from aup.cli import reduce
from aup.cli.reduce import reduced, report_only, written
from aup.documents import read_documents
from aup.policy.compiler import compile_terms
from aup.policy.screening import SUBJECT
from aup.policy.terms import Terms
from aup.policy.world import Objects, World, compile_world
from aup.rules import RULE_IDS
from support.replacing import replace
from support.world import NOW, load_world, terms, world_objects

KINDS = {
    "policies": "AcceptableUsePolicy",
    "tenants": "Tenant",
    "assignments": "AddressAssignment",
    "catalogs": "SoftwareCatalog",
    "entitlements": "LicenseEntitlement",
    "exemptions": "Exemption",
}


def bundle(tenant: str = "acme", world: World | None = None) -> list[dict[str, Any]]:
    """Return the objects of a tenant's bundle, as they are read back from its text."""
    world = world or load_world()
    compiled = compile_terms(world, tenant, NOW)
    assert isinstance(compiled, Terms), compiled
    return list(read_documents(written(reduced(world, compiled, NOW), tenant, NOW)))


def named(found: list[dict[str, Any]], kind: str) -> list[str]:
    """Return the names of the objects of a kind."""
    return [one["metadata"]["name"] for one in found if one["kind"] == kind]


def seen(found: Terms) -> Terms:
    """Return terms without what a bundle withholds: writers of requests, and open reviews."""
    party = tuple(
        replace(hit, at_once=False) if hit.subject == SUBJECT else hit
        for hit in found.export.party
        if hit.subject != SUBJECT or not hit.review
    )
    return replace(
        found,
        network=replace(
            found.network, platform_writers=frozenset(), platform_namespaces=frozenset()
        ),
        security=replace(found.security, staff_groups=frozenset(), grants=()),
        export=replace(found.export, party=party),
    )


def changed(**spec: Any) -> World:
    """Return the world in which acme's Tenant is another one."""
    objects = world_objects()
    tenants = tuple(
        msgspec.structs.replace(t, spec=msgspec.structs.replace(t.spec, **spec))
        if t.metadata.name == "acme"
        else t
        for t in objects.tenants
    )
    return compile_world(replace(objects, tenants=tenants), rules=RULE_IDS)


@pytest.mark.parametrize(
    ("struct", "shown", "withheld"),
    [
        (TenantSpec, reduce.TENANT_SHOWN, reduce.TENANT_WITHHELD),
        (PolicySpec, reduce.POLICY_SHOWN, reduce.POLICY_WITHHELD),
    ],
)
def test_somebody_has_decided_about_every_field(
    struct: type[msgspec.Struct], shown: frozenset[str], withheld: dict[str, str]
) -> None:
    """A new field: list it in aup/cli/reduce.py as shown, or as withheld with the reason."""
    fields = {field.encode_name for field in msgspec.structs.fields(struct)}
    sections = {path for path in withheld if "." not in path}
    assert shown | sections == fields
    assert not shown & sections
    assert all(reason for reason in withheld.values())


def test_nothing_of_another_tenant_is_in_it() -> None:
    text = written(bundle("acme"), "acme", NOW)
    for name in ("beta", "Beta", "gamma", "Gamma", "198.51.100.32", "2001:db8:b:", "0beta1"):
        assert name not in text, name


def test_no_person_and_no_control_of_the_provider_is_in_it() -> None:
    text = written(bundle("acme"), "acme", NOW)
    for private in (
        "@acme.example",
        "desk@",
        "lead@",
        "noc@",
        "TICKET",
        "PO-4711",
        "metallb-system",
    ):
        assert private not in text, private
    assert "falco" not in text


def test_what_is_in_force_or_will_be_is_in_it() -> None:
    """No consent that has ended or was never approved; of addresses, why they do not count."""
    found = bundle("acme")
    assert named(found, "AddressAssignment") == [
        "acme-coming",
        "acme-expired",
        "acme-suspended",
        "acme-v4",
        "acme-v6",
    ]
    assert named(found, "Exemption") == [
        "acme-anycast",
        "acme-anycast-pods",
        "acme-copyleft",
        "acme-debug-q4",
        "acme-node-metrics",
        "acme-partner",
        "acme-pentest-q4",
        "acme-web-scan",
    ]
    assert named(found, "AcceptableUsePolicy") == ["asergo"]
    assert named(found, "Tenant") == ["acme"]
    assert named(found, "SoftwareCatalog") == sorted(load_world().catalogs)
    assert len(named(found, "LicenseEntitlement")) > 3


def test_an_assignment_that_lost_to_an_older_one_does_not_come_into_force() -> None:
    """The older one is somebody else's and not in the bundle: alone, the later one would count."""
    objects = world_objects()
    theirs = next(a for a in objects.assignments if a.metadata.name == "beta-v4")
    late = msgspec.structs.replace(
        theirs,
        metadata=msgspec.structs.replace(theirs.metadata, name="late", creation_timestamp=NOW),
        spec=msgspec.structs.replace(theirs.spec, tenant="acme"),
    )
    early = msgspec.structs.replace(
        theirs,
        metadata=msgspec.structs.replace(
            theirs.metadata, creation_timestamp=NOW - timedelta(days=1)
        ),
    )
    kept = tuple(a for a in objects.assignments if a is not theirs)
    world = compile_world(replace(objects, assignments=(*kept, early, late)), rules=RULE_IDS)
    assert "late" not in named(bundle("acme", world), "AddressAssignment")


@pytest.mark.parametrize("tenant", sorted(load_world().accounts))
def test_the_terms_of_the_bundle_are_those_of_the_cluster(tenant: str) -> None:
    """But for what is withheld, which no file is judged by."""
    found = bundle(tenant)
    types = {type(o).__name__: type(o) for group in KINDS for o in getattr(world_objects(), group)}
    objects = Objects(
        **{
            group: tuple(read(types[kind], one) for one in found if one["kind"] == kind)
            for group, kind in KINDS.items()
        }
    )
    world = compile_world(objects, rules=RULE_IDS)
    mine = compile_terms(world, tenant, NOW)
    assert not world.troubles
    assert isinstance(mine, Terms)
    assert seen(mine) == seen(terms(tenant))


def test_notice_is_carried_over() -> None:
    """Off the cluster nobody knows when a Tenant was created."""
    later = NOW + timedelta(days=3)
    (tenant,) = [m for m in bundle("acme", changed(enforce_from=later)) if m["kind"] == "Tenant"]
    assert tenant["spec"]["enforceFrom"] == later.isoformat()


def test_what_a_screening_came_to_is_withheld() -> None:
    """A tenant is told no more than that it is not cleared."""
    for status, refused in (("PotentialMatch", False), ("Confirmed", True), ("Clear", False)):
        found = bundle("acme", changed(screening=Screening(status=ScreeningStatus(status))))
        assert status not in written(found, "acme", NOW)
        spec = next(m["spec"] for m in found if m["kind"] == "Tenant")
        assert spec.get("onboarding", False) is refused


def test_an_edition_that_does_not_compile_is_not_exported() -> None:
    """In force is what was good last, and so it is in the bundle."""
    objects = world_objects()
    good = load_world().in_force
    policy = next(p for p in objects.policies if p.metadata.name == "asergo")
    others = tuple(p for p in objects.policies if p is not policy)
    broken = msgspec.structs.replace(
        policy,
        spec=msgspec.structs.replace(
            policy.spec,
            revision="broken",
            license=msgspec.structs.replace(policy.spec.license, deny=("no licence at all",)),
        ),
    )
    world = compile_world(replace(objects, policies=(broken, *others)), rules=RULE_IDS, last=good)
    (found,) = [m for m in bundle("acme", world) if m["kind"] == "AcceptableUsePolicy"]
    assert found["spec"]["revision"] == policy.spec.revision
    assert read(AcceptableUsePolicy, found).spec.license == policy.spec.license


def test_a_report_is_reduced_to_what_rules_read() -> None:
    report = read(
        TenantReport,
        {
            "metadata": {"name": "aup", "namespace": "acme-prod", "uid": "u"},
            "status": {
                "policy": "asergo",
                "addresses": ["198.51.100.16/28"],
                "findings": [
                    {
                        "rule": "a/b",
                        "clause": "",
                        "object": "a",
                        "path": "b",
                        "value": "c",
                        "message": "d",
                    }
                ],
                "budget": {"hard": {"pods": "1"}},
            },
        },
    )
    assert report_only(report) == {
        "apiVersion": "aup.asergo.com/v1alpha1",
        "kind": "TenantReport",
        "metadata": {"name": "aup", "namespace": "acme-prod"},
        "status": {"policy": "asergo", "addresses": ["198.51.100.16/28"]},
    }
