"""Who is valid, and who is dead."""

from aup.ledger.identity import Identity, Sightings


def test_validity_counts_from_when_the_renewal_was_sent() -> None:
    identity = Identity("a", 15.0)
    assert not identity.valid(0.0)
    identity.renewed(10.0)
    identity.renewed(8.0)
    assert identity.valid(24.9)
    assert not identity.valid(25.0)


def test_what_was_refused_is_lost_for_good() -> None:
    identity = Identity("a", 15.0)
    identity.renewed(10.0)
    identity.refused()
    identity.renewed(11.0)
    assert not identity.valid(12.0)


def test_a_lease_expires_by_how_long_it_was_seen_unchanged() -> None:
    sightings = Sightings(15.0)
    sightings.seen("a", "1", 0.0)
    sightings.seen("b", "1", 0.0)
    sightings.seen("a", "1", 10.0)
    sightings.seen("b", "2", 10.0)
    assert sightings.expired(15.0) == (("a", "1"),)
    sightings.gone("a")
    assert sightings.expired(15.0) == ()
