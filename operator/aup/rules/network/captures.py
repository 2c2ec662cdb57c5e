"""What an object takes hold of beyond its own namespace: traffic of others, networks of others.

Part of network/assigned-address and network/policy-subject.
"""

from collections.abc import Iterator

from aup.facts.model import Attachment, Capture, Exposure, NamespaceReference, Reach
from aup.policy.terms import NetworkTerms
from aup.rules.base import Violation
from aup.rules.paths import unindexed


def captures(exposure: Exposure, terms: NetworkTerms, reach: Reach) -> Iterator[Violation]:
    """Yield each selection of one reach that may hold a namespace of somebody else."""
    for capture in exposure.captures:
        reference = capture.namespaces
        if capture.reach is reach and not _is_own(reference, terms):
            yield Violation(
                path=reference.path,
                value=reference.text,
                detail=_captured(capture, terms),
                remedy=f"{_confine(capture)}, or ask {terms.contact}",
                key=(unindexed(reference.path), reference.text, *capture.says),
            )


def attachments(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each network of a namespace that is not the tenant's, unless it was given to it."""
    for attachment in exposure.attachments:
        if not _is_open_to(attachment, terms):
            yield Violation(
                path=attachment.path,
                value=attachment.text,
                detail=attachment.problem or _foreign(attachment, terms),
                remedy=_use_own_network(attachment, terms),
                key=(unindexed(attachment.path), attachment.network or attachment.text),
            )


def _is_own(reference: NamespaceReference, terms: NetworkTerms) -> bool:
    """Tell whether only the tenant's namespaces are meant, or whether that cannot be said here."""
    if reference.everyone or reference.text in terms.platform_namespaces:
        return False
    return not reference.known or reference.owner == terms.tenant


def _is_open_to(attachment: Attachment, terms: NetworkTerms) -> bool:
    """Tell whether the tenant may be on a network: its own, or one that it was given by name."""
    if attachment.problem or attachment.namespace is None:
        return False
    return attachment.network in terms.resource_ids or _is_own(attachment.namespace, terms)


def _captured(capture: Capture, terms: NetworkTerms) -> str:
    """Say whose traffic is taken."""
    if capture.namespaces.everyone:
        return f"{capture.what} every namespace"
    return f"{capture.what} a namespace that is not {terms.tenant}'s"


def _confine(capture: Capture) -> str:
    """Say how to take in one's own namespaces alone."""
    if capture.namespaces.everyone:
        return f"confine it to your namespaces by the label {capture.label}"
    return "name only namespaces of your own"


def _foreign(attachment: Attachment, terms: NetworkTerms) -> str:
    """Say whose network it is, as far as a tenant may know."""
    if "/" not in attachment.network:
        return "names a network of the platform"
    return f"is a namespace that is not {terms.tenant}'s, and {attachment.network} a network of it"


def _use_own_network(attachment: Attachment, terms: NetworkTerms) -> str:
    """Say which networks may be named."""
    if attachment.problem:
        return "write name, namespace/name@interface, or a JSON list of objects with a name"
    given = f", or {terms.offered.networks}" if terms.offered.networks else ""
    return f"use a network of your own namespaces{given}, or ask {terms.contact} for this one"
