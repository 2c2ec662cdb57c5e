"""Certificates: whose names and addresses they are for."""

import json
from typing import Any

import pytest

from aup.facts.model import Exposure, Subject
from aup.facts.routes.certificates import CERT_MANAGER, CERTIFICATES
from support.world import Cluster


def read(spec: Any) -> Exposure:
    subject = Subject(CERT_MANAGER, "Certificate", "acme-prod", "web")
    raw = json.dumps({"spec": spec}).encode()
    exposure = CERTIFICATES[CERT_MANAGER, "Certificate"](raw, subject, Cluster()).exposure
    assert exposure is not None
    return exposure


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("Acme internal CA", []),
        ("acme-ca", []),
        ("", []),
        ("login.beta.example", ["login.beta.example"]),
        ("*.beta.example", ["beta.example"]),
        ("Login.Beta.Example", ["login.beta.example"]),
    ],
)
def test_a_common_name_counts_when_it_is_a_hostname(name: str, claimed: list[str]) -> None:
    assert [c.name for c in read({"commonName": name}).hostnames] == claimed


@pytest.mark.parametrize(
    ("subject", "claimed"),
    [
        ("C=DK,CN=login.beta.example", ["login.beta.example"]),
        ("cn = a.beta.example + OID.2.5.4.3=b.beta.example", ["a.beta.example", "b.beta.example"]),
        (r"CN=login\2Ebeta\.example", ["login.beta.example"]),
        (r"\43N=a.beta.example;\63\6E=b.beta.example", ["a.beta.example", "b.beta.example"]),
        (r"O=Acme\, CN\=login.beta.example,CN=Acme internal CA", []),
        (r"O=CN=login.beta.example", []),
        ("CN", []),
        (r"CN=\FF\FE.beta.example", []),
        ("", []),
    ],
)
def test_a_subject_counts_by_its_common_names(subject: str, claimed: list[str]) -> None:
    """Whatever is escaped in it (RFC 4514), and in whichever order its parts stand."""
    assert [c.name for c in read({"literalSubject": subject}).hostnames] == claimed


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        ("C=DK, CN=#0c126c6f67696e2e626574612e6578616d706c65", "in hexadecimal digits"),
        ("CN=www.acme.example,O=" + "a" * 5000, "longer than 4096 characters"),
        (r"CN=\#1 of its kind", ""),
    ],
)
def test_a_subject_that_cannot_be_read_in_full_has_a_problem(subject: str, problem: str) -> None:
    problems = [c.problem for c in read({"literalSubject": subject}).hostnames if c.problem]
    assert len(problems) == bool(problem)
    assert all(found.endswith(problem) for found in problems)


def test_a_common_name_that_is_no_text_is_a_claim_with_a_problem() -> None:
    (claim,) = read({"commonName": 7}).hostnames
    assert claim.problem == "is a number where a hostname belongs"


@pytest.mark.parametrize(
    ("address", "claims"),
    [("127.0.0.1", 0), ("::1", 0), ("203.0.113.9", 1), ("10.0.0.1", 1), ("x", 1), ("", 1), (7, 1)],
)
def test_an_address_is_a_claim_unless_it_is_every_machines_own(address: Any, claims: int) -> None:
    assert len(read({"ipAddresses": [address]}).addresses) == claims


@pytest.mark.parametrize(
    ("uri", "name", "namespace"),
    [
        ("https://Login.beta.example:443/x", "login.beta.example", None),
        ("wss://login.beta.example", "login.beta.example", None),
        ("https://redis.acme-prod.svc", "redis.acme-prod.svc", "acme-prod"),
        ("spiffe://cluster.local/ns/beta-prod/sa/web", "cluster.local", "beta-prod"),
        ("spiffe://other.example/ns/beta-prod", "other.example", "beta-prod"),
    ],
)
def test_a_uri_counts_by_its_host_or_its_workload(
    uri: str, name: str, namespace: str | None
) -> None:
    (claim,) = read({"uris": [uri]}).hostnames
    assert (claim.text, claim.name) == (uri, name)
    assert (claim.service.text if claim.service else None) == namespace
    assert claim.identity is uri.startswith("spiffe:")


@pytest.mark.parametrize(
    "uri", ["urn:uuid:1", "spiffe://acme.example/web", "mailto:x@beta.example", "https://[::1", ""]
)
def test_other_uris_name_no_host(uri: str) -> None:
    assert read({"uris": [uri]}).hostnames == ()
