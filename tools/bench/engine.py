"""The engine alone: what one object costs under the full catalogue, in worlds of two sizes.

It must not grow with tenants and assignments: each tenant's terms are compiled by themselves.
"""

import gc
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Network
from itertools import islice
from typing import Any, Final

from aup import presets
from aup.api.assignment import AddressAssignment
from aup.api.catalog import CatalogItem, CatalogSpec, SoftwareCatalog
from aup.api.meta import ObjectMeta, read
from aup.api.policy import AcceptableUsePolicy
from aup.api.tenant import Tenant
from aup.engine.evaluate import evaluate
from aup.facts.extract import extract
from aup.facts.model import Offline, Subject, Writer
from aup.policy.compiler import compile_terms
from aup.policy.terms import Terms
from aup.policy.world import Objects, compile_world
from aup.rules import CATALOGUE, RULE_IDS
from bench.objects import NAMESPACE, deployment, encoded, pod

ROUNDS: Final = 5
CALLS: Final = 1500
NOW: Final = datetime(2026, 11, 21, tzinfo=UTC)
SIZES: Final = ((10, 100), (10_000, 100_000))
"""Tenants and assignments: a small provider and the largest that is planned for."""
SOFTWARE: Final = 2000
"""Items of the software catalogue, in both worlds."""
_GROUPS: Final = {"Pod": "", "Deployment": "apps"}


@dataclass(frozen=True, slots=True)
class Cost:
    """What judging one kind of object costs in a world of one size."""

    kind: str
    tenants: int
    assignments: int
    size: int
    """Bytes of the object."""
    median: float
    """Microseconds, reading included; the best of the rounds' medians."""
    p99: float
    """Microseconds, of that round."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a world of one size costs once."""

    tenants: int
    assignments: int
    seconds: float
    """To compile it."""
    milliseconds: float
    """To compile the terms of one tenant in it; the median of many."""
    mebibytes: float
    """By which the process grew."""


def measure() -> tuple[list[Cost], list[Compiled]]:
    """Measure both sizes, taking turns, so that what else the machine does hits both."""
    worlds = [_world(tenants, assignments) for tenants, assignments in SIZES]
    found: dict[tuple[str, int], list[tuple[float, float]]] = {}
    objects = [(m["kind"], encoded(m)) for m in (pod(), deployment())]
    for _ in range(ROUNDS):
        for compiled, terms in worlds:
            for kind, raw in objects:
                timed = _timed(partial(_judge, kind, raw, terms))
                found.setdefault((kind, compiled.tenants), []).append(timed)
    costs = [
        Cost(kind, compiled.tenants, compiled.assignments, len(raw), *min(found[at]))
        for compiled, _ in worlds
        for kind, raw in objects
        for at in [(kind, compiled.tenants)]
    ]
    return costs, [compiled for compiled, _ in worlds]


def rules() -> int:
    """Return how many rules are applied."""
    return len(CATALOGUE)


def _judge(kind: str, raw: bytes, terms: Terms) -> None:
    subject = Subject(_GROUPS[kind], kind, NAMESPACE, "web", writer=Writer("alice", ("tenants",)))
    decision = evaluate(extract(raw, subject, Offline()), terms)
    if not decision.allowed:
        raise RuntimeError(f"the object of the benchmark is refused: {decision.denials}")


def _timed(call: Callable[[], None]) -> tuple[float, float]:
    """Return median and 99th percentile in microseconds, with the collector as in the server."""
    for _ in range(200):
        call()
    gc.collect()
    gc.freeze()
    took = []
    for _ in range(CALLS):
        started = time.perf_counter_ns()
        call()
        took.append((time.perf_counter_ns() - started) / 1000)
    gc.unfreeze()
    return statistics.median(took), statistics.quantiles(took, n=100)[98]


def _world(tenants: int, assignments: int) -> tuple[Compiled, Terms]:
    """Compile a world and the terms of one tenant in its middle."""
    before = _resident()
    items = tuple(
        CatalogItem(repository=f"registry.example/software/{i}", license="Apache-2.0")
        for i in range(SOFTWARE)
    )
    catalog = SoftwareCatalog(metadata=ObjectMeta(name="all"), spec=CatalogSpec(items=items))
    objects = Objects(
        catalogs=(catalog,),
        policies=(read(AcceptableUsePolicy, presets.load()),),
        tenants=tuple(read(Tenant, _tenant(i)) for i in range(tenants)),
        assignments=tuple(
            read(AddressAssignment, _assignment(i, i % tenants, cidr))
            for i, cidr in enumerate(islice(_cidrs(), assignments))
        ),
    )
    started = time.perf_counter()
    world = compile_world(objects, rules=RULE_IDS)
    seconds = time.perf_counter() - started
    took = []
    for i in range(0, tenants, max(tenants // 100, 1)):
        started = time.perf_counter()
        terms = compile_terms(world, f"t{i}", NOW)
        took.append(1000 * (time.perf_counter() - started))
    terms = compile_terms(world, f"t{tenants // 2}", NOW)
    if not isinstance(terms, Terms):
        raise TypeError(terms)
    grown = _resident() - before
    return Compiled(tenants, assignments, seconds, statistics.median(took), grown), terms


def _tenant(number: int) -> dict[str, Any]:
    spec = {
        "policy": presets.DEFAULT,
        "legalName": f"Tenant {number}",
        "establishment": {"country": "DK"},
        "namespaces": {"names": [f"t{number}-prod"]},
        "enforceFrom": "2026-01-01T00:00:00Z",
    }
    return {"metadata": {"name": f"t{number}"}, "spec": spec}


def _assignment(number: int, tenant: int, cidr: str) -> dict[str, Any]:
    spec = {"tenant": f"t{tenant}", "cidr": cidr, "from": "2026-01-01T00:00:00Z"}
    return {"metadata": {"name": f"a{number}"}, "spec": spec}


def _cidrs() -> Iterator[str]:
    """Yield networks of 16 addresses that do not touch each other, so that none collapse."""
    whole = IPv4Network("10.0.0.0/8")
    yield from (str(n) for i, n in enumerate(whole.subnets(new_prefix=28)) if i % 2 == 0)


def _resident() -> float:
    """Return the largest size that the process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
