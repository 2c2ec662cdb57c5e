"""Mail: who delivers mail is known for it, and answers for it."""

from aup.rules.mail import direct_smtp, sender_duties

RULES = (
    direct_smtp.RULE,
    sender_duties.RULE,
)
