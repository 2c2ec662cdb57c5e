"""Addresses that are known in a mesh, or in several clusters at once.

A ServiceEntry that is exported to nobody outside the tenant's namespaces names destinations. One
that is makes its addresses lead, in everybody's proxies, to where it says.
"""

import re
from collections.abc import Iterator
from typing import Final

from aup.facts import claims
from aup.facts.address import parse_address, parse_range
from aup.facts.annotations.readers import network_claim
from aup.facts.claims import Leaf
from aup.facts.cni.notes import few_ranges
from aup.facts.model import Facts, Subject, Surroundings
from aup.facts.routing.kind import SPEC, Kinds, Reader, written
from aup.facts.wire.tree import Tree, read_tree

_LONGEST: Final = 253
"""Characters of a name; what is longer is none, and not looked at closely."""
_ADDRESS = re.compile(
    r".*:[0-9a-f:.]*(?:%.*)?|(?:.*\.)?(?:\d+|0x[0-9a-f]+)\.?", re.IGNORECASE | re.DOTALL
)
"""What no resolver takes for a name: no top-level domain is a number."""


def service_import(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a ServiceImport: under its addresses a Service of several clusters is reached."""
    tree = read_tree(raw)
    source = written(tree, subject)
    leaves = [
        claims.address_claim(parse_address(value), at, source)
        for at, value in tree.each("spec.ips[]")
    ]
    return claims.exposed(subject, tree.problems, leaves)


def workload(*paths: str) -> Reader:
    """Read a workload outside of the cluster: a Service sends traffic there as to a pod."""

    def read(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
        tree = read_tree(raw)
        leaves = [leaf for path in paths for leaf in _targets(tree, path, surroundings)]
        return claims.exposed(subject, tree.problems, leaves)

    return read


def shared_addresses(tree: Tree, surroundings: Surroundings) -> Iterator[Leaf]:
    """Yield what a ServiceEntry captures in everybody's proxies, and where it sends that."""
    path = "spec.addresses"
    captured = tree.each(f"{path}[]")
    yield from few_ranges((network_claim(parse_range(v), at, SPEC) for at, v in captured), path)
    yield from _targets(tree, "spec.endpoints[].address", surroundings)


def _targets(tree: Tree, path: str, surroundings: Surroundings) -> Iterator[Leaf]:
    """Yield addresses that traffic is sent to; names and sockets are destinations like any."""
    values = [(at, value) for at, value in tree.each(path) if is_like_an_address(value)]
    yield from claims.targets(values, surroundings)


def is_like_an_address(value: object) -> bool:
    """Tell whether no resolver would take a value for a name."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return True
    return _ADDRESS.fullmatch(value.strip()) is not None


MESH: Final[Kinds] = {
    ("multicluster.x-k8s.io", "ServiceImport"): service_import,
    ("networking.istio.io", "WorkloadEntry"): workload("spec.address"),
    ("networking.istio.io", "WorkloadGroup"): workload("spec.template.address"),
}
