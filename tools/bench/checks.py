"""Six checks of Pods that every engine can do, and how a Pod breaks each of them.

They are what libraries of the other engines and the Pod Security Standards begin with.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from bench.objects import pod


@dataclass(frozen=True, slots=True)
class Check:
    """One check, in the languages of the engines."""

    name: str
    message: str
    """What the Pod's writer reads; it tells the checks apart."""
    cel: str
    """True for a good Pod; may use ``variables.containers``."""
    rego: str
    """Body of a rule that holds for a bad Pod; may use ``containers``."""
    breach: Callable[[dict[str, Any]], None]
    """Makes the spec of a good Pod break this check."""


CONTAINERS_CEL: Final = (
    "object.spec.containers + object.spec.?initContainers.orValue([])"
    " + object.spec.?ephemeralContainers.orValue([])"
)
CONTAINERS_REGO: Final = """
containers[c] { c := input.review.object.spec.containers[_] }
containers[c] { c := input.review.object.spec.initContainers[_] }
containers[c] { c := input.review.object.spec.ephemeralContainers[_] }
"""
REGISTRY: Final = "registry.example/"

CHECKS: Final = (
    Check(
        "host-network",
        "the network of the node is not for tenants",
        "!object.spec.?hostNetwork.orValue(false)",
        "input.review.object.spec.hostNetwork",
        lambda spec: spec.update(hostNetwork=True),
    ),
    Check(
        "privileged",
        "privileged containers are not for tenants",
        "variables.containers.all(c, !c.?securityContext.?privileged.orValue(false))",
        "containers[_].securityContext.privileged",
        lambda spec: spec["containers"][0].update(securityContext={"privileged": True}),
    ),
    Check(
        "host-path",
        "files of the node are not for tenants",
        "object.spec.?volumes.orValue([]).all(v, !has(v.hostPath))",
        "input.review.object.spec.volumes[_].hostPath",
        lambda spec: spec["volumes"].append({"name": "node", "hostPath": {"path": "/"}}),
    ),
    Check(
        "host-port",
        "ports of the node are not for tenants",
        "variables.containers.all(c, c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0))",
        "containers[_].ports[_].hostPort > 0",
        lambda spec: spec["containers"][0]["ports"][0].update(hostPort=8080),
    ),
    Check(
        "registry",
        "the registry is not in the list of those allowed",
        f"variables.containers.all(c, c.image.startsWith('{REGISTRY}'))",
        f'image := containers[_].image; not startswith(image, "{REGISTRY}")',
        lambda spec: spec["containers"][0].update(image="docker.io/library/nginx:1"),
    ),
    Check(
        "capabilities",
        "only the capability to bind low ports can be added",
        "variables.containers.all(c, c.?securityContext.?capabilities.?add.orValue([])"
        ".all(a, a == 'NET_BIND_SERVICE'))",
        'added := containers[_].securityContext.capabilities.add[_]; added != "NET_BIND_SERVICE"',
        lambda spec: spec["containers"][0]["securityContext"].update(
            capabilities={"add": ["NET_ADMIN"]}
        ),
    ),
)


def breaching(check: Check) -> dict[str, Any]:
    """Return the benchmark's Pod, breaking a check."""
    found = deepcopy(pod())
    check.breach(found["spec"])
    return found
