"""Host: no container takes rights that lead out of it.

host/capabilities
    Fields read   securityContext.capabilities of all containers; os.name of the pod
    Allowed       to add what stays within the container (the level Baseline of the Pod Security
                  Standards, locked memory, and what security/pod-security tells of), and what
                  `network.allowedCapabilities` lists. Under `network.requireDropNetRaw` each
                  container of a pod that is not for Windows drops ALL or NET_RAW
    Serves        "phishing, spoofing, or forging packet headers" (asergo/1.4)

Any case is read, with `CAP_` before the name or without, as runtimes do. What is dropped counts
only without `CAP_`: containerd puts it before every name, so that `CAP_NET_RAW` drops nothing.
"""

from collections.abc import Iterator

from aup.facts.model import Container, Workload
from aup.facts.node_names import capability
from aup.policy.terms import HostTerms
from aup.rules.base import Rule, Violation
from aup.rules.capability import ALL, NET_RAW, REACHING, drops, reaches

_UNKNOWN = "may do anything, since nobody knows the name"
_FORGETS = (
    "does not list NET_RAW, which runtimes give by default and which sends packets under any "
    "address"
)


def capabilities(workload: Workload, terms: HostTerms) -> Iterator[Violation]:
    """Yield each capability that leads out of its container, and each NET_RAW that is kept."""
    # What is left out of a part of a pod may be said elsewhere.
    must_drop = terms.require_drop_net_raw and workload.os != "windows" and not workload.partial
    for container in workload.containers:
        dropped = container.security.dropped
        if container.security.added:
            yield from _added(container, terms)
        # A privileged container is another rule's matter; it keeps everything.
        if must_drop and not container.privileged and not drops(dropped, ALL, NET_RAW):
            yield Violation(
                path=container.security.at("capabilities.drop"),
                value="",
                detail=_FORGETS,
                remedy='write drop: ["ALL"], or drop: ["NET_RAW"]',
                key=("drop", container.image_name.partition("@")[0]),
                image=container.image_name,
            )


def _added(container: Container, terms: HostTerms) -> Iterator[Violation]:
    """Yield the capabilities that are added and lead out of the container."""
    for i, text in enumerate(container.security.added):
        name = capability(text)
        if not reaches(name) or name in terms.capabilities:
            continue
        yield Violation(
            path=container.security.at(f"capabilities.add[{i}]"),
            value=text,
            detail=f"is a capability that {REACHING.get(name, _UNKNOWN)}",
            remedy="leave it out",
            key=(name, container.image_name.partition("@")[0]),
            image=container.image_name,
        )


RULE = Rule(
    id="host/capabilities",
    title="Containers take no rights that lead out of them",
    reads=Workload,
    terms=lambda terms: terms.host,
    check=capabilities,
    blind=(
        "Capabilities that the runtime gives by default, unless requireDropNetRaw asks for the one "
        "that matters to others. Programs in an image that gain rights when they are run (setuid, "
        "file capabilities), which never go beyond what the container has."
    ),
)
