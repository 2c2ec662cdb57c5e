"""Under which ports Services and Gateways take connections."""

import json
from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import Offline, OpenPort
from support.workloads import subject

SELECTED = {"selector": {"app": "mx"}}


def opened(group: str, kind: str, spec: dict[str, Any]) -> list[OpenPort]:
    """Return the ports of an object."""
    raw = json.dumps({"apiVersion": f"{group}/v1".lstrip("/"), "kind": kind, "spec": spec}).encode()
    facts = extract(raw, subject((group, kind)), Offline())
    assert not facts.problems, facts.problems
    assert facts.exposure is not None
    return list(facts.exposure.open_ports)


@pytest.mark.parametrize(
    ("spec", "ports"),
    [
        pytest.param(
            SELECTED | {"ports": [{"port": 25}, None, {"port": 80, "targetPort": 8080}]},
            [
                OpenPort(25, "spec.ports[0].port"),
                OpenPort(80, "spec.ports[2].port"),
                OpenPort(8080, "spec.ports[2].targetPort"),
            ],
            id="port-and-target",
        ),
        pytest.param(
            SELECTED | {"ports": [{"port": 25, "targetPort": 25, "protocol": "TCP"}]},
            [OpenPort(25, "spec.ports[0].port")],
            id="the-same-is-said-once",
        ),
        pytest.param(
            SELECTED | {"ports": [{"port": 25, "targetPort": "smtp"}]},
            [OpenPort(25, "spec.ports[0].port")],
            id="a-name-is-no-number",
        ),
        pytest.param(
            SELECTED | {"ports": [{"port": 25, "protocol": "UDP"}]}, [], id="another-protocol"
        ),
        pytest.param(
            {"clusterIP": "None", **SELECTED, "ports": [{"port": 25}]},
            [OpenPort(25, "spec.ports[0].port")],
            id="headless",
        ),
        pytest.param({"ports": [{"port": 25}]}, [], id="no-selector"),
        pytest.param(
            {"type": "NodePort", "ports": [{"port": 25}]},
            [OpenPort(25, "spec.ports[0].port")],
            id="no-selector-on-every-node",
        ),
        pytest.param(
            {
                "type": "ExternalName",
                "externalName": "a.example",
                **SELECTED,
                "ports": [{"port": 25}],
            },
            [],
            id="another-name",
        ),
        pytest.param(SELECTED, [], id="no-ports"),
    ],
)
def test_ports_of_a_service(spec: dict[str, Any], ports: list[OpenPort]) -> None:
    assert opened("", "Service", spec) == ports


def test_ports_of_a_gateway() -> None:
    listeners = [
        {"name": "smtp", "port": 25, "protocol": "TCP"},
        {"name": "dns", "port": 53, "protocol": "udp"},
        {"name": "own", "port": 465, "protocol": "vendor.example/smtps"},
        {"name": "none"},
    ]
    assert opened("gateway.networking.k8s.io", "Gateway", {"listeners": listeners}) == [
        OpenPort(25, "spec.listeners[0].port"),
        OpenPort(465, "spec.listeners[2].port"),
    ]
