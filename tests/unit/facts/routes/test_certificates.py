"""Certificates: whose names and addresses they are for."""

import json
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aup.facts.model import Exposure, Facts, Offline, Problem, Subject, Writer
from aup.facts.routes.certificates import ACME, CERT_MANAGER, CERTIFICATES, GARDENER, KUBERNETES
from support.certificate_requests import (
    DNS,
    IP,
    REALM,
    SRV,
    URI,
    USER,
    UTF8,
    XMPP,
    alternatives,
    asking,
    asks_for,
    common_name,
    der,
    field,
    other,
    pem,
)
from support.world import Cluster

ENCODED = [
    (CERT_MANAGER, "CertificateRequest", "request"),
    (KUBERNETES, "CertificateSigningRequest", "request"),
    (ACME, "Order", "request"),
    # In versions before v1.
    (CERT_MANAGER, "CertificateRequest", "csr"),
    (ACME, "Order", "csr"),
    (GARDENER, "Certificate", "csr"),
]
every_request = pytest.mark.parametrize(("group", "kind", "name"), ENCODED)
ACCOUNT = Writer("system:serviceaccount:acme-prod:web")


def facts(group: str, kind: str, spec: Any, namespace: str = "acme-prod") -> Facts:
    subject = Subject(group, kind, namespace, "web", writer=ACCOUNT)
    return CERTIFICATES[group, kind](json.dumps({"spec": spec}).encode(), subject, Cluster())


def read(spec: Any, group: str = CERT_MANAGER, kind: str = "Certificate") -> Exposure:
    exposure = facts(group, kind, spec).exposure
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
        ("login.beta.example\0.acme.example", ["login.beta.example"]),
        (" login.beta.example.\n", ["login.beta.example"]),
        ("Beta.example internal CA", []),
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
        (r"CN=login.beta.example\00", ["login.beta.example"]),
        (r"O=Acme\, CN\=login.beta.example,CN=Acme internal CA", []),
        (r"O=CN=login.beta.example", []),
        ("CN", []),
        (r"CN=\FF\FE.beta.example", []),
        ("CN=*.com", ["com"]),
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
        ("SPIFFE://cluster.local/ns/beta-prod/sa/web", "cluster.local", "beta-prod"),
    ],
)
def test_a_uri_counts_by_its_host_or_its_workload(
    uri: str, name: str, namespace: str | None
) -> None:
    (claim,) = read({"uris": [uri]}).hostnames
    assert [c.name for c in read({"uriSANs": [uri]}).hostnames] == [name]
    assert (claim.text, claim.name) == (uri, name)
    assert (claim.service.text if claim.service else None) == namespace
    assert claim.identity is uri.lower().startswith("spiffe:")


@pytest.mark.parametrize(
    "uri", ["urn:uuid:1", "spiffe://acme.example/web", "mailto:x@beta.example", "https://[::1", ""]
)
def test_other_uris_name_no_host(uri: str) -> None:
    assert read({"uris": [uri]}).hostnames == ()


@every_request
def test_a_request_counts_as_what_it_asks_for(group: str, kind: str, name: str) -> None:
    """As a Certificate with these names and addresses would, each under its place in it."""
    names = ("www.acme.example", "login.beta.example", "203.0.113.9", "https://a.beta.example/")
    exposure = read({name: asks_for(*names, common="b.beta.example")}, group, kind)
    assert [(c.path, c.text, c.name) for c in exposure.hostnames] == [
        (f"spec.{name}.dnsNames[0]", "www.acme.example", "www.acme.example"),
        (f"spec.{name}.dnsNames[1]", "login.beta.example", "login.beta.example"),
        (f"spec.{name}.uris[0]", "https://a.beta.example/", "a.beta.example"),
        (f"spec.{name}.commonName[0]", "b.beta.example", "b.beta.example"),
    ]
    (address,) = exposure.addresses
    assert (address.path, address.text) == (f"spec.{name}.ipAddresses[0]", "203.0.113.9")


@every_request
def test_a_mapped_address_is_the_one_that_it_maps(group: str, kind: str, name: str) -> None:
    (claim,) = read({name: asks_for("::ffff:203.0.113.9")}, group, kind).addresses
    assert str(claim.address) == "203.0.113.9"


@every_request
def test_a_title_in_a_request_is_no_hostname(group: str, kind: str, name: str) -> None:
    assert read({name: asks_for(common="Acme internal CA")}, group, kind).hostnames == ()


