"""Names of the node's kernel and paths of its files: one spelling each."""

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.node_names import capability, file_path, sysctl


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NET_RAW", "NET_RAW"),
        ("cap_net_raw", "NET_RAW"),
        ("Cap_Net_Raw", "NET_RAW"),
        ("all", "ALL"),
        ("CAP_CAP_X", "CAP_X"),
        ("", ""),
    ],
)
def test_a_capability_has_one_name(text: str, name: str) -> None:
    assert capability(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("net.ipv4.ip_forward", "net.ipv4.ip_forward"),
        ("net/ipv4/ip_forward", "net.ipv4.ip_forward"),
        ("net/ipv4/conf/eno2.100/rp_filter", "net.ipv4.conf.eno2/100.rp_filter"),
        ("net.ipv4.conf.eno2/100.rp_filter", "net.ipv4.conf.eno2/100.rp_filter"),
        ("net/ipv4/conf/*", "net.ipv4.conf.*"),
        ("kernel", "kernel"),
        ("", ""),
    ],
)
def test_a_kernel_setting_has_one_name(text: str, name: str) -> None:
    assert sysctl(text) == name


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/", "/"),
        ("", "/"),
        ("//", "/"),
        ("//etc", "/etc"),
        ("///etc//x/", "/etc/x"),
        ("/a/./b/../c", "/a/c"),
        ("/../../etc", "/etc"),
        ("etc", "/etc"),
    ],
)
def test_a_path_is_what_the_kernel_walks(text: str, path: str) -> None:
    assert file_path(text) == path


@given(st.text(alphabet="/.ab", max_size=12))
def test_a_plain_path_stays_as_it_is(text: str) -> None:
    once = file_path(text)
    assert file_path(once) == once
    assert once.startswith("/")
    assert not once.startswith("//")
    assert not {".", "..", ""} & set(once.split("/")[1:-1])
    assert once == "/" or posixpath.basename(once) not in {".", "..", ""}
