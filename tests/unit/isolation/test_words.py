"""A tenant learns that, since when and why; never who reported, nor of a review."""

from datetime import UTC, datetime

import msgspec

from aup.api.exemption import Approval
from aup.api.meta import ObjectMeta
from aup.api.quarantine import Quarantine, QuarantinePhase, QuarantineSpec, QuarantineStatus
from aup.isolation.words import reported

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CONTACT = "abuse@asergo.example"


def quarantine(
    name: str, *reasons: str, by: str | None = "source:falco", hour: int = 12
) -> Quarantine:
    """Return a Quarantine that was made at an hour."""
    at = NOON.replace(hour=hour)
    return Quarantine(
        metadata=ObjectMeta(name=name, creation_timestamp=at),
        spec=QuarantineSpec(
            namespace="acme-prod",
            namespace_uid="u1",
            tenant="acme",
            reasons=reasons,
            case="CASE-1",
            requested_by="desk@asergo.example",
            approval=Approval(by=by) if by else None,
        ),
        status=QuarantineStatus(phase=QuarantinePhase.ISOLATED, isolated_at=at),
    )


def test_reasons_of_all_are_told_and_the_first_is_named() -> None:
    found = reported(
        [quarantine("b", "Spam", "PortScan", hour=13), quarantine("a", "PortScan")], "u1", CONTACT
    )
    assert found is not None
    assert found.state == "Isolated"
    assert found.since == NOON
    assert found.reasons == ("PortScan", "Spam")
    assert found.appeal == "write to abuse@asergo.example and name quarantine a"


def test_nothing_is_told_of_reviews_and_of_other_namespaces() -> None:
    assert reported([quarantine("a", "Spam", by=None)], "u1", CONTACT) is None
    assert reported([quarantine("a", "Spam")], "u2", CONTACT) is None


def test_nobody_is_named() -> None:
    found = msgspec.json.encode(reported([quarantine("a", "Spam")], "u1", CONTACT)).decode()
    assert not any(word in found for word in ("falco", "desk@", "CASE-1"))
