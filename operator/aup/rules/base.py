"""What a rule is: a pure generator of violations over facts, declared as a value."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from aup.facts.model import (
    Access,
    Binding,
    Exposure,
    Facts,
    IPAddress,
    IPNetwork,
    Markings,
    Runs,
    Workload,
)
from aup.policy.terms import Terms

P = TypeVar("P", Workload, Runs, Exposure, Access, Binding, Markings, Facts)
T = TypeVar("T")


class Violation(msgspec.Struct, frozen=True):
    """One value that breaks a rule.

    The message reads ``<path> <value> <detail>; <remedy>``.
    """

    path: str
    value: str
    """As written in the object; empty where the absence of a value is the violation."""
    detail: str
    remedy: str
    key: tuple[str, ...]
    """What stays the same when lists are reordered or containers renamed: the ratchet's key."""
    image: str = ""
    """Repository (and digest) concerned: exemptions may be limited to images."""
    address: IPAddress | None = None
    """Address concerned: exemptions may be limited to targets."""
    networks: tuple[IPNetwork, ...] = ()
    """All the addresses concerned, where it is a network or a range: in targets as a whole."""
    hostname: str = ""
    """Hostname concerned, canonical, ``*.`` included: exemptions may be limited to targets."""
    review: bool = False
    """The terms ask for a person's review: nothing is refused and the tenant is not warned."""
    at_once: bool = False
    """It is refused although the tenant's enforcement has not begun: nobody is let in first."""
    change: bool = False
    """Only to write it breaks the rule: what stood before is no finding."""
    warn: bool = False
    """The terms soften this one to a warning (grace, ``onExpiry``)."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[P, T]):
    """One rule of the catalogue. ``id`` is forever."""

    id: str
    title: str
    reads: type[P]
    terms: Callable[[Terms], T]
    check: Callable[[P, T], Iterator[Violation]]
    blind: str
    """What the rule cannot see, for its reference page."""
