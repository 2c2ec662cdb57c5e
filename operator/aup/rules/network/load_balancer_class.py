"""Network: load balancers are of the classes that the provider offers.

network/load-balancer-class
    Fields read   Service spec.loadBalancerClass; the class of OpenStack's load balancers, which is
                  an annotation
    Allowed       `Tenant.loadBalancerClasses` and the policy's `network.loadBalancerClasses`; no
                  class at all, which is the cluster's default
    Serves        "only use IP addresses assigned by the provider" (asergo/6.2): a class chooses the
                  controller that gives the address
"""

from collections.abc import Iterator

from aup.facts.model import Exposure, Topic
from aup.policy.terms import NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.paths import unindexed


def load_balancer_class(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each class that is named and not offered to the tenant."""
    for claim in exposure.names:
        if claim.topic is Topic.CLASS and (claim.problem or claim.text not in terms.classes):
            yield Violation(
                path=claim.path,
                value=claim.text,
                detail=claim.problem or f"is a class that is not open to {terms.tenant}",
                remedy=_use_offered_class(terms),
                key=(unindexed(claim.path), claim.text),
            )


def _use_offered_class(terms: NetworkTerms) -> str:
    """Say which classes may be named."""
    offered = f", use {terms.offered.classes}" if terms.classes else ""
    return f"leave it out{offered}, or ask {terms.contact} for this class"


RULE = Rule(
    id="network/load-balancer-class",
    title="Load balancers are of a class that the provider offers",
    reads=Exposure,
    terms=lambda terms: terms.network,
    check=load_balancer_class,
    blind=(
        "Classes of Gateways and Ingresses; annotations with which controllers are chosen in "
        "older clusters; which controller stands behind a class."
    ),
)
