"""Hosts that the kubelet connects to: from probes, hooks and volumes, where one is named."""

from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.model import ContainerKind, KubeletConnection, Purpose
from aup.facts.pod import MAX_ENTRIES
from support.workloads import PREFIXES, read

HANDLERS = {
    "livenessProbe": Purpose.PROBE,
    "readinessProbe": Purpose.PROBE,
    "startupProbe": Purpose.PROBE,
    "lifecycle.postStart": Purpose.HOOK,
    "lifecycle.preStop": Purpose.HOOK,
}


def found(spec: Any, kind: tuple[str, str] = ("", "Pod")) -> tuple[KubeletConnection, ...]:
    (workload,) = read(kind, spec).workloads
    return workload.connections


def mounted(source: Any) -> tuple[KubeletConnection, ...]:
    return found({"volumes": [source]})


@pytest.mark.parametrize("kind", PREFIXES, ids="/".join)
@pytest.mark.parametrize("listed", ContainerKind)
@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("action", ["httpGet", "tcpSocket"])
def test_a_host_is_found_in_every_handler_of_every_container(
    kind: tuple[str, str], listed: ContainerKind, handler: str, action: str
) -> None:
    held: Any = {action: {"host": "203.0.113.9", "port": 80}}
    for step in reversed(handler.split(".")):
        held = {step: held}
    (connection,) = found({str(listed): [None, held]}, kind)
    prefix = f"{PREFIXES[kind]}." if PREFIXES[kind] else ""
    assert connection == KubeletConnection(
        text="203.0.113.9",
        path=f"{prefix}spec.{listed}[1].{handler}.{action}.host",
        purpose=HANDLERS[handler],
        address=ip_address("203.0.113.9"),
    )


@pytest.mark.parametrize(
    "probe",
    [
        None,
        {},
        {"httpGet": None},
        {"httpGet": {"port": 80, "httpHeaders": [{"name": "Host", "value": "x.example"}]}},
        {"httpGet": {"host": ""}, "tcpSocket": {"host": None}},
        {"exec": {"command": ["curl", "http://203.0.113.9"]}},
        {"grpc": {"port": 9000, "service": "203.0.113.9"}},
    ],
)
def test_where_no_host_is_named_the_pod_itself_is_asked(probe: Any) -> None:
    hooks = {"postStart": probe, "preStop": {"sleep": {"seconds": 1}}}
    assert found({"containers": [{"livenessProbe": probe, "lifecycle": hooks}]}) == ()


@pytest.mark.parametrize(
    ("text", "address", "hostname"),
    [
        ("198.51.100.20", "198.51.100.20", ""),
        ("2001:db8::1", "2001:db8::1", ""),
        ("::ffff:198.51.100.20", "198.51.100.20", ""),
        ("Shop.Acme.Example.", None, "shop.acme.example"),
        ("localhost", None, "localhost"),
        ("198.51.100.20:80", None, ""),
        ("[2001:db8::1]", None, ""),
        ("user@198.51.100.20", None, ""),
        ("198.51.100.20/x", None, ""),
        ("fe80::1%eth0", None, ""),
        ("*.acme.example", None, ""),
    ],
)
def test_a_host_of_a_probe_is_an_address_only_as_such(
    text: str, address: str | None, hostname: str
) -> None:
    (connection,) = found({"containers": [{"livenessProbe": {"tcpSocket": {"host": text}}}]})
    expected = ip_address(address) if address else None
    assert (connection.text, connection.address) == (text, expected)
    assert connection.hostname == hostname


@pytest.mark.parametrize(
    "text", ["0x7f.1", "127.1", "2130706433", "0177.0.0.1", "127.0.0.1 ", "127。0。0。1"]
)
def test_what_resolvers_make_an_address_of_is_none(text: str) -> None:
    (connection,) = found({"containers": [{"livenessProbe": {"httpGet": {"host": text}}}]})
    assert connection.address is None


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ({"nfs": {"server": "203.0.113.9"}}, "nfs.server"),
        ({"iscsi": {"targetPortal": "203.0.113.9"}}, "iscsi.targetPortal"),
        ({"iscsi": {"targetPortal": "203.0.113.9:3260"}}, "iscsi.targetPortal"),
        ({"cephfs": {"monitors": ["203.0.113.9:6789"]}}, "cephfs.monitors[0]"),
        ({"rbd": {"monitors": ["203.0.113.9"]}}, "rbd.monitors[0]"),
        ({"gitRepo": {"repository": "https://203.0.113.9:8443/a/b.git"}}, "gitRepo.repository"),
        ({"gitRepo": {"repository": "ssh://203.0.113.9/a"}}, "gitRepo.repository"),
        ({"quobyte": {"registry": "203.0.113.9:7861"}}, "quobyte.registry"),
        ({"scaleIO": {"gateway": "https://203.0.113.9/api"}}, "scaleIO.gateway"),
        (
            {"csi": {"driver": "nfs.csi.k8s.io", "volumeAttributes": {"server": "203.0.113.9"}}},
            'csi.volumeAttributes["server"]',
        ),
        (
            {
                "csi": {
                    "driver": "smb.csi.k8s.io",
                    "volumeAttributes": {"source": "//203.0.113.9/s"},
                }
            },
            'csi.volumeAttributes["source"]',
        ),
        (
            {"csi": {"driver": "nfs.csi.k8s.io", "volumeAttributes": {"SERVER": "203.0.113.9"}}},
            'csi.volumeAttributes["SERVER"]',
        ),
        (
            {
                "csi": {
                    "driver": "nfs.csi.k8s.io",
                    "volumeAttributes": {"mountoptions": "nolock,mountaddr=203.0.113.9,ro"},
                }
            },
            'csi.volumeAttributes["mountoptions"]',
        ),
        (
            {"flexVolume": {"driver": "d", "options": {"networkPath": "//203.0.113.9/s"}}},
            'flexVolume.options["networkPath"]',
        ),
        (
            {"flexVolume": {"driver": "d", "options": {"mountOptions": "IP = 203.0.113.9"}}},
            'flexVolume.options["mountOptions"]',
        ),
    ],
)
def test_the_server_of_a_volume_is_found_in_the_form_of_its_field(source: Any, path: str) -> None:
    (connection,) = mounted(source)
    assert connection.path == f"spec.volumes[0].{path}"
    assert connection.purpose is Purpose.VOLUME
    assert connection.address == ip_address("203.0.113.9")


