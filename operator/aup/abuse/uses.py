"""What is reached from outside, and since when: the intervals of AddressUse.

Fields read   Service: status.loadBalancer.ingress, spec.externalIPs
              Ingress: status.loadBalancer.ingress, spec.rules[*].host, spec.tls[*].hosts
              Gateway: status.addresses, spec.listeners[*].hostname

What is not an address or a name in canonical form is nothing that traffic could reach.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final, NamedTuple

import msgspec

from aup.api.address_use import AddressUseSpec, UseInterval, object_name

MAX_INTERVALS: Final = 2000
"""Bound of the list in the CRD; the oldest that have ended go first."""
_MAX_NAME: Final = 253
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOSTNAME = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)*{_LABEL}")


class Target(NamedTuple):
    """An address or a hostname, in canonical form."""

    address: str = ""
    hostname: str = ""

    @property
    def name(self) -> str:
        """Return the name of its AddressUse."""
        return object_name(address=self.address or None, hostname=self.hostname or None)

    @property
    def spec(self) -> AddressUseSpec:
        """Return the specification of its AddressUse."""
        return AddressUseSpec(address=self.address or None, hostname=self.hostname or None)


class User(NamedTuple):
    """An object that uses a target."""

    namespace: str
    uid: str
    """Of the namespace."""
    tenant: str
    object: str
    """Kind and name."""


class _Point(msgspec.Struct, frozen=True):
    ip: str | None = None
    hostname: str | None = None


class _LoadBalancer(msgspec.Struct, frozen=True):
    ingress: tuple[_Point, ...] | None = None


class _Address(msgspec.Struct, frozen=True):
    value: str | None = None


class _Rule(msgspec.Struct, frozen=True):
    host: str | None = None


class _TLS(msgspec.Struct, frozen=True):
    hosts: tuple[str, ...] | None = None


class _Listener(msgspec.Struct, frozen=True):
    hostname: str | None = None


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    external_ips: tuple[str, ...] | None = msgspec.field(default=None, name="externalIPs")
    rules: tuple[_Rule, ...] | None = None
    tls: tuple[_TLS, ...] | None = None
    listeners: tuple[_Listener, ...] | None = None


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    load_balancer: _LoadBalancer | None = None
    addresses: tuple[_Address, ...] | None = None


class Reachable(msgspec.Struct, frozen=True):
    """A Service, Ingress or Gateway as far as it is read."""

    spec: _Spec | None = None
    status: _Status | None = None

    @property
    def targets(self) -> frozenset[Target]:
        """Return what it is reached by."""
        return frozenset(target for text in self._texts() if (target := read_target(text)))

    def _texts(self) -> Iterator[str | None]:
        spec, status = self.spec or _Spec(), self.status or _Status()
        yield from spec.external_ips or ()
        yield from (rule.host for rule in spec.rules or ())
        yield from (host for tls in spec.tls or () for host in tls.hosts or ())
        yield from (listener.hostname for listener in spec.listeners or ())
        points = (status.load_balancer or _LoadBalancer()).ingress or ()
        yield from (point.ip for point in points)
        yield from (point.hostname for point in points)
        yield from (address.value for address in status.addresses or ())


def read_target(text: str | None) -> Target | None:
    """Read an address or a hostname; ``None`` for what is neither."""
    if not text or "%" in text:
        # An address with a zone is of one machine only.
        return None
    try:
        return Target(address=str(ip_address(text)))
    except ValueError:
        name = text.rstrip(".").lower()
    found = Target(hostname=name)
    fits = _HOSTNAME.fullmatch(name) and len(found.name) <= _MAX_NAME
    return found if fits else None


def intervals(
    recorded: Iterable[UseInterval],
    users: Collection[User],
    now: datetime,
    retention: timedelta,
) -> tuple[UseInterval, ...]:
    """Return the history as it must be now.

    What is still in use goes on, what is not any more ends now, what is new begins now. A use that
    ended while nobody watched is ended when it is missed: a complaint is rather about one tenant
    too many, which leaves it to a person, than about the wrong one.

    Args:
        recorded: the history so far.
        users: who uses the target now.
        now: the time.
        retention: how long ended intervals are kept.

    """
    kept: list[UseInterval] = []
    running: set[User] = set()
    for interval in recorded:
        user = User(interval.namespace, interval.uid, interval.tenant, interval.object)
        if interval.until is not None:
            if now - interval.until < retention:
                kept.append(interval)
        elif user in users and user not in running:
            running.add(user)
            kept.append(interval)
        else:
            kept.append(msgspec.structs.replace(interval, until=now))
    kept += [
        UseInterval(
            namespace=user.namespace,
            uid=user.uid,
            tenant=user.tenant,
            object=user.object,
            from_=now,
        )
        for user in sorted(set(users) - running)
    ]
    kept.sort(key=lambda interval: interval.from_)
    return _bounded(kept)


def _bounded(history: list[UseInterval]) -> tuple[UseInterval, ...]:
    """Return at most as many intervals as an object may hold: those that ended first go."""
    surplus = len(history) - MAX_INTERVALS
    if surplus <= 0:
        return tuple(history)
    ended = sorted((i for i in history if i.until is not None), key=lambda i: i.until or i.from_)
    gone = {id(interval) for interval in ended[:surplus]}
    return tuple(i for i in history if id(i) not in gone)[:MAX_INTERVALS]
