"""An update is judged by what it changes: what stood before warns, what is new is refused.

Lists may be sorted anew, containers and volumes renamed, addresses and names spelled otherwise:
nothing of that makes an old breach a new one, and nothing of it hides a new one behind an old one.
"""

from typing import Any

import pytest

from support.reviews import Answer, pod, review, send, service

FOREIGN, OTHER = "203.0.113.9", "203.0.113.10"
METALLB = "metallb.io/loadBalancerIPs"
CALICO = "projectcalico.org/loadBalancerIPs"

Object = dict[str, Any]


def noted(obj: Object, **annotations: str) -> Object:
    """Return an object with annotations, each under the key that its name stands for."""
    keys = {"metallb": METALLB, "calico": CALICO, "team": "team"}
    said = {keys[name]: value for name, value in annotations.items()}
    return {**obj, "metadata": {**obj["metadata"], "annotations": said}}


def containers(*fields: Object) -> Object:
    """Return a Pod with a container for each, named by its place."""
    image = "docker.io/library/nginx:1.29"
    return pod(containers=[{"name": f"c{i}", "image": image, **f} for i, f in enumerate(fields)])


def port(number: int) -> Object:
    """Return what makes a container take a port of its node."""
    return {"ports": [{"containerPort": 8080, "hostPort": number}]}


def adds(*capabilities: str) -> Object:
    """Return what gives a container capabilities."""
    return {"securityContext": {"capabilities": {"add": list(capabilities)}}}


def mount(name: str, path: str) -> Object:
    """Return a Pod that mounts a path of its node."""
    return pod(volumes=[{"name": name, "hostPath": {"path": path}}])


def ingress(*hosts: str, tls: tuple[str, ...] = ()) -> Object:
    """Return an Ingress for hosts; an empty one is a rule without."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web"},
        "spec": {
            "rules": [{"host": host} if host else {} for host in hosts],
            "tls": [{"hosts": list(tls)}],
        },
    }


def endpoints(*addresses: str) -> Object:
    """Return an EndpointSlice."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "web"},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [address]} for address in addresses],
    }


def gateway(*hostnames: str) -> Object:
    """Return a Gateway with a listener for each."""
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "edge"},
        "spec": {
            "gatewayClassName": "cilium",
            "listeners": [
                {"name": f"l{i}", "port": 443, "protocol": "HTTPS", "hostname": name}
                for i, name in enumerate(hostnames)
            ],
        },
    }


def node_ports(*ports: int) -> Object:
    """Return a Service with ports on every node."""
    return service(type="NodePort", ports=[{"port": p - 30000, "nodePort": p} for p in ports])


def update(old: Object, new: Object) -> Answer:
    """Return the answer to somebody who changes an object."""
    group = str(new["apiVersion"]).rpartition("/")[0]
    (answer,) = send(review(new, old=old, operation="UPDATE", group=group))
    return answer


STANDS = {
    "an address in another place": (
        service(externalIPs=[FOREIGN, "198.51.100.20"]),
        service(externalIPs=["198.51.100.20", FOREIGN]),
    ),
    "an address in another spelling": (
        service(externalIPs=[FOREIGN]),
        service(externalIPs=[f"::ffff:{FOREIGN}"]),
    ),
    "one of two breaches mended": (
        service(externalIPs=[FOREIGN, OTHER]),
        service(externalIPs=[FOREIGN]),
    ),
    "an annotation beside": (
        noted(service(type="LoadBalancer"), metallb=FOREIGN),
        noted(service(type="LoadBalancer"), metallb=FOREIGN, team="web"),
    ),
    "a text that cannot be read": (
        noted(service(type="LoadBalancer"), calico="["),
        noted(service(type="LoadBalancer"), calico="[", team="web"),
    ),
    "hosts in another order": (
        ingress("www.beta.example", "www.acme.example"),
        ingress("www.acme.example", "www.beta.example"),
    ),
    "a host that is no longer in a certificate": (
        ingress("www.beta.example", tls=("www.beta.example",)),
        ingress("www.beta.example", tls=("www.acme.example",)),
    ),
    "a hostname in capitals": (gateway("www.beta.example"), gateway("WWW.beta.example")),
    "endpoints in another order": (
        endpoints(FOREIGN, "192.0.2.11"),
        endpoints("192.0.2.11", FOREIGN),
    ),
    "ports of nodes, in another order": (
        containers(port(80), port(81)),
        containers(port(81), port(80)),
    ),
    "a capability in another spelling": (
        containers(adds("NET_ADMIN")),
        containers({"name": "renamed", **adds("CAP_NET_ADMIN")}),
    ),
    "an image in another spelling": (
        containers({"image": "mongo:7"}),
        containers({"name": "renamed", "image": "docker.io/library/mongo:7"}),
    ),
    "an image in another place": (
        containers({"image": "mongo:7"}, {}),
        containers({}, {"image": "mongo:7"}),
    ),
    "a volume of another name": (mount("logs", "/var/log"), mount("files", "/var/log")),
    "ports of a Service": (
        node_ports(30080),
        {**node_ports(30080), "metadata": {"name": "web", "labels": {"team": "web"}}},
    ),
}

