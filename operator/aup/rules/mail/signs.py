"""What shows that an object is about delivering mail.

To *use* a mail server shows nothing of the kind: a shop that hands its confirmations to a relay
opens no port and runs no server, whatever ports and hosts its settings name.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from aup.api.catalog import SoftwareCategory
from aup.facts.model import Container, Facts, Workload
from aup.policy.declaration import WORKLOAD_CLASS, canonical_use
from aup.policy.terms import MailTerms
from aup.rules.software import known

CLASSES = frozenset({"mail", "email", "e-mail", "bulk-mail", "commercial-mail", "newsletter"})
"""Values of the label aup.asergo.com/workload-class by which a tenant says that it sends mail."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One value that shows it."""

    path: str
    value: str
    words: str
    """Completes ``<path> <value>``: ``is a port of mail servers``."""
    image: str = ""
    """Image concerned, as exemptions name it."""

    @property
    def key(self) -> tuple[str, ...]:
        """Return what stays the same when lists are reordered or tags change."""
        return (self.words, self.image.partition("@")[0], "" if self.image else self.value)


def servers(facts: Facts, terms: MailTerms) -> Iterator[Sign]:
    """Yield what shows a mail server: its image, a port in its container, one that is published."""
    for workload in facts.workloads:
        for image, software in known(workload, terms.catalog):
            if software.category is SoftwareCategory.MAIL_SERVER:
                yield Sign(image.path, image.text, "is a mail server", software.name(image))
        for container in workload.containers:
            yield from _ports(container, terms)
    for port in facts.exposure.open_ports if facts.exposure else ():
        if port.number in terms.ports:
            yield Sign(port.path, str(port.number), "is a port of mail servers")


def declared(workload: Workload) -> Iterator[Sign]:
    """Yield the label by which a tenant says that a workload sends mail."""
    for path, text in workload.declared(WORKLOAD_CLASS):
        if canonical_use(text) in CLASSES:
            yield Sign(path, text, "is mail in bulk or for commerce")


def _ports(container: Container, terms: MailTerms) -> Iterator[Sign]:
    """Yield the ports at which a container takes mail, or the node does for it."""
    for port in container.ports:
        if not port.tcp:
            continue
        fields = (("containerPort", port.number), ("hostPort", port.host_port))
        name, number = next((f for f in fields if f[1] in terms.ports), ("", 0))
        if name:
            yield Sign(
                f"{port.path}.{name}",
                str(number),
                "is a port of mail servers",
                container.image_name,
            )
