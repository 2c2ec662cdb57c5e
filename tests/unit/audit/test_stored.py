"""Stored objects: what is judged of each, and that none keeps the others from it."""

from typing_extensions import override

from aup.audit.stored import judge, read_stored
from aup.facts.model.claim import IPAddress
from support.corpus import as_json
from support.world import NOW, Cluster, terms


class Broken(Cluster):
    """Surroundings that make a mistake over every address."""

    @override
    def owner_of(self, address: IPAddress) -> str | None:
        raise RecursionError(address)


def slice_of(address: str) -> bytes:
    """Return endpoints of a tenant's namespace."""
    return as_json(
        {
            "metadata": {"name": "web", "namespace": "acme-prod", "uid": "u"},
            "addressType": "IPv4",
            "endpoints": [{"addresses": [address]}],
        }
    )


def test_a_mistake_of_ours_is_a_finding_on_that_object() -> None:
    stored = read_stored(slice_of("203.0.113.9"), "discovery.k8s.io/v1", "EndpointSlice")
    found = judge(stored, terms("acme", NOW), Broken())
    assert found is not None
    (finding,) = found.findings
    assert finding.rule == "admission/unreadable"
    said = "ended in a mistake of the operator (RecursionError) and was not judged"
    assert finding.violation.detail == said


def test_an_object_that_breaks_nothing_is_none() -> None:
    stored = read_stored(slice_of("203.0.113.9"), "v1", "ConfigMap")
    assert judge(stored, terms("acme", NOW), Cluster()) is None
