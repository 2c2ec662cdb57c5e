"""Deadlines: complaints about mail have one where the contract sets it."""

from datetime import UTC, datetime

from aup.abuse.deadline import due_at
from aup.api.sections.mail import MailTerms

FILED = datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_a_complaint_about_mail_is_due_when_the_time_of_senders_ends() -> None:
    found = due_at(MailTerms(unsubscribe_within="72h"), "Spam", FILED)
    assert found == datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_other_reports_are_not_due() -> None:
    assert due_at(MailTerms(unsubscribe_within="72h"), "PortScan", FILED) is None


def test_a_contract_that_sets_no_time_has_none() -> None:
    assert due_at(MailTerms(), "Spam", FILED) is None