@every_request
def test_a_request_that_cannot_be_read_is_refused(group: str, kind: str, name: str) -> None:
    found = facts(group, kind, {name: "bm8="})
    assert found.problems == (
        Problem(
            f"spec.{name}",
            "",
            "is not a certificate request in PEM",
            hides=True,
            remedy="write one request alone, as openssl req does, in base64",
        ),
    )


@every_request
@pytest.mark.parametrize("value", [None, ""])
def test_no_request_claims_nothing(group: str, kind: str, name: str, value: str | None) -> None:
    """The API server, or the webhook of the kind, refuses it where it must be there."""
    found = facts(group, kind, {name: value})
    assert found.problems == ()
    assert found.exposure
    assert found.exposure.hostnames == ()


def test_only_an_order_may_hold_a_request_without_pem() -> None:
    bare = field(der(common_name("login.beta.example")))
    assert len(read({"request": bare}, ACME, "Order").hostnames) == 1
    assert facts(CERT_MANAGER, "CertificateRequest", {"request": bare}).problems


@pytest.mark.parametrize(
    ("signer", "claimed"),
    [
        ("kubernetes.io/kube-apiserver-client", ["b.beta.example"]),
        ("kubernetes.io/kube-apiserver-client-kubelet", ["b.beta.example"]),
        ("kubernetes.io/kubelet-serving", ["b.beta.example", "alice.beta.example"]),
        ("clusterissuers.cert-manager.io/acme", ["b.beta.example", "alice.beta.example"]),
        (["kubernetes.io/kube-apiserver-client"], ["b.beta.example", "alice.beta.example"]),
        (None, ["b.beta.example", "alice.beta.example"]),
    ],
)
def test_a_common_name_is_a_users_for_the_signers_of_users(signer: Any, claimed: list[str]) -> None:
    """Alternative names are no user's, whoever signs."""
    spec = {
        "signerName": signer,
        "request": asks_for("b.beta.example", common="alice.beta.example"),
    }
    exposure = read(spec, KUBERNETES, "CertificateSigningRequest")
    assert [c.name for c in exposure.hostnames] == claimed


def test_only_kubernetes_own_requests_have_such_a_signer() -> None:
    """A field that nobody reads hides nothing."""
    spec = {
        "signerName": "kubernetes.io/kube-apiserver-client",
        "request": asks_for(common="login.beta.example"),
    }
    assert len(read(spec, CERT_MANAGER, "CertificateRequest").hostnames) == 1


def test_a_short_name_outside_of_namespaces_is_of_the_writers_namespace() -> None:
    """Two labels may be a domain of the internet, or a Service of one's own."""
    spec = {"request": asks_for("redis.acme-prod", "redis.beta-prod")}
    found = facts(KUBERNETES, "CertificateSigningRequest", spec, namespace="").exposure
    assert found
    assert [c.service.text if c.service else None for c in found.hostnames] == ["acme-prod", None]


def test_in_a_file_that_knows_no_namespaces_a_short_name_may_be_ones_own() -> None:
    """But not one that a registry could have given to somebody."""
    raw = json.dumps({"spec": {"request": asks_for("redis.acme-prod", "beta.org")}}).encode()
    subject = Subject(KUBERNETES, "CertificateSigningRequest", "default", "web")
    found = CERTIFICATES[KUBERNETES, "CertificateSigningRequest"](raw, subject, Offline()).exposure
    assert found
    assert [c.service.text if c.service else None for c in found.hostnames] == ["acme-prod", None]


def test_a_person_has_no_namespace_so_that_the_owner_of_a_service_decides() -> None:
    """By whose group the person is."""
    request = asks_for(
        "redis.acme-prod", "redis.beta-prod", "redis.nobody", "*.acme-prod", "*.beta-prod", "*.no"
    )
    subject = Subject(KUBERNETES, "CertificateSigningRequest", "", "web", writer=Writer("alice"))
    raw = json.dumps({"spec": {"request": request}}).encode()
    exposure = CERTIFICATES[KUBERNETES, "CertificateSigningRequest"](
        raw, subject, Cluster()
    ).exposure
    assert exposure
    owners = [c.service.owner if c.service else None for c in exposure.hostnames]
    assert owners == ["acme", "beta", None, "acme", "beta", None]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (5000 * ["a.beta.example"], "is longer than 65536 characters"),
        (6000 * ["a.b"], "has more than 4096 hostnames"),
    ],
)
def test_a_huge_list_of_names_is_bounded(names: list[str], said: str) -> None:
    (problem,) = facts(CERT_MANAGER, "CertificateRequest", {"request": asks_for(*names)}).problems
    assert problem.detail == said


