"""Mail: who runs a mail server is known for it.

mail/direct-smtp
    Fields read   image of all containers and image volumes; ports[].containerPort and .hostPort of
                  containers, initContainers and ephemeralContainers; ports[].port and .targetPort
                  of Services; listeners[].port of Gateways, servers[].port of Istio's; tier,
                  actions, ports and peers of egress rules in AdminNetworkPolicy,
                  ClusterNetworkPolicy (of SIG Network, AWS and Antrea), Calico's
                  GlobalNetworkPolicy, and NetworkPolicy of Antrea and Calico
    Looked up     the provider's catalogues, for software of category MailServer
    Allowed       mail servers, and the ports of `mail.ports`, of tenants that are approved for
                  direct delivery (`mail.directSMTP` of the Tenant) or under a policy that allows
                  it to everybody; of senders who fulfil the duties that their contract asks for
                  (mail/sender-duties): a relay delivers for them, and the network is closed to
                  anything else. Policies that deny, that are about other ports, or that come after
                  the provider's. Anything that hands its mail to a server elsewhere: settings and
                  connections that go out are not read. ExternalName and Services without a
                  selector, which lead to others
    Serves        "for bulk or commercial email" (asergo/2.0)
"""

from collections.abc import Iterator

from aup.api.sections.choice import Permission
from aup.facts.model import Facts, Passage
from aup.facts.routing.passages import DELIVERY_PORT
from aup.policy.addresses import AddressSet
from aup.policy.terms import MailTerms
from aup.rules.base import Rule, Violation
from aup.rules.mail.signs import servers
from aup.rules.paths import unindexed


def direct_smtp(facts: Facts, terms: MailTerms) -> Iterator[Violation]:
    """Yield what shows a mail server of a tenant that is not approved, or a way out for one."""
    if terms.direct is Permission.FORBIDDEN and DELIVERY_PORT in terms.ports:
        yield from _ways_out(facts, terms)
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


def _ways_out(facts: Facts, terms: MailTerms) -> Iterator[Violation]:
    """Yield what policies of the cluster let out before the network closes direct delivery."""
    delivering = [p for p in facts.exposure.passages if p.delivers] if facts.exposure else []
    for passage in delivering:
        if not _is_relayed(passage, terms.relays):
            yield Violation(
                path=passage.path,
                value=passage.text,
                detail=(
                    f"lets mail out at port {DELIVERY_PORT} before the provider's policy is heard, "
                    f"and {terms.tenant} is not approved to deliver mail itself"
                ),
                remedy=f"leave the port out of this rule, or ask {terms.contact}",
                key=(unindexed(passage.path), passage.text, *passage.says_of_mail),
            )


def _is_relayed(passage: Passage, relays: AddressSet) -> bool:
    """Tell whether mail gets to the provider's relays and nowhere else."""
    return bool(passage.networks) and all(map(relays.covers, passage.networks))


RULE = Rule(
    id="mail/direct-smtp",
    title="Only known senders run mail servers",
    reads=Facts,
    terms=lambda terms: terms.mail,
    check=direct_smtp,
    blind=(
        "A mail server that declares no port and that no catalogue knows, or that listens on "
        "another port. Programs that deliver mail without listening at all: only the network can "
        "keep them from port 25. Named target ports that no container declares. Policies of "
        "Cilium, which cannot let out what the provider's denies."
    ),
)
