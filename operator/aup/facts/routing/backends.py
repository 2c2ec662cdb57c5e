"""Backends that are addresses or names instead of Services, by kinds of gateways and meshes.

Whose proxies send there is not in the object: a platform's gateway sends from where it stands, past
the network policies of those that it reaches. So inside the cluster they are endpoints like those
of an EndpointSlice; back ends on the internet are what most of them are for. A name leads where a
Service of type ExternalName would.
"""

from typing import Final

from aup.facts import claims
from aup.facts.external_name import external_name
from aup.facts.model import Facts, Subject, Surroundings
from aup.facts.routing.kind import Kinds, Reader
from aup.facts.routing.mesh import is_like_an_address, workload
from aup.facts.wire.tree import read_tree


def backend(*paths: str) -> Reader:
    """Read the hosts at some paths, each an address or a name."""

    def read(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
        tree = read_tree(raw)
        hosts = [host for path in paths for host in tree.each(path)]
        addresses = [(at, value) for at, value in hosts if is_like_an_address(value)]
        names = [(at, value) for at, value in hosts if not is_like_an_address(value)]
        return claims.exposed(
            subject,
            tree.problems,
            claims.targets(addresses, surroundings, outward=True),
            (external_name(value, at, surroundings) for at, value in names),
        )

    return read


BACKENDS: Final[Kinds] = {
    ("gateway.envoyproxy.io", "Backend"): backend(
        "spec.endpoints[].ip.address", "spec.endpoints[].fqdn.hostname"
    ),
    ("gateway.kgateway.dev", "Backend"): backend("spec.static.hosts[].host"),
    ("gloo.solo.io", "Upstream"): backend("spec.static.hosts[].addr"),
    ("workload.linkerd.io", "ExternalWorkload"): workload("spec.workloadIPs[].ip"),
}
