"""Paths of the node: none but what the provider lends, by whole segments."""

import pytest

from aup.facts.model import HostPath
from aup.facts.node_names import file_path
from aup.rules.base import Violation
from aup.rules.host.path import path
from support.neutral import TERMS
from support.replacing import replace
from support.workloads import workload

AT = "spec.volumes[0].hostPath.path"
LENDING = replace(TERMS.host, host_paths=("/srv/shared", "/var/log/pods"))
OWN = "use an emptyDir, a PersistentVolumeClaim or a projected volume"


def mounted(text: str) -> HostPath:
    return HostPath(text, AT, file_path(text))


def test_any_path_is_told_where_none_is_lent() -> None:
    assert list(path(workload(host_paths=(mounted("//etc/"),)), TERMS.host)) == [
        Violation(
            path=AT,
            value="//etc/",
            detail="opens files of the node to the pod",
            remedy=OWN,
            key=("/etc",),
        )
    ]


@pytest.mark.parametrize(
    "text",
    ["/srv/shared", "/srv/shared/", "/srv/shared/a/b", "//var//log/./pods/x", "/srv/../srv/shared"],
)
def test_what_is_lent_is_lent_with_all_below_it(text: str) -> None:
    assert not list(path(workload(host_paths=(mounted(text),)), LENDING))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "/srv",
        "/srv/sharedness",
        "/srv/shared/../other",
        "/var/log",
        "srv/share",
        "/SRV/shared",
    ],
)
def test_what_is_beside_or_above_is_not(text: str) -> None:
    (found,) = path(workload(host_paths=(mounted(text),)), LENDING)
    assert found.remedy == f"{OWN}, or mount /srv/shared or /var/log/pods or what is below"


def test_a_volume_of_the_cluster_is_asked_for_by_its_class() -> None:
    """And what stands there excuses no change of it."""
    found = replace(mounted("/etc"), persistent=True, says=("digest",))
    (told,) = path(workload(host_paths=(found,)), TERMS.host)
    assert told.remedy == (
        "claim a volume of a storage class, or ask abuse@asergo.example for this one"
    )
    assert told.key == ("/etc", "digest")
    lent = replace(found, canonical="/srv/shared/a")
    assert list(path(workload(host_paths=(lent,)), LENDING)) == []
