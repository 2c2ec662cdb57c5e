"""Mail: who runs a mail server is known for it.

mail/direct-smtp
    Fields read   image of all containers and image volumes; ports[].containerPort and .hostPort of
                  containers, initContainers and ephemeralContainers; ports[].port and .targetPort
                  of Services; listeners[].port of Gateways, servers[].port of Istio's
    Looked up     the provider's catalogues, for software of category MailServer
    Allowed       mail servers, and the ports of `mail.ports`, of tenants that are approved for
                  direct delivery (`mail.directSMTP` of the Tenant) or under a policy that allows
                  it to everybody; of senders who fulfil the duties that their contract asks for
                  (mail/sender-duties): a relay delivers for them, and the network is closed to
                  anything else. Anything that hands its mail to a server elsewhere: settings and
                  connections that go out are not read. ExternalName and Services without a
                  selector, which lead to others
    Serves        "for bulk or commercial email" (asergo/2.0)
"""

from collections.abc import Iterator

from aup.api.sections.choice import Permission
from aup.facts.model import Facts
from aup.policy.terms import MailTerms
from aup.rules.base import Rule, Violation
from aup.rules.mail.signs import servers


def direct_smtp(facts: Facts, terms: MailTerms) -> Iterator[Violation]:
    """Yield what shows a mail server of a tenant that is not approved to have one."""
    if terms.servers is Permission.ALLOWED:
        return
    relay = f"the relay {terms.relay}" if terms.relay else "a relay"
    for sign in servers(facts, terms):
        yield Violation(
            path=sign.path,
            value=sign.value,
            detail=f"{sign.words}, and {terms.tenant} is not approved to deliver mail itself",
            remedy=f"hand mail to {relay}, or ask {terms.contact} for direct delivery",
            key=sign.key,
            image=sign.image,
        )


RULE = Rule(
    id="mail/direct-smtp",
    title="Only known senders run mail servers",
    reads=Facts,
    terms=lambda terms: terms.mail,
    check=direct_smtp,
    blind=(
        "A mail server that declares no port and that no catalogue knows, or that listens on "
        "another port. Programs that deliver mail without listening at all: only the network can "
        "keep them from port 25. Named target ports that no container declares."
    ),
)
