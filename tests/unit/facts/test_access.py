"""Who comes into a pod, by which door."""

import json

import pytest

from aup.facts.access import DOORS
from aup.facts.extract import extract
from aup.facts.model import Access, Door, Facts, Offline, Subject, Writer

STAFF = Writer("support-one@asergo.example", ("asergo:support",))


def read(kind: str, name: str, subresource: str = "", writer: Writer | None = STAFF) -> Facts:
    group = "aup.asergo.com" if kind == "SupportAccessGrant" else ""
    subject = Subject(group, kind, "acme-prod", name, subresource, writer=writer)
    return extract(json.dumps({"spec": {}}).encode(), subject, Offline())


@pytest.mark.parametrize(
    ("kind", "name", "subresource", "door", "found"),
    [
        ("PodExecOptions", "web-0", "exec", Door.EXEC, "web-0"),
        ("PodAttachOptions", "web-0", "attach", Door.ATTACH, "web-0"),
        ("PodPortForwardOptions", "web-0", "portforward", Door.PORT_FORWARD, "web-0"),
        ("PodProxyOptions", "web-0", "proxy", Door.POD_PROXY, "web-0"),
        ("PodProxyOptions", "web-0:8080", "proxy", Door.POD_PROXY, "web-0"),
        ("PodProxyOptions", "https:web-0:8443", "proxy", Door.POD_PROXY, "web-0"),
        ("PodProxyOptions", "https:web-0:", "proxy", Door.POD_PROXY, "web-0"),
        ("ServiceProxyOptions", "http:web:metrics", "proxy", Door.SERVICE_PROXY, "web"),
        ("Pod", "web-0", "ephemeralcontainers", Door.EPHEMERAL_CONTAINER, "web-0"),
        ("SupportAccessGrant", "slow", "", Door.GRANT, "slow"),
    ],
)
def test_every_door_is_known_by_kind_or_subresource(
    kind: str, name: str, subresource: str, door: Door, found: str
) -> None:
    assert read(kind, name, subresource).access == Access("acme-prod", found, door, STAFF)


def test_there_is_no_door_that_nothing_leads_to() -> None:
    assert {*DOORS.values(), Door.EPHEMERAL_CONTAINER} == set(Door)


def test_what_such_a_request_carries_is_not_read() -> None:
    """Its options say how, never whether; a garbled one is the API server's matter."""
    subject = Subject("", "PodExecOptions", "acme-prod", "web-0", "exec", writer=STAFF)
    facts = extract(b"[[[", subject, Offline())
    assert facts.access is not None
    assert facts.problems == ()


def test_a_pod_that_is_created_or_changed_lets_nobody_in() -> None:
    for subresource in ("", "status", "resize"):
        assert read("Pod", "web-0", subresource).access is None


def test_a_file_has_no_writer_and_lets_nobody_in() -> None:
    assert read("SupportAccessGrant", "slow", writer=None).access is None
    assert read("Pod", "web-0", "ephemeralcontainers", writer=None).access is None
