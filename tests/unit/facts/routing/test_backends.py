"""Backends of gateways: addresses are endpoints, and names lead somewhere."""

from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import Exposure, Subject
from aup.facts.routing.backends import BACKENDS, host_of
from support.corpus import as_json
from support.world import Cluster


def read(group: str, kind: str, spec: Any) -> Exposure:
    subject = Subject(group=group, kind=kind, namespace="acme-prod", name="x")
    found = extract(as_json({"spec": spec}), subject, Cluster())
    assert found.problems == ()
    return found.exposure or Exposure("acme-prod")


@pytest.mark.parametrize(
    ("kind", "spec", "path"),
    [
        (
            ("gateway.envoyproxy.io", "Backend"),
            {"endpoints": [{"ip": {"address": "192.0.2.21"}}]},
            "spec.endpoints[0].ip.address",
        ),
        (
            ("gateway.envoyproxy.io", "Backend"),
            {"endpoints": [{"fqdn": {"hostname": "192.0.2.21"}}]},
            "spec.endpoints[0].fqdn.hostname",
        ),
        (
            ("gateway.kgateway.dev", "Backend"),
            {"static": {"hosts": [{"host": "192.0.2.21"}]}},
            "spec.static.hosts[0].host",
        ),
        (
            ("gateway.kgateway.dev", "Backend"),
            {"gcp": {"host": "192.0.2.21"}},
            "spec.gcp.host",
        ),
        (
            ("gateway.kgateway.dev", "Backend"),
            {"aws": {"lambda": {"endpointURL": "http://192.0.2.21:9001/x"}}},
            "spec.aws.lambda.endpointURL",
        ),
        (
            ("agentgateway.dev", "AgentgatewayBackend"),
            {"ai": {"groups": [{"providers": [{"azureopenai": {"endpoint": "192.0.2.21"}}]}]}},
            "spec.ai.groups[0].providers[0].azureopenai.endpoint",
        ),
        (
            ("agentgateway.dev", "AgentgatewayBackend"),
            {"static": {"host": "192.0.2.21"}},
            "spec.static.host",
        ),
        (
            ("agentgateway.dev", "AgentgatewayBackend"),
            {"ai": {"provider": {"host": "192.0.2.21"}}},
            "spec.ai.provider.host",
        ),
        (
            ("gloo.solo.io", "Upstream"),
            {"static": {"hosts": [{"addr": "192.0.2.21"}]}},
            "spec.static.hosts[0].addr",
        ),
        (
            ("workload.linkerd.io", "ExternalWorkload"),
            {"workloadIPs": [{"ip": "192.0.2.21"}]},
            "spec.workloadIPs[0].ip",
        ),
    ],
)
def test_an_address_is_an_endpoint(kind: tuple[str, str], spec: Any, path: str) -> None:
    assert kind in BACKENDS
    assert [(t.path, t.owner) for t in read(*kind, spec).endpoints] == [(path, "beta")]


def test_a_name_leads_somewhere_and_is_no_endpoint() -> None:
    spec = {"static": {"hosts": [{"host": "db.beta-prod.svc"}, {"host": 5}]}}
    found = read("gateway.kgateway.dev", "Backend", spec)
    assert [(n.path, n.text) for n in found.external_names] == [
        ("spec.static.hosts[0].host", "db.beta-prod.svc")
    ]
    assert [t.text for t in found.endpoints] == ["5"]


@pytest.mark.parametrize("spec", [{}, {"static": None}, {"static": {"hosts": []}}, {"aws": {}}])
def test_what_names_no_host_says_nothing(spec: Any) -> None:
    assert read("gateway.kgateway.dev", "Backend", spec) == Exposure("acme-prod")


@pytest.mark.parametrize(
    ("kind", "spec", "path", "text"),
    [
        (
            ("gateway.envoyproxy.io", "Backend"),
            {"type": "DynamicResolver"},
            "spec.type",
            "DynamicResolver",
        ),
        (
            ("gateway.envoyproxy.io", "Backend"),
            {"endpoints": [{"ip": None}, {"unix": {"path": "/run/x.sock"}}]},
            "spec.endpoints[1].unix.path",
            "/run/x.sock",
        ),
        (
            ("gateway.kgateway.dev", "Backend"),
            {"dynamicForwardProxy": {"enableTls": True}},
            "spec.dynamicForwardProxy",
            "",
        ),
        (
            ("agentgateway.dev", "AgentgatewayBackend"),
            {"dynamicForwardProxy": {}},
            "spec.dynamicForwardProxy",
            "",
        ),
        (
            ("gloo.solo.io", "Upstream"),
            {"pipe": {"path": "/run/x.sock"}},
            "spec.pipe.path",
            "/run/x.sock",
        ),
    ],
)
def test_an_open_proxy_and_a_socket_lead_where_no_name_does(
    kind: tuple[str, str], spec: Any, path: str, text: str
) -> None:
    """A tenant would reach the administration of the gateway by it, or of its node."""
    (found,) = read(*kind, spec).external_names
    assert (found.path, found.text, found.name, bool(found.problem)) == (path, text, "", True)


