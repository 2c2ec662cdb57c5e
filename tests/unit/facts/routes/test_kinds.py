"""All kinds that answer for names: none of them lets a foreign one pass, whatever its shape."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.model import Exposure, Offline, Subject
from aup.facts.routes.kinds import ROUTES
from support.certificate_requests import asks_for
from support.world import Cluster

FOREIGN = "login.beta.example"
NO_NAMES = {"TCPRoute", "UDPRoute", "ReferenceGrant", "TLSCertificateDelegation"}
WHOLE = {"TLSStore", "EnvoyPatchPolicy"}
"""Kinds without names, and those that are the platform's as a whole."""

REQUEST = asks_for(FOREIGN)

EVERYWHERE: dict[str, Any] = {
    "metadata": {"name": FOREIGN},
    "spec": {
        "host": FOREIGN,
        "hostname": FOREIGN,
        "hosts": [FOREIGN],
        "hostnames": [FOREIGN],
        "dnsName": FOREIGN,
        "dnsNames": [FOREIGN],
        "domains": [FOREIGN],
        "name": FOREIGN,
        "virtualhost": {"fqdn": FOREIGN},
        "virtualHost": {"domains": [FOREIGN]},
        "servers": [{"port": {"protocol": "HTTPS"}, "hosts": [FOREIGN]}],
        "listeners": [{"hostname": FOREIGN, "protocol": "HTTPS"}],
        "rules": [{"host": FOREIGN}],
        "domain": FOREIGN,
        "template": {"spec": {"rules": [{"host": FOREIGN}]}},
        "http": [{"match": {"hosts": [FOREIGN]}}],
        "routes": [{"match": f"Host(`{FOREIGN}`) || HostSNI(`{FOREIGN}`)"}],
        "endpoints": [{"dnsName": FOREIGN, "recordType": "CNAME"}],
        "targetRef": {"name": "x"},
        "request": REQUEST,
    },
}
"""An object that names a foreign host in every field that some kind has."""

KEYS = st.sampled_from(
    [
        *("metadata", "annotations", "name", "spec", "host", "hosts", "hostnames", "hostname"),
        *("servers", "listeners", "routes", "match", "rules", "tls", "domains", "main", "sans"),
        *("parentRefs", "namespace", "from", "to", "exportTo", "gateways", "http", "delegate"),
        *("endpoints", "targets", "recordType", "dnsName", "dnsNames", "commonName", "uris"),
        *("request", "csr", "signerName"),
        *("allowedRoutes", "namespaces", "selector", "matchLabels", "includes", "delegations"),
        *("targetNamespaces", "virtualhost", "fqdn", "wildcardPolicy", "entryPoints", "status"),
        *("external-dns.kubernetes.io/hostname", "openshift.io/host.generated", "server-snippets"),
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["*", "All", "Selector", "Subdomain", "a.example", "Host(`a`)", "ns/x", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def read(kind: tuple[str, str], obj: Any) -> Exposure:
    subject = Subject(kind[0], kind[1], "acme-prod", "web")
    exposure = ROUTES[kind](json.dumps(obj).encode(), subject, Cluster()).exposure
    assert exposure is not None
    return exposure


@pytest.mark.parametrize("kind", sorted(ROUTES))
def test_each_kind_claims_its_names(kind: tuple[str, str]) -> None:
    exposure = read(kind, EVERYWHERE)
    if kind[1] in WHOLE:
        assert exposure.settings
    elif kind[1] in NO_NAMES:
        assert exposure.hostnames == ()
    else:
        assert FOREIGN in {claim.name for claim in exposure.hostnames}


@given(kind=st.sampled_from(sorted(ROUTES)), value=VALUES, known=st.booleans())
def test_any_object_gives_facts(kind: tuple[str, str], value: Any, *, known: bool) -> None:
    subject = Subject(kind[0], kind[1], "acme-prod", "web")
    raw = json.dumps({"metadata": {}, "spec": value}).encode()
    facts = ROUTES[kind](raw, subject, Cluster() if known else Offline())
    assert facts.subject == subject
    assert facts == ROUTES[kind](raw, subject, Cluster() if known else Offline())
