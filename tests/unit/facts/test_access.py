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


@pytest.mark.parametrize("kind", ["PodAttachOptions", "PodPortForwardOptions", "PodProxyOptions"])
def test_what_such_a_request_carries_is_not_read(kind: str) -> None:
    """Its options say how, never whether; a garbled one is the API server's matter."""
    subject = Subject("", kind, "acme-prod", "web-0", "attach", writer=STAFF)
    facts = extract(b"[[[", subject, Offline())
    assert facts.access is not None
    assert facts.problems == ()


def executed(options: bytes) -> Facts:
    subject = Subject("", "PodExecOptions", "acme-prod", "web-0", "exec", writer=STAFF)
    return extract(options, subject, Offline())


def test_what_an_exec_runs_is_told_by_word_and_container() -> None:
    found = executed(b'{"stdin":true,"container":"web","command":["sh","-c","ls"]}')
    ((namespace, container),) = ((e.namespace, e.container) for e in found.executions)
    assert (namespace, container.name, container.image) == ("acme-prod", "web", None)
    assert [list(line.located()) for line in container.executed] == [
        [("command[0]", "sh"), ("command[1]", "-c"), ("command[2]", "ls")]
    ]


@pytest.mark.parametrize("command", [b"", b',"command":null', b',"command":[]', b',"command":"ls"'])
def test_an_exec_without_a_command_runs_nothing(command: bytes) -> None:
    found = executed(b'{"tty":true' + command + b"}")
    assert (found.executions, found.problems) == ((), ())


def test_an_exec_that_cannot_be_read_is_a_problem_and_opens_its_door() -> None:
    """It could run anything."""
    found = executed(b"[[[")
    assert [p.detail for p in found.problems] == ["is not JSON"]
    assert found.access is not None


def test_a_pod_that_is_created_or_changed_lets_nobody_in() -> None:
    for subresource in ("", "status", "resize"):
        assert read("Pod", "web-0", subresource).access is None


def test_a_file_has_no_writer_and_lets_nobody_in() -> None:
    assert read("SupportAccessGrant", "slow", writer=None).access is None
    assert read("Pod", "web-0", "ephemeralcontainers", writer=None).access is None
