"""The times that the protocol relies on, and whether they fit together."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Margins:
    """Durations in seconds; see `problems` for what they must obey."""

    request: float = 60.0
    """Longest that the API server works on a request: its ``--request-timeout``."""
    margin: float = 30.0
    """On top of it, before what was admitted and not seen counts as never persisted."""
    webhook: float = 5.0
    """``timeoutSeconds`` of the webhook: a later answer is discarded."""
    commit: float = 7.0
    """How long after the end of its request etcd may still commit a write: its own timeout."""
    drift: float = 3.0
    """By how much two machines' clocks may disagree about a duration of all these."""
    lease: float = 15.0
    """How long a replica is valid after a renewal, and stands unchanged before it is dead."""
    renew: float = 5.0
    """Between two renewals."""
    patience: float = 1.0
    """How long a request waits for a share."""
    settle: float = 1.0
    """Between two writes of a replica when nobody waits."""
    idle: float = 1.0
    """After so long without an admission a replica hands back what it has left."""
    grace: float = 5.0
    """After so long an admission that has not appeared counts against its owner."""
    recount: float = 10.0
    """Between two counts of the leader that only bring the ledger up to date."""

    @property
    def wait(self) -> float:
        """Return after how long an admission that has not appeared can no longer appear."""
        return self.request + self.margin


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one tenant may keep in flight; nothing of it matters for safety."""

    name_attempts: int = 32
    """Attempts to create one name that are remembered together."""
    origin_attempts: int = 1
    """Attempts of one owner that were admitted and have not appeared, beyond `Margins.grace`."""
    reservations: int = 1000
    """Reservations in one ledger: some 400 bytes each, so less than half a megabyte."""


def problems(margins: Margins) -> tuple[str, ...]:
    """Return what is wrong, a sentence each; empty when the protocol may be run so."""
    least = max(15.0, margins.webhook + margins.commit + margins.drift)
    fields = ("request", "margin", "webhook", "commit", "drift", "lease", "renew", "patience")
    amounts = tuple((getattr(margins, name) <= 0, f"{name} must be above 0") for name in fields)
    return tuple(sentence for wrong, sentence in (*amounts, *_relations(margins, least)) if wrong)


def _relations(margins: Margins, least: float) -> tuple[tuple[bool, str], ...]:
    """Return how the times must stand to each other: whether one is wrong, and what is right."""
    return (
        (
            margins.margin < least,
            f"margin must be at least {least:g} s: webhook + commit + drift, and no less than 15 s",
        ),
        (
            margins.webhook > 5,
            "webhook must be at most 5 s: an answer that comes later must be worth nothing",
        ),
        (
            margins.patience >= margins.webhook,
            "patience must be below webhook, or the API server gives up before the answer",
        ),
        (
            margins.request < margins.webhook,
            "request must be at least webhook: it is the API server's --request-timeout",
        ),
        (
            margins.commit < 7,
            "commit must be at least 7 s: etcd's own timeout for a write",
        ),
        (
            margins.renew * 2 + margins.drift > margins.lease,
            "lease must hold two renewals and drift, or one lost renewal ends a replica",
        ),
        (
            margins.lease != int(margins.lease),
            "lease must be whole seconds: the Lease object takes no others",
        ),
        (
            margins.grace >= margins.wait,
            "grace must be below request + margin, or it never applies",
        ),
        (
            min(margins.settle, margins.idle, margins.recount, margins.grace) < 0,
            "settle, idle, recount and grace must not be negative",
        ),
    )