@pytest.mark.parametrize("kind", [None, "Endpoints"])
def test_a_backend_of_endpoints_is_no_open_proxy(kind: str | None) -> None:
    spec = {"type": kind, "endpoints": [{"fqdn": {"hostname": "api.partner.example"}}]}
    found = read("gateway.envoyproxy.io", "Backend", spec)
    assert [n.problem for n in found.external_names] == [""]


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("web", "web"),
        ("web:80", "web"),
        ("web.acme-prod:80", "web.acme-prod"),
        ("https://web.acme-prod:8443/x?y#z", "web.acme-prod"),
        ("http://good.example@bad.example:1/", "bad.example"),
        ("http://bad.example/@good.example", "bad.example"),
        ("http://bad.example?@good.example", "bad.example"),
        ("http://bad.example#@good.example", "bad.example"),
        ("http://[2001:db8::1]:80", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("10.0.0.1:80", "10.0.0.1"),
        (80, 80),
    ],
)
def test_the_host_of_a_url_is_where_it_leads(text: object, host: object) -> None:
    assert host_of(text) == host


@pytest.mark.parametrize(
    "kind",
    [
        ("getambassador.io", "Mapping"),
        ("getambassador.io", "TCPMapping"),
        ("x.getambassador.io", "AmbassadorMapping"),
        ("x.getambassador.io", "AmbassadorTCPMapping"),
    ],
)
@pytest.mark.parametrize(
    ("service", "leads"),
    [
        ("web", []),
        ("private:80", []),
        ("", []),
        ("https://localhost:8877", ["localhost"]),
        ("http://vault.beta-prod", ["vault.beta-prod"]),
        ("bad..name", ["bad..name"]),
        (None, []),
    ],
)
def test_a_mapping_leads_to_what_is_not_a_service_beside_it(
    kind: tuple[str, str], service: str | None, leads: list[str]
) -> None:
    found = read(*kind, {"hostname": "www.acme.example", "service": service})
    assert [name.text for name in found.external_names] == leads
    assert found.endpoints == ()


def test_a_mapping_to_an_address_has_an_endpoint() -> None:
    found = read("getambassador.io", "Mapping", {"service": "http://192.0.2.21:80"})
    assert [(t.path, t.text, t.owner) for t in found.endpoints] == [
        ("spec.service", "192.0.2.21", "beta")
    ]
    assert found.external_names == ()


def test_a_route_group_leads_by_urls_and_by_requests() -> None:
    """Short names are completed where Skipper stands, not beside the object."""
    backends = [
        {"type": "service", "serviceName": "web", "address": ""},
        {"type": "network", "address": "https://web"},
        {"type": "lb", "endpoints": ["http://192.0.2.21", "http://api.partner.example"]},
        {"type": "dynamic"},
        {"type": "shunt"},
    ]
    found = read("zalando.org", "RouteGroup", {"hosts": ["a.example"], "backends": backends})
    assert [(n.path, n.text) for n in found.external_names] == [
        ("spec.backends[1].address", "web"),
        ("spec.backends[2].endpoints[1]", "api.partner.example"),
        ("spec.backends[3].type", "dynamic"),
    ]
    assert [t.path for t in found.endpoints] == ["spec.backends[2].endpoints[0]"]


def test_an_external_node_of_apisix_is_a_host_unless_it_is_a_service() -> None:
    nodes = [
        {"type": "Domain", "name": "vault.beta-prod.svc"},
        {"type": "Service", "name": "partner"},
        {"name": "192.0.2.21"},
    ]
    found = read("apisix.apache.org", "ApisixUpstream", {"externalNodes": nodes})
    assert [n.path for n in found.external_names] == ["spec.externalNodes[0].name"]
    assert [t.path for t in found.endpoints] == ["spec.externalNodes[2].name"]
