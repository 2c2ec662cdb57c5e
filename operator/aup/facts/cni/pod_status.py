"""The status of a Pod: which address it has and where it runs, as its node found."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from aup.facts.claims import Leaf, also, each, is_absent
from aup.facts.json_value import text_of
from aup.facts.model import ClaimSource, Facts, PlatformSetting, Reach
from aup.facts.wire import workload as wire

_POD: Final = "says where the pod is reached, which only its node knows"
_HOST: Final = "says on which node the pod runs, which only the node knows"


def with_status(facts: Facts, status: wire.PodStatus) -> Facts:
    """Add to the facts of a Pod that it has an address, and what a write of the status says."""
    running = not is_absent(status.pod_ip) or bool(status.pod_ips)
    workloads = tuple(replace(workload, running=running) for workload in facts.workloads)
    facts = replace(facts, workloads=workloads) if running else facts
    if facts.subject.subresource != "status":
        return facts  # dropped by the API server
    return also(
        facts,
        _report(status.pod_ip, "status.podIP", _POD),
        _reports(status.pod_ips, "status.podIPs", _POD),
        _report(status.host_ip, "status.hostIP", _HOST),
        _reports(status.host_ips, "status.hostIPs", _HOST),
    )


def _reports(
    addresses: Iterable[wire.PodAddress | None] | None, path: str, detail: str
) -> Iterator[Leaf]:
    """Yield each address of a list."""
    for index, address in each(addresses, wire.PodAddress()):
        yield from _report(address.ip, f"{path}[{index}].ip", detail)


def _report(value: object, path: str, detail: str) -> Iterator[Leaf]:
    """Yield an address that a status names."""
    if not is_absent(value):
        yield PlatformSetting(text_of(value), path, ClaimSource.STATUS, Reach.REPORT, detail)
