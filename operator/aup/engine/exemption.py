"""Written consent: which exemption covers a violation."""

from collections.abc import Iterable

from aup.policy.terms import ExemptionTerm
from aup.rules.base import Violation


def covering(
    exemptions: Iterable[ExemptionTerm], rule: str, violation: Violation, namespace: str
) -> str:
    """Return the name of the first exemption that covers a violation, or an empty string.

    Every limit that an exemption names must hold; a violation without an image is not covered by
    one that is limited to images, nor one without an address or a hostname by one limited to
    targets.
    """
    return next((e.name for e in exemptions if _covers(e, rule, violation, namespace)), "")


def _covers(exemption: ExemptionTerm, rule: str, violation: Violation, namespace: str) -> bool:
    """Tell whether one exemption covers a violation."""
    if rule not in exemption.rules:
        return False
    if exemption.namespaces and namespace not in exemption.namespaces:
        return False
    if exemption.images and not _names(exemption, violation.image):
        return False
    if exemption.targets is None:
        return True
    if violation.address is not None:
        return violation.address in exemption.targets
    return violation.hostname in exemption.hostnames


def _names(exemption: ExemptionTerm, image: str) -> bool:
    """Tell whether an exemption names an image: by its digest, or by its whole repository."""
    return image in exemption.images or image.partition("@")[0] in exemption.images
