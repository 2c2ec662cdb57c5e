"""What is sent: an ordinary Pod and an ordinary Deployment of eight kilobytes each."""

import json
import os
from typing import Any, Final

SIZE: Final = 8 * 1024
"""Bytes of JSON: what templates of real applications have."""
NAMESPACE: Final = "bench-prod"
IMAGES: Final = "registry.example/web"
NAMES: Final = ("app", "proxy", "metrics")
"""Containers, and the repositories of their images."""
KEEP_NET_RAW: Final = os.environ.get("KEEP_NET_RAW", "") not in {"", "0"}
"""Whether containers keep what runtimes give by default, as most do, or drop it, as they should."""


def pod() -> dict[str, Any]:
    """Return a Pod that breaks no rule."""
    metadata = {"generateName": "web-", "namespace": NAMESPACE, **_metadata()}
    return _padded({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": _spec()})


def deployment() -> dict[str, Any]:
    """Return a Deployment that breaks no rule."""
    spec = {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": _metadata(), "spec": _spec()},
    }
    metadata = {"name": "web", "namespace": NAMESPACE, **_metadata()}
    manifest = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
    return _padded(manifest)


def catalogue() -> dict[str, Any]:
    """Return the provider's word on the images of both: the peers have a list of registries."""
    repositories = [f"{IMAGES}/{name}" for name in ("migrate", *NAMES)]
    items = [{"repository": found, "license": "Apache-2.0"} for found in repositories]
    return {
        "apiVersion": "aup.asergo.com/v1alpha1",
        "kind": "SoftwareCatalog",
        "metadata": {"name": "bench"},
        "spec": {"items": items},
    }


def _metadata() -> dict[str, Any]:
    annotations = {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}
    return {"labels": {"app": "web", "tier": "front"}, "annotations": annotations}


def _spec() -> dict[str, Any]:
    return {
        "initContainers": [_container("migrate", 3)],
        "containers": [_container(name, i) for i, name in enumerate(NAMES)],
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"key": "spot", "operator": "Exists"}],
        "volumes": [
            {"name": "data", "emptyDir": {}},
            {"name": "config", "configMap": {"name": "web"}},
        ],
    }


def _container(name: str, number: int) -> dict[str, Any]:
    return {
        "name": name,
        "image": f"{IMAGES}/{name}:1.4.{number}",
        "ports": [{"name": name, "containerPort": 8080 + number}],
        "env": [{"name": f"SETTING_{i}", "value": "x" * 24} for i in range(20)],
        "resources": {
            "requests": {"cpu": "10m", "memory": "16Mi"},
            "limits": {"memory": "64Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "runAsNonRoot": True,
            **({} if KEEP_NET_RAW else {"capabilities": {"drop": ["ALL"]}}),
        },
        "volumeMounts": [
            {"name": "data", "mountPath": "/data"},
            {"name": "config", "mountPath": "/etc/web"},
        ],
    }


def _padded(manifest: dict[str, Any]) -> dict[str, Any]:
    """Fill up to the size with a note, as charts do with their own."""
    note = max(SIZE - len(encoded(manifest)) - len(',"example.com/note":""'), 0)
    manifest["metadata"]["annotations"]["example.com/note"] = "x" * note
    return manifest


def encoded(manifest: dict[str, Any]) -> bytes:
    """Return JSON as the API server sends it."""
    return json.dumps(manifest, separators=(",", ":")).encode()