IS_NEW = {
    "an address beside an old one": (
        service(externalIPs=[FOREIGN]),
        service(externalIPs=[FOREIGN, OTHER]),
        "spec.externalIPs[1]",
    ),
    "another address in its place": (
        service(externalIPs=[FOREIGN]),
        service(externalIPs=[OTHER]),
        "spec.externalIPs[0]",
    ),
    "another text that cannot be read": (
        noted(service(type="LoadBalancer"), calico="["),
        noted(service(type="LoadBalancer"), calico="[["),
        f'metadata.annotations["{CALICO}"]',
    ),
    "every host beside one": (
        ingress("www.beta.example"),
        ingress("www.beta.example", ""),
        "spec.rules[1].host",
    ),
    "a listener": (
        gateway("www.beta.example"),
        gateway("www.beta.example", "api.beta.example"),
        "spec.listeners[1].hostname",
    ),
    "an endpoint": (endpoints(FOREIGN), endpoints(OTHER, FOREIGN), "endpoints[0].addresses[0]"),
    "the same port once more": (
        containers(port(80)),
        containers(port(80), port(80)),
        "spec.containers[1].ports[0].hostPort",
    ),
    "a capability": (
        containers(adds("NET_ADMIN")),
        containers(adds("NET_ADMIN", "NET_RAW")),
        "spec.containers[0].securityContext.capabilities.add[1]",
    ),
    "another path of the node": (
        mount("files", "/var/log"),
        mount("files", "/etc"),
        "spec.volumes[0].hostPath.path",
    ),
    "another build of software that is not allowed": (
        containers({"image": "mongo:7"}),
        containers({"image": "mongo:8"}),
        "spec.containers[0].image",
    ),
    "the same software once more, by digest": (
        containers({"image": "mongo:7"}),
        containers({"image": "mongo:7"}, {"image": f"mongo@sha256:{'0' * 64}"}),
        "spec.containers[1].image",
    ),
    "another type of Service": (
        service(externalIPs=[FOREIGN], type="ClusterIP"),
        service(externalIPs=[FOREIGN], type="NodePort"),
        "spec.type",
    ),
    "a second port of a Service": (
        node_ports(30080),
        node_ports(30080, 30081),
        "spec.ports[1].nodePort",
    ),
}


@pytest.mark.parametrize(("old", "new"), STANDS.values(), ids=STANDS)
def test_what_stood_before_is_warned_about(old: Object, new: Object) -> None:
    answer = update(old, new)
    assert answer.allowed, answer.message
    assert answer.response["warnings"]


@pytest.mark.parametrize(("old", "new", "path"), IS_NEW.values(), ids=IS_NEW)
def test_what_is_new_is_refused_and_nothing_else(old: Object, new: Object, path: str) -> None:
    answer = update(old, new)
    assert not answer.allowed
    causes = answer.response["status"]["details"]["causes"]
    assert {cause["field"] for cause in causes if "pod-security" not in cause["reason"]} == {path}