@pytest.mark.parametrize(
    ("name", "hostnames", "addresses"),
    [
        ("login.beta.example", ["login.beta.example"], []),
        ("203.0.113.9", [], ["203.0.113.9"]),
        ("2001:db8:b::9", [], ["2001:db8:b::9"]),
    ],
)
def test_a_challenge_is_about_a_name_or_an_address(
    name: str, hostnames: list[str], addresses: list[str]
) -> None:
    """What an authorization is for stands in one field."""
    exposure = read({"dnsName": name}, ACME, "Challenge")
    assert [c.name for c in exposure.hostnames] == hostnames
    assert [str(c.address) for c in exposure.addresses] == addresses


def test_a_request_with_several_common_names_claims_each() -> None:
    request = field(pem(der(common_name("a.beta.example"), common_name("b.beta.example\0"))))
    found = read({"request": request}, CERT_MANAGER, "CertificateRequest").hostnames
    assert [c.name for c in found] == ["a.beta.example", "b.beta.example"]


HOSTS = st.sampled_from(
    [
        *("www.acme.example", "*.acme.example", "WWW.Acme.Example.", "localhost", "redis"),
        *("redis.acme-prod", "redis.acme-prod.svc", "vault.beta-prod", "*.svc.cluster.local"),
        *("", "a..b", "*", "*.*.a.example", "203.0.113.9", "a b", "_x.a.example", "Acme CA"),
    ]
)
HOST_ADDRESSES = st.sampled_from(["198.51.100.17", "127.0.0.1", "::1", "2001:db8::9"])
URIS = st.sampled_from(["https://a.example/x", "SPIFFE://a/ns/beta-prod/sa/x", "urn:uuid:1"])


@given(
    hosts=st.lists(HOSTS, max_size=4),
    addresses=st.lists(HOST_ADDRESSES, max_size=3),
    uris=st.lists(URIS, max_size=3),
    common=HOSTS,
)
def test_a_request_claims_what_the_certificate_behind_it_claims(
    hosts: list[str], addresses: list[str], uris: list[str], common: str
) -> None:
    """Whoever was let have the one gets the other, which cert-manager writes."""
    names: list[tuple[int, bytes | str]] = [(DNS, host) for host in hosts]
    names += [(IP, ip_address(address).packed) for address in addresses]
    names += [(URI, uri) for uri in uris]
    subject = (common_name(common),) if common else ()
    request = field(pem(der(*subject, attributes=(asking(alternatives(*names)),) if names else ())))
    written = {"dnsNames": hosts, "ipAddresses": addresses, "uris": uris, "commonName": common}
    one, other = read(written), read({"request": request}, kind="CertificateRequest")

    def claimed(exposure: Exposure) -> list[Any]:
        where = [replace(c, path="", service=None) for c in exposure.hostnames]
        owners = [c.service and c.service.text for c in exposure.hostnames]
        held = list(zip(where, owners, strict=True))
        return sorted(map(str, (*held, *(replace(c, path="") for c in exposure.addresses))))

    assert claimed(one) == claimed(other)


@pytest.mark.parametrize(
    ("kind", "text", "name"),
    [
        (SRV, "_https.login.beta.example", "login.beta.example"),
        (SRV, "_https._tcp.login.beta.example", "login.beta.example"),
        (SRV, "login.beta.example", "login.beta.example"),
        (XMPP, "Chat.beta.example", "chat.beta.example"),
        (XMPP, "chat.beta.example/a@b", "chat.beta.example"),
        (REALM, "*.beta.example", "beta.example"),
        (XMPP, "alice@beta.example", None),
        (USER, "beta.example", None),
        ("", "beta.example", None),
    ],
)
def test_another_name_is_one_where_programs_compare_it_with_a_servers(
    kind: str, text: str, name: str | None
) -> None:
    written = read({"otherNames": [{"oid": kind, "utf8Value": text}]})
    found = [(c.text, c.path, c.name) for c in written.hostnames]
    assert found == ([] if name is None else [(text, "spec.otherNames[0].utf8Value", name)])
    if kind:
        names = alternatives(other(kind, text, UTF8))
        encoded = field(pem(der(attributes=(asking(names),))))
        asked = read({"request": encoded}, kind="CertificateRequest")
        assert [c.name for c in asked.hostnames] == [c.name for c in written.hostnames]


@pytest.mark.parametrize("value", ["_https.", "_https._tcp.", "", "_.", 5, None])
def test_another_name_without_a_host_is_none_that_can_be_read(value: object) -> None:
    (found,) = read({"otherNames": [{"oid": SRV, "utf8Value": value}]}).hostnames
    assert found.problem or "." not in found.name
