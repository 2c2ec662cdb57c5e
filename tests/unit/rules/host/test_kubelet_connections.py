"""Connections of the kubelet: to addresses of the tenant, and to nobody else."""

from ipaddress import ip_address, ip_network

import pytest

from aup.facts.model import KubeletConnection, NamespaceReference, Purpose
from aup.policy.addresses import AddressSet
from aup.rules.base import Violation
from aup.rules.host.kubelet_connections import kubelet_connections
from support.neutral import TERMS
from support.replacing import replace
from support.workloads import workload

HOST = replace(TERMS.host, addresses=AddressSet.of([ip_network("198.51.100.16/28")]))
AT = "spec.containers[0].livenessProbe.httpGet.host"


def to(text: str, purpose: Purpose = Purpose.PROBE, hostname: str = "") -> KubeletConnection:
    address = None if hostname else ip_address(text)
    return KubeletConnection(text, AT, purpose, address=address, hostname=hostname)


def test_a_foreign_address_is_told_as_a_target_that_an_exemption_may_name() -> None:
    assert list(kubelet_connections(workload(connections=(to("203.0.113.9"),)), HOST)) == [
        Violation(
            path=AT,
            value="203.0.113.9",
            detail="is connected to by the node itself, and not assigned to acme",
            remedy="leave it out, so that the pod itself is asked",
            key=("probe", "203.0.113.9"),
            address=ip_address("203.0.113.9"),
        )
    ]


def test_an_address_of_the_tenant_passes() -> None:
    assert not list(kubelet_connections(workload(connections=(to("198.51.100.20"),)), HOST))


def test_a_name_is_told_whosesoever_it_is_as_a_target_too() -> None:
    own = to("shop.acme.example", Purpose.HOOK, "shop.acme.example")
    (found,) = kubelet_connections(workload(connections=(own,)), HOST)
    assert found.hostname == "shop.acme.example"
    assert found.address is None
    assert found.detail == "is connected to by the node itself, wherever it leads"
    assert found.remedy == "leave it out, so that the pod itself is called"


@pytest.mark.parametrize("text", ["127.0.0.1", "127.8.8.8", "::1"])
def test_loopback_is_the_node(text: str) -> None:
    (found,) = kubelet_connections(workload(connections=(to(text),)), HOST)
    assert found.detail == "is the node itself, not the pod"


def test_a_server_of_a_volume_has_a_remedy_of_its_own() -> None:
    (found,) = kubelet_connections(workload(connections=(to("10.0.0.1", Purpose.VOLUME),)), HOST)
    assert found.remedy == "use a PersistentVolumeClaim, or the address of a server of your own"


def test_a_volume_of_the_cluster_is_asked_for_by_its_class() -> None:
    """And what stands there excuses no change of it."""
    found = replace(to("203.0.113.9", Purpose.PERSISTENT), says=("digest",))
    (told,) = kubelet_connections(workload(connections=(found,)), HOST)
    assert told.remedy.startswith("claim a volume of a storage class")
    assert told.key == ("persistent volume", "203.0.113.9", "digest")


def test_a_secret_lies_in_a_namespace_of_ones_own() -> None:
    def secret(owner: str | None, *, known: bool = True) -> list[Violation]:
        at = "spec.csi.nodeStageSecretRef.namespace"
        namespace = NamespaceReference("elsewhere", at, owner=owner, known=known)
        found = KubeletConnection("elsewhere", at, Purpose.CREDENTIALS, namespace=namespace)
        return list(kubelet_connections(workload(connections=(found,)), HOST))

    assert secret("acme") == []
    assert secret(None, known=False) == []
    for owner in ("beta", None):
        (told,) = secret(owner)
        assert told.detail == (
            "is a namespace that is not acme's, and the node would hand on its Secret"
        )
        assert told.remedy == "name a Secret of a namespace of your own"
