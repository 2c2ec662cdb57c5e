"""Addresses of meshes: which of them traffic is sent to, and which are only names."""

from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import ClaimSource, Exposure, Subject, Writer
from support.corpus import as_json
from support.world import Cluster

ISTIO = "networking.istio.io"


ALICE = Writer("alice@acme.example")


def read(group: str, kind: str, obj: Any, writer: Writer | None = ALICE) -> Exposure:
    subject = Subject(group=group, kind=kind, namespace="acme-prod", name="x", writer=writer)
    found = extract(as_json(obj), subject, Cluster()).exposure
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("address", "judged"),
    [
        ("192.0.2.11", True),
        ("::ffff:192.0.2.11", True),
        ("192.0.2.011", True),
        ("3221225985", True),
        ("0x7f.1", True),
        ("127.1", True),
        ("fe80::1%eth0", True),
        (5, True),
        ("db.partner.example", False),
        ("192.0.2.11.nip.io", False),
        ("unix:///run/db.sock", False),
    ],
)
def test_what_no_resolver_takes_for_a_name_is_an_address(address: Any, judged: bool) -> None:
    found = read(ISTIO, "WorkloadEntry", {"spec": {"address": address}})
    assert bool(found.endpoints) is judged


def test_the_tenant_of_a_running_pod_is_known() -> None:
    found = read(ISTIO, "WorkloadGroup", {"spec": {"template": {"address": "192.0.2.21"}}})
    assert [(t.path, t.owner) for t in found.endpoints] == [("spec.template.address", "beta")]


@pytest.mark.parametrize("export", [["."], ["~"], ["acme-prod"], [".", "acme-dev"]])
def test_what_nobody_else_sees_names_destinations(export: list[str]) -> None:
    entry = {"spec": {"exportTo": export, "addresses": ["203.0.113.0/24"]}}
    assert read(ISTIO, "ServiceEntry", entry).addresses == ()


@pytest.mark.parametrize("export", [None, [], ["*"], [".", "*"], ["beta-prod"], ["nobodys"]])
def test_what_others_see_captures_their_traffic(export: Any) -> None:
    entry = {
        "spec": {
            "exportTo": export,
            "addresses": ["203.0.113.0/24"],
            "endpoints": [{"address": "192.0.2.21"}, {"address": "db.partner.example"}],
        }
    }
    found = read(ISTIO, "ServiceEntry", entry)
    assert [c.path for c in found.addresses] == ["spec.addresses[0]"]
    assert [t.path for t in found.endpoints] == ["spec.endpoints[0].address"]


@pytest.mark.parametrize(
    ("writer", "uid", "source"),
    [
        (ALICE, None, ClaimSource.RECORD),
        (None, "7f", ClaimSource.RECORD),
        (None, None, ClaimSource.SPEC),
    ],
)
def test_an_import_is_the_word_of_the_controller_that_made_it(
    writer: Writer | None, uid: str | None, source: ClaimSource
) -> None:
    obj = {"metadata": {"uid": uid}, "spec": {"ips": ["203.0.113.9"]}}
    found = read("multicluster.x-k8s.io", "ServiceImport", obj, writer)
    assert [c.source for c in found.addresses] == [source]
