"""Mail: who sends mail has published a privacy policy and an address for complaints.

mail/sender-duties
    Fields read   image of all containers and image volumes; ports[].containerPort and .hostPort of
                  containers, initContainers and ephemeralContainers; ports[].port and .targetPort
                  of Services; listeners[].port of Gateways, servers[].port of Istio's; label
                  aup.asergo.com/workload-class of the pod, where it says mail, bulk-mail,
                  commercial-mail or newsletter
    Looked up     the provider's catalogues, for software of category MailServer
    Allowed       mail of tenants whose Tenant names both `mail.privacyPolicyURL` and
                  `mail.abuseContact`; everything that shows no mail server and is not declared
    Serves        "valid privacy policy and a public abuse/complaint contact" (asergo/2.1)
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from aup.facts.model import Facts
from aup.policy.terms import MailTerms
from aup.rules.base import Rule, Violation
from aup.rules.mail.signs import Sign, declared, servers
from aup.text import join

_DUTIES: Final[Mapping[str, str]] = {
    "mail.privacyPolicyURL": "privacy policy",
    "mail.abuseContact": "contact for complaints",
}
"""What the fields of a Tenant hold."""


def sender_duties(facts: Facts, terms: MailTerms) -> Iterator[Violation]:
    """Yield the first sign of mail of each image, of a tenant that lacks what a sender needs."""
    if not terms.missing_duties:
        return
    missing = [_DUTIES.get(name, name) for name in terms.missing_duties]
    fields = join(terms.missing_duties, "and")
    for sign in _first_of_each(facts, terms):
        yield Violation(
            path=sign.path,
            value=sign.value,
            detail=f"{sign.words}, and {terms.tenant} has no {join(missing)} on record",
            remedy=(
                f"send {'it' if len(missing) == 1 else 'both'} to {terms.contact}, "
                f"for {fields} of the Tenant"
            ),
            key=(*terms.missing_duties, sign.image.partition("@")[0]),
            image=sign.image,
        )


def _first_of_each(facts: Facts, terms: MailTerms) -> Iterator[Sign]:
    """Yield one sign of each image, and one of what has none.

    More would say the same of the tenant again; fewer would let a server pass behind one that was
    there before, or to which an exemption is limited.
    """
    own = (sign for workload in facts.workloads for sign in declared(workload))
    seen: set[str] = set()
    for sign in chain(own, servers(facts, terms)):
        if sign.image not in seen:
            seen.add(sign.image)
            yield sign


RULE = Rule(
    id="mail/sender-duties",
    title="Senders of mail have a privacy policy and a contact for complaints",
    reads=Facts,
    terms=lambda terms: terms.mail,
    check=sender_duties,
    blind=(
        "Senders that use a relay and declare nothing. Whether the privacy policy is valid and "
        "the contact answers. Consent of recipients, and how they leave."
    ),
)
