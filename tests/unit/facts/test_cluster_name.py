"""Names of Services: which namespace they belong to, and how sure that is."""

import pytest

from aup.facts.cluster_name import ClusterName, read_cluster_name


@pytest.mark.parametrize(
    ("name", "namespace"),
    [
        ("db.beta.svc", "beta"),
        ("db.beta.svc.cluster.local", "beta"),
        ("db-0.db.beta.svc.cluster.local", "beta"),
        ("beta.svc.cluster.local", "beta"),
        ("_sip._tcp.db.beta.svc.cluster.local", "beta"),
        ("svc", ""),
        ("svc.cluster.local", ""),
        ("cluster.local", ""),
        ("dns-version.cluster.local", ""),
        ("192-0-2-1.beta.pod", ""),
        ("192-0-2-1.beta.pod.cluster.local", ""),
    ],
)
def test_a_name_in_the_clusters_domain_is_one_for_certain(name: str, namespace: str) -> None:
    assert read_cluster_name(name) == ClusterName(namespace)


@pytest.mark.parametrize(
    ("name", "namespace"),
    [
        ("db.beta", "beta"),
        ("acme.example", "example"),
        ("db.beta.svc.k8s.example.net", "beta"),
        ("db-0.db.beta.svc.example", "beta"),
    ],
)
def test_a_name_that_the_internet_may_have_is_guessed(name: str, namespace: str) -> None:
    assert read_cluster_name(name) == ClusterName(namespace, guessed=True)


@pytest.mark.parametrize(
    "name", ["db", "www.acme.example", "svc.acme.example", "a.svc.example", "xsvc.a.example"]
)
def test_other_names_are_no_services(name: str) -> None:
    assert read_cluster_name(name) is None
