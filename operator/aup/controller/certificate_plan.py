"""The webhook's certificate as a state machine: what to do next, from what is stored and trusted.

Each certificate has an authority of its own, whose key is thrown away once it has signed: there is
no authority key that anybody could steal. A renewal makes a new pair, lets the API server trust it
beside the present one, waits, serves it, waits, and only then ends the trust in the old one. At
every instant the certificate that is served is signed by an authority in ``caBundle``, and a crash
anywhere resumes where it was.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

RENEWAL: Final = 2 / 3
"""Part of the lifetime after which a new certificate is made."""
LONGEST_PAUSE: Final = timedelta(seconds=60)
"""API servers and replicas watch for changes: they follow in seconds."""
PAUSES: Final = 20
"""So many pauses fit into a lifetime at least, so that short-lived certificates rotate too."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its key and the authority that signed it, as PEM."""

    certificate: str
    key: str
    authority: str
    """One PEM block, in canonical form, to be compared as text."""
    not_before: datetime
    not_after: datetime
    hosts: frozenset[str]
    """DNS names and addresses that it is made out to."""

    @property
    def renew_at(self) -> datetime:
        """Return when a successor is due."""
        return self.not_before + (self.not_after - self.not_before) * RENEWAL


@dataclass(frozen=True, slots=True)
class Stored:
    """What the Secret holds."""

    serving: Issued | None = None
    staged: Issued | None = None
    """Made, and not served yet."""
    since: datetime | None = None
    """With a staged certificate: since when it is trusted; without: since when the serving one is
    served."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Make a certificate and store it as the next one."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Write this ``caBundle``."""

    authorities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Note that the staged certificate is trusted from now on."""


@dataclass(frozen=True, slots=True)
class Swap:
    """Serve the staged certificate."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to do until then."""

    until: datetime


Step = Stage | Trust | Mark | Swap | Rest


def next_step(
    stored: Stored,
    trusted: tuple[str, ...],
    hosts: frozenset[str],
    now: datetime,
    lifetime: timedelta,
) -> Step:
    """Return what to do next.

    Args:
        stored: the Secret.
        trusted: the authorities in ``caBundle`` now.
        hosts: what the certificate must be made out to.
        now: the time.
        lifetime: of a certificate.

    """
    pause = min(LONGEST_PAUSE, lifetime / PAUSES)
    if stored.staged is not None and _usable(stored.staged, hosts, now):
        return _introduce(stored, stored.staged, trusted, now, pause)
    if stored.serving is None or not _usable(stored.serving, hosts, now):
        return _keep(stored, trusted) or Stage()
    return _keep(stored, trusted) or _retire(stored.serving, stored.since, trusted, now, pause)


def _usable(issued: Issued, hosts: frozenset[str], now: datetime) -> bool:
    """Tell whether a certificate need not be replaced."""
    return now < issued.renew_at and hosts <= issued.hosts


def _keep(stored: Stored, trusted: tuple[str, ...]) -> Trust | None:
    """Trust what is served, if somebody has emptied the bundle."""
    if stored.serving is None or stored.serving.authority in trusted:
        return None
    return Trust((*trusted, stored.serving.authority))


def _introduce(
    stored: Stored, staged: Issued, trusted: tuple[str, ...], now: datetime, pause: timedelta
) -> Step:
    """Lead a staged certificate to being served."""
    serving = (stored.serving.authority,) if stored.serving else ()
    missing = tuple(pem for pem in (*serving, staged.authority) if pem not in trusted)
    if missing:
        return Trust((*trusted, *missing))
    if set(trusted) == {staged.authority}:
        # The first one of all: nobody trusts another one, so nobody is served by another one.
        return Swap()
    if stored.since is None:
        return Mark()
    ready = stored.since + pause
    return Swap() if now >= ready else Rest(ready)


def _retire(
    serving: Issued,
    since: datetime | None,
    trusted: tuple[str, ...],
    now: datetime,
    pause: timedelta,
) -> Step:
    """End the trust in what is served no more, once nobody serves it."""
    if trusted == (serving.authority,):
        return Rest(serving.renew_at)
    ready = since + pause if since is not None else now
    return Trust((serving.authority,)) if now >= ready else Rest(ready)
