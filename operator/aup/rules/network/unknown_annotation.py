"""Network: an annotation that looks like a load balancer's is known before it is used.

network/unknown-annotation
    Fields read   keys of annotations of Service, Ingress, Gateway and Gateway spec.infrastructure
    Allowed       keys that a table knows, and that another rule reads where they claim anything;
                  keys that speak of health checks, timeouts, protocols, certificates and the like;
                  what `network.allowedAnnotations` lists; all where
                  `network.unknownLoadBalancerAnnotations` is Allow
    Serves        "only use IP addresses assigned by the provider" (asergo/6.2): a controller that
                  nobody here knows may read an address out of it
"""

from collections.abc import Iterator

from aup.api.sections.choice import Unrecognised
from aup.facts.model import Exposure
from aup.policy.terms import NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.network.known import is_listed


def unknown_annotation(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each annotation that may ask for an address in words that nobody knows."""
    if terms.unknown_annotations is Unrecognised.ALLOW:
        return
    for annotation in exposure.unknown_annotations:
        if not is_listed(annotation.key, terms):
            yield Violation(
                path=annotation.path,
                value=annotation.text,
                detail="may ask a load balancer for an address, in words that no rule knows",
                remedy=(
                    f"leave it out, or ask {terms.contact} to list {annotation.key} among "
                    "network.allowedAnnotations"
                ),
                key=(annotation.key, annotation.text),
                warn=terms.unknown_annotations is Unrecognised.WARN,
            )


RULE = Rule(
    id="network/unknown-annotation",
    title="Annotations of load balancers are known",
    reads=Exposure,
    terms=lambda terms: terms.network,
    check=unknown_annotation,
    blind="Keys of controllers that do not sound like load balancers; what the value says.",
)
