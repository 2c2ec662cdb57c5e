"""Annotations of ingress controllers: names that they add, and none of where they lead."""

from typing import Any

import pytest

from aup.facts.annotations.keys import Keys
from aup.facts.annotations.names import NAMES, NAMES_FAMILIES, www_siblings
from aup.facts.model import AddressClaim, HostnameClaim, Subject
from support.world import Cluster

KEYS = Keys(NAMES, NAMES_FAMILIES)
SUBJECT = Subject("networking.k8s.io", "Ingress", "acme-prod", "web")
DESTINATIONS = (
    *("upstream-vhost", "permanent-redirect", "temporal-redirect", "proxy-redirect-to", "auth-url"),
    *("auth-signin", "mirror-target", "mirror-host", "cors-allow-origin", "proxy-ssl-name"),
    *("from-to-www-redirect", "whitelist-source-range"),
)
ALB = "alb.ingress.kubernetes.io/conditions.web"


def claims(key: str, value: Any) -> list[HostnameClaim]:
    found = list(KEYS.read({key: value}, "a", SUBJECT, Cluster()))
    assert all(leaf.path == f'a["{key}"]' for leaf in found if isinstance(leaf, HostnameClaim))
    return [leaf for leaf in found if isinstance(leaf, HostnameClaim)]


def names(key: str, value: Any) -> list[str]:
    return [
        "<any>" if c.catch_all else c.problem or ("*." if c.wildcard else "") + c.name
        for c in claims(key, value)
    ]


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (
            "nginx.ingress.kubernetes.io/server-alias",
            "a.example,B.example.",
            ["a.example", "b.example"],
        ),
        ("nginx.ingress.kubernetes.io/server-alias", r"~^.+\.a\.example$", ["*.a.example"]),
        ("nginx.ingress.kubernetes.io/server-alias", r"~*^a\.example$", ["a.example"]),
        ("nginx.ingress.kubernetes.io/server-alias", "a.example; }", ["is not a hostname"]),
        ("higress.io/server-alias", "a.example", ["a.example"]),
        ("haproxy-ingress.github.io/server-alias", "a.example", ["a.example"]),
        ("ingress.kubernetes.io/server-alias", "a.example", ["a.example"]),
        ("haproxy-ingress.github.io/server-alias-regex", r"^x\.a\.example$", ["x.a.example"]),
        ("haproxy-ingress.github.io/redirect-from", "*.a.example", ["*.a.example"]),
        ("konghq.com/host-aliases", "a.example, b.example", ["a.example", "b.example"]),
        (
            "appgw.ingress.kubernetes.io/hostname-extension",
            "a.example,b.example",
            ["a.example", "b.example"],
        ),
        ("traefik.ingress.kubernetes.io/router.rule", "Host(`a.example`)", ["a.example"]),
        ("traefik.ingress.kubernetes.io/router.rule", "Path(`/`)", ["<any>"]),
        ("traefik.ingress.kubernetes.io/router.tls.domains.0.main", "a.example", ["a.example"]),
        (
            "traefik.ingress.kubernetes.io/router.tls.domains.12.sans",
            "*.a.example",
            ["*.a.example"],
        ),
        ("cert-manager.io/common-name", "a.example", ["a.example"]),
        ("cert-manager.io/alt-names", "a.example,localhost", ["a.example"]),
        ("cert.gardener.cloud/dnsnames", "a.example", ["a.example"]),
        ("load-balancer.hetzner.cloud/ipv4-rdns", "mail.a.example", ["mail.a.example"]),
        ("tailscale.com/hostname", "web", ["web"]),
        (
            ALB,
            '[{"field":"host-header","hostHeaderConfig":{"values":["a.example","*"]}}]',
            ["a.example", "<any>"],
        ),
        (
            ALB,
            '[{"Field":"host-header","HostHeaderConfig":{"Values":["a.example"]}}]',
            ["a.example"],
        ),
        (ALB, '[{"type":"Host","hostConfig":{"values":["a.example"]}}]', ["a.example"]),
        (
            ALB,
            '[{"hostHeaderConfig":{"regexValues":["^.+$"]}}]',
            ["is an expression that no hostname bounds"],
        ),
        (ALB, '[{"hostHeaderConfig":{"values":["www.a.*"]}}]', ["is not a hostname"]),
        (ALB, '[{"field":"http-header","httpHeaderConfig":{"values":["a.example"]}}]', []),
        (ALB, "[", ["is not JSON"]),
    ],
)
def test_names_are_read_out_of_each_annotation(key: str, value: str, expected: list[str]) -> None:
    assert names(key, value) == expected


@pytest.mark.parametrize(
    "key",
    [
        *(f"nginx.ingress.kubernetes.io/{name}" for name in DESTINATIONS),
        "konghq.com/host-header",
        "appgw.ingress.kubernetes.io/backend-hostname",
        "haproxy-ingress.github.io/redirect-to",
        "alb.ingress.kubernetes.io/actions.web",
        "traefik.ingress.kubernetes.io/router.tls.options",
        "tailscale.com/expose",
        "cert-manager.io/cluster-issuer",
    ],
)
def test_where_requests_go_is_no_name_of_ours(key: str) -> None:
    assert names(key, "www.beta.example") == []


def test_an_address_in_a_tailnet_is_an_address() -> None:
    (claim,) = KEYS.read({"tailscale.com/tailnet-ip": "100.64.0.5"}, "a", SUBJECT, Cluster())
    assert isinstance(claim, AddressClaim)


@pytest.mark.parametrize(
    ("value", "hosts", "siblings"),
    [
        ("true", ["acme.example"], ["www.acme.example"]),
        ("True", ["www.acme.example", "shop.example"], ["acme.example", "www.shop.example"]),
        ("true", ["*.acme.example", "", None, 7], []),
        ("false", ["acme.example"], []),
        (None, ["acme.example"], []),
    ],
)
def test_a_redirect_from_www_answers_for_the_sibling(
    value: Any, hosts: list[object], siblings: list[str]
) -> None:
    for prefix in ("nginx.ingress.kubernetes.io/", "higress.io/"):
        found = list(www_siblings({f"{prefix}from-to-www-redirect": value}, hosts))
        assert [claim.name for claim in found] == siblings
        assert all(claim.reading == "also answers for" for claim in found)


def test_an_ingress_without_annotations_has_no_siblings() -> None:
    assert list(www_siblings(None, ["acme.example"])) == []
