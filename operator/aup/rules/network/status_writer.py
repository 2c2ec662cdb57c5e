"""Network: what a status says of addresses is written by the platform.

network/status-writer
    Fields read   Pod status.podIP, status.podIPs, status.hostIP, status.hostIPs; ResourceClaim
                  status.devices[].networkData; IPAMClaim status.ips; by requests to the subresource
                  status
    Allowed       kubelets, the control plane, ServiceAccounts of platform namespaces and the
                  policy's platformControllers: any; of IPAMClaims also ServiceAccounts of any
                  namespace that is no tenant's; others: what stands there already
    Serves        "only use IP addresses assigned by the provider" (asergo/6.2): endpoints,
                  network policies and proxies believe these fields

Addresses that load balancers answer under are claims, which the tenant may write of its own ones:
network/assigned-address judges them.
"""

from collections.abc import Iterator

from aup.facts.model import Exposure, Reach
from aup.policy.terms import NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.network.platform import is_judged, is_platform
from aup.rules.paths import unindexed


def status_writer(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each word of a status that only the platform can know, and that it does not write."""
    trusted = is_platform(exposure.writer, terms)
    for report in exposure.settings:
        if report.reach is Reach.REPORT and is_judged(report.source, exposure, trusted=trusted):
            yield Violation(
                path=report.path,
                value=report.text,
                detail=report.detail,
                remedy=f"leave it to the platform, or ask {terms.contact} to trust this writer",
                key=(unindexed(report.path), report.text),
                change=True,
            )


RULE = Rule(
    id="network/status-writer",
    title="What a status says of addresses is written by the platform",
    reads=Exposure,
    terms=lambda terms: terms.network,
    check=status_writer,
    blind=(
        "Statuses of Nodes and of other cluster-scoped kinds, which tenants cannot write without "
        "rights on nodes; statuses of kinds that the webhook is not sent. A writer that the "
        "provider trusts is believed whatever it writes. What stood in a status before the "
        "operator came is not found again."
    ),
)
