"""Annotations by which load balancers and ingress controllers answer for hostnames.

Where they send a request on to, or ask who it is from, is no name of the tenant's, and not read:
`upstream-vhost`, `permanent-redirect`, `auth-url`, `mirror-target` and their like.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from aup.facts import claims, host_claims
from aup.facts.address import tokens
from aup.facts.annotations.external_dns import EXTERNAL_DNS, EXTERNAL_DNS_FAMILIES
from aup.facts.annotations.keys import Note, Reader, under
from aup.facts.annotations.readers import HERE, TRUTHY, addresses, comma, hostnames, whole
from aup.facts.annotations.snippets import haproxy, modsecurity, nginx, unread
from aup.facts.claims import Leaf
from aup.facts.cni.go_json import UnreadableJSONError, all_of, elements, objects, read_json
from aup.facts.hostname import parse_hostname
from aup.facts.json_value import text_of
from aup.facts.model import HostnameClaim
from aup.facts.routes.traefik import rule_hosts


def aliases(note: Note) -> Iterator[Leaf]:
    """Read a list of further names; after ``~`` a name is an expression of NGINX."""
    for value in tokens(note.value):
        if isinstance(value, str) and value.startswith("~"):
            bare = value.removeprefix("~").removeprefix("*")
            yield replace(host_claims.pattern(bare, note.path, HERE), text=value)
        else:
            yield claims.hostname(value, note.path, HERE)


def expression(note: Note) -> Iterator[Leaf]:
    """Read a regular expression over hostnames."""
    yield host_claims.pattern(text_of(note.value), note.path, HERE)


def rule(note: Note) -> Iterator[Leaf]:
    """Read a rule of Traefik."""
    yield from rule_hosts(note.value, note.path, HERE)


def certified(note: Note) -> Iterator[Leaf]:
    """Read names of a certificate, which Services inside the cluster may have, too."""
    for value in tokens(note.value):
        yield from host_claims.inside_or_outside(
            value, note.path, note.namespace, note.surroundings, HERE
        )


def conditions(note: Note) -> Iterator[Leaf]:
    """Read the conditions of a cloud's load balancer, in JSON: those about hosts add names."""
    try:
        found = list(objects([read_json(text_of(note.value))]))
    except UnreadableJSONError as error:
        whole = text_of(note.value)
        instead = "correct the JSON"
        yield HostnameClaim(whole, note.path, HERE, "", problem=str(error), instead=instead)
        return
    # AWS calls it hostHeaderConfig, Alibaba hostConfig.
    about_hosts = list(objects(all_of(found, "hostheaderconfig", "hostconfig")))
    for value in elements(all_of(about_hosts, "values")):
        yield host_claims.glob(value, note.path, HERE)
    for value in elements(all_of(about_hosts, "regexvalues")):
        yield host_claims.pattern(text_of(value), note.path, HERE)


def www_siblings(
    annotations: Mapping[str, object] | None, hosts: Sequence[object]
) -> Iterator[HostnameClaim]:
    """Yield the names that an Ingress redirects from: ``www.acme.example`` for ``acme.example``.

    Args:
        annotations: of the Ingress.
        hosts: of its rules.

    """
    for prefix in NGINX_PREFIXES:
        key = f"{prefix}from-to-www-redirect"
        value = (annotations or {}).get(key)
        if text_of(value).lower() not in TRUTHY:
            continue
        for host in hosts:
            name = parse_hostname(host)
            if name.name and not name.wildcard:
                sibling = name.name.removeprefix("www.")
                sibling = sibling if sibling != name.name else f"www.{name.name}"
                path = f'metadata.annotations["{key}"]'
                yield host_claims.implied(text_of(value), path, sibling, "also answers for", HERE)


NGINX_PREFIXES: Final = ("nginx.ingress.kubernetes.io/", "higress.io/")

BALANCERS: Final[dict[str, Reader]] = {
    # What these say ends in the status of the Service, and from there in DNS.
    "loadbalancer.openstack.org/hostname": hostnames(whole),
    "load-balancer.hetzner.cloud/hostname": hostnames(whole),
    "service.beta.kubernetes.io/do-loadbalancer-hostname": hostnames(whole),
    "service.beta.kubernetes.io/vultr-loadbalancer-hostname": hostnames(whole),
    "service.beta.kubernetes.io/cloudstack-load-balancer-hostname": hostnames(whole),
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-hostname": hostnames(whole),
    "k8s.cloudscale.ch/loadbalancer-force-hostname": hostnames(whole),
    "cis.f5.com/host": hostnames(whole),
    # Names that the address leads back to, and those of certificates.
    "load-balancer.hetzner.cloud/ipv4-rdns": hostnames(whole),
    "load-balancer.hetzner.cloud/ipv6-rdns": hostnames(whole),
    "load-balancer.hetzner.cloud/http-managed-certificate-domains": hostnames(),
    # A name that DHCP writes into the network's own DNS.
    "kube-vip.io/loadbalancerHostname": hostnames(whole),
    # Names and addresses in the platform's tailnet, which lets in whom its proxies speak for.
    "tailscale.com/hostname": hostnames(whole),
    "tailscale.com/tailnet-fqdn": hostnames(whole),
    "tailscale.com/tailnet-ip": addresses(whole),
    "tailscale.com/ts-tailnet-target-ip": addresses(whole),
    "tailscale.com/ts-tailnet-target-fqdn": hostnames(whole),
}

NGINX: Final[dict[str, Reader]] = {
    **under(
        NGINX_PREFIXES,
        {
            "server-alias": aliases,
            **dict.fromkeys(
                (
                    "server-snippet",
                    "configuration-snippet",
                    "auth-snippet",
                    "stream-snippet",
                ),
                nginx,
            ),
            "modsecurity-snippet": modsecurity,
        },
    ),
    **under(("nginx.org/",), {"server-snippets": nginx, "location-snippets": nginx}),
}

HAPROXY: Final[dict[str, Reader]] = {
    **under(
        ("haproxy-ingress.github.io/", "ingress.kubernetes.io/"),
        {
            "server-alias": hostnames(),
            "server-alias-regex": expression,
            "redirect-from": hostnames(),
            "redirect-from-regex": expression,
            "config-backend": haproxy,
        },
    ),
    "haproxy.org/backend-config-snippet": haproxy,
}

CERTIFICATES: Final[dict[str, Reader]] = {
    **under(
        ("cert-manager.io/",),
        {"common-name": certified, "alt-names": certified, "ip-sans": addresses(comma)},
    ),
    **under(("cert.gardener.cloud/",), {"commonname": hostnames(whole), "dnsnames": hostnames()}),
}

OTHERS: Final[dict[str, Reader]] = {
    "traefik.ingress.kubernetes.io/router.rule": rule,
    "konghq.com/host-aliases": hostnames(),
    "appgw.ingress.kubernetes.io/hostname-extension": hostnames(),
    "getambassador.io/config": unread("is configuration in another form"),
    "zalando.org/skipper-routes": unread("is a list of routes"),
}

NAMES: Final[dict[str, Reader]] = {
    **EXTERNAL_DNS,
    **BALANCERS,
    **NGINX,
    **HAPROXY,
    **CERTIFICATES,
    **OTHERS,
}
"""Every key that is known by its name."""

NAMES_FAMILIES: Final[dict[str, Reader]] = {
    r"alb\.ingress\.kubernetes\.io/conditions\..*": conditions,
    r"traefik\.ingress\.kubernetes\.io/router\.tls\.domains\.[^/]*\.(?:main|sans)": hostnames(),
    **EXTERNAL_DNS_FAMILIES,
}
"""Keys that are known by their form."""
