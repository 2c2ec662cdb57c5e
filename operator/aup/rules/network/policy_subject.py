"""Network: a policy of the whole cluster decides about the tenant's own pods alone.

network/policy-subject
    Fields read   spec.subject of AdminNetworkPolicy, BaselineAdminNetworkPolicy and
                  ClusterNetworkPolicy (policy.networking.k8s.io, networking.k8s.aws);
                  endpointSelector and nodeSelector in spec and specs of
                  CiliumClusterwideNetworkPolicy; namespaceSelector and selector of Calico's
                  GlobalNetworkPolicy and StagedGlobalNetworkPolicy, in both of its groups;
                  appliedTo of Antrea's ClusterNetworkPolicy and of its rules; selectors, networks
                  and references of Antrea's ClusterGroup; the kinds Tier, GlobalNetworkSet and
                  CiliumCIDRGroup; label projectcalico.org/orchestrator of NetworkSets; tier and
                  actions of policies that are heard before NetworkPolicies
    Allowed       what is confined to own namespaces: by their names, or by the operator's stamp,
                  under a label that no tenant can write. To deny, and to pass on (`Pass`)
    Serves        "no unauthorised access to, or interference with, systems and networks"
                  (asergo/1.2): such a policy closes the pods of others, or opens them

Peers and ports claim nothing. Tiers are the platform's, since policies of everybody stand in their
order; sets of networks are, since policies of others take them in by their labels. What ends the
hearing before NetworkPolicies is refused, since a quarantine isolates by one: its lock holds what
lies in the namespace, and such a policy lies in none.
"""

from collections.abc import Iterator
from typing import Final

from aup.facts.model import Exposure, Reach
from aup.policy.terms import NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.network.captures import captures
from aup.rules.network.platform import is_platform
from aup.rules.network.settings import settings
from aup.rules.paths import unindexed

_ENDS: Final = "is heard before NetworkPolicies and overrides the one that isolates a namespace"


def policy_subject(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each subject of a policy that may be somebody else's pods, or nodes."""
    yield from captures(exposure, terms, Reach.POLICY)
    trusted = is_platform(exposure.writer, terms)
    yield from settings(exposure, terms, Reach.POLICY, trusted=trusted)
    for passage in () if trusted else exposure.passages:
        if passage.final:
            yield Violation(
                path=passage.path,
                value=passage.text,
                detail=_ENDS,
                remedy=f"write Pass, which leaves it to them, or ask {terms.contact}",
                key=(unindexed(passage.path), passage.text, *passage.says),
            )


RULE = Rule(
    id="network/policy-subject",
    title="A network policy of the whole cluster is about own namespaces alone",
    reads=Exposure,
    terms=lambda terms: terms.network,
    check=policy_subject,
    blind=(
        "Deletions, and updates that leave only own namespaces: whose objects a tenant may change "
        "is for rights to say. What a policy passes on past further policies of the provider's "
        "(`Pass`), but for mail (mail/direct-smtp). What Cilium's policies, and Calico's in the "
        "tier of NetworkPolicies, allow beside them: their namespaced kinds do the same. "
        "Calico's kinds of projectcalico.org where "
        "its own API server stores them without asking webhooks; what it then writes as "
        "crd.projectcalico.org is the platform's word. Without a cluster, namespaces whose owner "
        "is not known are not judged."
    ),
)
