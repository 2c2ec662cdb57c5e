"""Until when a tenant has to act on a complaint: where its contract sets a time."""

from datetime import datetime
from typing import Final

from aup.api.duration import parse_duration
from aup.api.sections.mail import MailTerms

SPAM: Final = "Spam"
"""Category of complaints about mail."""


def due_at(terms: MailTerms, category: str, filed: datetime) -> datetime | None:
    """Return the end of the time that senders have, or ``None`` where none is set.

    Args:
        terms: section mail of the policy that the tenant is held to.
        category: of the report.
        filed: when the provider heard of it; what was observed may lie far back.

    """
    if category != SPAM or terms.unsubscribe_within is None:
        return None
    return filed + parse_duration(terms.unsubscribe_within)
