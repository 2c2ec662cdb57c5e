"""Claims that are not plain names: expressions, Services, and what a value brings about."""

import pytest

from aup.facts import claims, host_claims
from aup.facts.model import HostnameClaim, Offline, Surroundings
from support.world import Cluster


def read(value: object, surroundings: Surroundings | None = None) -> HostnameClaim | None:
    """Read a name where the cluster's own may stand, in a namespace of acme."""
    found = list(host_claims.inside_or_outside(value, "p", "acme-prod", surroundings or Cluster()))
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize("name", ["localhost", "redis", "redis-0", "*.localhost"])
def test_a_name_without_a_dot_is_the_namespaces_own(name: str) -> None:
    assert read(name) is None


@pytest.mark.parametrize("name", ["bücher", "*.bücher", "ｗｅｂ"])
def test_no_service_is_called_so(name: str) -> None:
    """A claim, then, of which an object may have so many."""
    claim = read(name)
    assert claim is not None
    assert claim.service is None


@pytest.mark.parametrize("name", ["*.acme-prod", "*.acme-dev"])
def test_all_services_of_an_own_namespace_are_ones_own(name: str) -> None:
    assert read(name) is None


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("*.local", ""),
        ("*.com", ""),
        ("*.svc", ""),
        ("*.beta-prod", "write *.beta-prod.acme-prod.svc for the pods of a Service"),
        ("*.redis", "write *.redis.acme-prod.svc for the pods of a Service"),
    ],
)
def test_a_wildcard_over_a_whole_domain_is_a_claim(name: str, instead: str) -> None:
    claim = read(name)
    assert claim is not None
    assert (claim.wildcard, claim.service, claim.instead) == (True, None, instead)


@pytest.mark.parametrize(
    ("name", "namespace", "owner"),
    [
        ("redis.acme-prod.svc", "acme-prod", "acme"),
        ("redis.acme-prod", "acme-prod", "acme"),
        ("redis.acme-dev", "acme-dev", "acme"),
        ("redis-0.redis.acme-prod", "acme-prod", "acme"),
        ("redis-0.redis.acme-dev", "acme-dev", "acme"),
        ("*.redis.acme-prod.svc.cluster.local", "acme-prod", "acme"),
        ("*.acme-prod.svc.cluster.local", "acme-prod", "acme"),
        ("vault.beta-prod.svc", "beta-prod", "beta"),
        ("kubernetes.default.svc", "default", None),
        ("*.svc.cluster.local", "", None),
        ("192-0-2-1.acme-prod.pod.cluster.local", "", None),
    ],
)
def test_a_service_is_judged_by_its_namespace(name: str, namespace: str, owner: str | None) -> None:
    claim = read(name)
    assert claim is not None
    assert claim.service is not None
    assert (claim.service.text, claim.service.owner) == (namespace, owner)


@pytest.mark.parametrize(
    "name",
    [
        "www.acme.example",
        "acme.example",
        "vault.beta-prod",
        "vault-0.vault.beta-prod",
        "redis-0.redis.elsewhere",
        "www.redis-0.redis.acme-prod",
        "redis.acme-prod.svc.beta.example",
    ],
)
def test_what_only_looks_like_a_service_is_a_hostname(name: str) -> None:
    claim = read(name)
    assert claim is not None
    assert (claim.name, claim.service) == (name, None)


def test_a_namespace_that_is_called_like_a_registry_has_no_short_names() -> None:
    """Else a namespace ``dev`` would make all of ``.dev`` its own."""
    for name in ("google.dev", "www.google.dev", "*.dev"):
        (claim,) = host_claims.inside_or_outside(name, "p", "dev", Offline())
        assert (claim.name, claim.service) == (name.removeprefix("*."), None)


def test_outside_of_namespaces_three_labels_are_a_pod_where_the_namespace_is_known() -> None:
    (claim,) = host_claims.inside_or_outside("db-0.db.acme-prod", "p", "", Cluster())
    assert claim.service is not None
    assert claim.service.owner == "acme"


def test_outside_of_namespaces_three_labels_are_a_hostname_elsewhere() -> None:
    """Else names of somebody's own network would be taken for those of a namespace ``lan``."""
    (claim,) = host_claims.inside_or_outside("www.acme.lan", "p", "", Offline())
    assert (claim.name, claim.service) == ("www.acme.lan", None)


@pytest.mark.parametrize("value", [7, "a..b", None])
def test_what_cannot_be_read_is_a_claim_with_a_problem(value: object) -> None:
    claim = read(value)
    assert claim is not None
    assert claim.problem


def test_a_star_is_every_name_and_an_expression_its_domain() -> None:
    every = host_claims.glob("*", "p")
    assert (every.catch_all, every.text) == (True, "*")
    below = host_claims.pattern(r"^.+\.acme\.example$", "p")
    assert (below.name, below.wildcard, below.reading) == ("acme.example", True, "stands for")
    assert host_claims.pattern(".*", "p").problem


def test_what_a_value_brings_about_is_cited_by_the_value() -> None:
    claim = host_claims.implied("true", "p", "*.acme.example", "covers")
    assert (claim.text, claim.name, claim.wildcard) == ("true", "acme.example", True)


@pytest.mark.parametrize(
    ("name", "namespace", "own"),
    [
        ("db.acme-prod", "acme-prod", True),
        ("db-0.db.acme-prod", "acme-prod", True),
        ("db.acme-prod.svc", "acme-prod", True),
        ("*.acme-prod.svc.cluster.local", "acme-prod", True),
        ("db.corp.svc.cluster.local", "corp", True),
        ("db.acme-dev.svc", "acme-prod", False),
        ("db.beta-prod.svc.cluster.local", "acme-prod", False),
        ("db.beta-acme-prod.svc", "acme-prod", False),
        ("*.svc.cluster.local", "acme-prod", False),
        ("db.beta-prod", "acme-prod", False),
        ("db", "acme-prod", False),
        ("*.acme-prod", "acme-prod", False),
        ("git.corp", "corp", False),
        ("a.db.internal", "internal", False),
        ("db.dev", "dev", False),
        ("vault.beta-prod.svc", "svc", False),
        ("vault.beta-prod.svc.cluster.local", "local", False),
        ("vault.beta-prod.svc", "", False),
        ("www.acme.example", "acme-prod", False),
    ],
)
def test_at_the_edge_a_service_is_named_with_its_own_namespace(
    name: str, namespace: str, *, own: bool
) -> None:
    claim = host_claims.at_the_edge(claims.hostname(name, "p"), namespace, Cluster())
    assert (claim.service.text if claim.service else None) == (namespace if own else None)
    assert claim.text == name