@pytest.mark.parametrize(
    "source",
    [
        {"nfs": {"server": "203.0.113.9:/x"}},
        {"nfs": {"server": "203.0.113.9,203.0.113.10"}},
        {"nfs": {"server": 7}},
        {"nfs": {"server": {"ip": "203.0.113.9"}}},
        {"iscsi": {"targetPortal": "203.0.113.9:port"}},
        {"cephfs": {"monitors": ["v2:203.0.113.9:3300"]}},
        {"cephfs": {"monitors": [None]}},
        {"gitRepo": {"repository": "https://203.0.113.9@git.example/x"}},
        {"gitRepo": {"repository": "https://203.0.113.9\\@git.example/x"}},
        {"gitRepo": {"repository": "git@203.0.113.9:x.git"}},
        {"gitRepo": {"repository": "ext::sh -c id"}},
        {"gitRepo": {"repository": "/etc"}},
        {"gitRepo": {"repository": "203.0.113.9"} | {"repository": "https:///203.0.113.9/x"}},
        {"glusterfs": {"endpoints": "203.0.113.9x"}},
        {"glusterfs": {"endpoints": "gluster"}},
    ],
)
def test_a_server_in_any_other_form_is_no_address(source: Any) -> None:
    (connection,) = mounted(source)
    assert connection.address is None


@pytest.mark.parametrize(
    "source",
    [
        {"nfs": {}},
        {"nfs": {"server": ""}},
        {"iscsi": {"portals": []}},
        {"gitRepo": {"revision": "main"}},
        {"csi": {"driver": "nfs.csi.k8s.io"}},
        {"csi": {"driver": "nfs.csi.k8s.io", "volumeAttributes": {"share": "/x"}}},
        {"csi": {"driver": "secrets-store.csi.k8s.io", "volumeAttributes": {"server": "x"}}},
        {"csi": {"volumeAttributes": {"server": "x"}}},
        {"csi": {"driver": "smb.csi.k8s.io", "volumeAttributes": {"mountOptions": "zip=1,ip="}}},
        {"flexVolume": {"driver": "d", "options": {"mountOptions": None}}},
        {"flexVolume": {"driver": "d", "options": {"size": "//x"}}},
        {"flexVolume": {"driver": "d"}},
        {"persistentVolumeClaim": {"claimName": "203.0.113.9"}},
    ],
)
def test_a_volume_without_a_server_connects_to_none(source: Any) -> None:
    assert mounted(source) == ()


def test_all_of_a_list_are_found() -> None:
    """However many of one's own stand before the one of somebody else."""
    connections = mounted({"cephfs": {"monitors": [*["198.51.100.17"] * 100, "203.0.113.9"]}})
    assert connections[-1].path == "spec.volumes[0].cephfs.monitors[100]"
    assert connections[-1].text == "203.0.113.9"


def test_a_pod_with_hosts_without_end_is_told_so() -> None:
    monitors = {"cephfs": {"monitors": ["198.51.100.17"] * MAX_ENTRIES}}
    facts = read(("", "Pod"), {"volumes": [monitors]})
    assert not facts.problems
    facts = read(("", "Pod"), {"volumes": [monitors, {"nfs": {"server": "203.0.113.9"}}]})
    (problem,) = facts.problems
    assert problem.detail == f"has more than {MAX_ENTRIES} hosts of probes and volumes"


@given(st.text(max_size=40) | st.from_regex(r"[a-z]*:?//[0-9.@:\\]*/x", fullmatch=True))
def test_a_repository_is_an_address_only_where_nothing_else_stands_before_the_path(
    text: str,
) -> None:
    for connection in mounted({"gitRepo": {"repository": text}}):
        if connection.address is not None:
            host = text.partition("//")[2].partition("/")[0] if "//" in text else text
            assert "@" not in host
            assert str(connection.address) in host
