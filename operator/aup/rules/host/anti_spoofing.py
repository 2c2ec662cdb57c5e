"""Host: pods send under their own addresses.

host/anti-spoofing
    Fields read   annotations of pods and pod templates: Calico allowedSourcePrefixes and hwAddr,
                  Cilium disable-source-ip-verification and mac-address, Kube-OVN port_security,
                  layer2_forward and mac_address, hardware addresses that Multus and others are
                  asked for; Cilium's delegate-source-ip-verification of a Namespace; kube-vip's
                  rp_filter of a Service; hardware addresses of virtual machines on a bridge;
                  hardware addresses, promiscuous mode and kernel settings in the configuration of
                  a NetworkAttachmentDefinition
    Allowed       source prefixes that lie wholly in the tenant's own addresses; switches that are
                  off; annotations that `network.allowedAnnotations` lists; on a running pod what
                  the platform wrote there
    Serves        "phishing, spoofing, or forging packet headers" (asergo/1.4)
"""

from collections.abc import Iterator

from aup.facts.model import Exposure, Reach
from aup.policy.terms import NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.network.platform import is_platform
from aup.rules.network.settings import settings


def anti_spoofing(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each setting by which a pod could send under addresses that are not its own."""
    trusted = is_platform(exposure.writer, terms)
    yield from settings(exposure, terms, Reach.SPOOFING, trusted=trusted)


RULE = Rule(
    id="host/anti-spoofing",
    title="Pods send under their own addresses",
    reads=Exposure,
    terms=lambda terms: terms.network,
    check=anti_spoofing,
    blind=(
        "What a program sends through a raw socket, which NET_RAW permits (host/capabilities), "
        "and whether the network drops it; settings of a network that were made outside "
        "Kubernetes."
    ),
)
