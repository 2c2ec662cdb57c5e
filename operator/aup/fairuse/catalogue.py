"""What is measured, and how: each measure's PromQL, what contention means for it, its defaults.

Every query is written for what a kubelet, its cAdvisor, node_exporter and the API server export by
themselves. ``$W`` stands for the window of a rate, ``$M`` for matchers of the installation (which
cluster's numbers are ours), ``$C`` for how full something must be to count as contended.
"""

import re
from dataclasses import dataclass
from string import Template
from typing import Final

from aup.api.sections.fair_use import Measure

_SELECTOR: Final = re.compile(r"[a-z_]+\{[^}]*\}")
WITNESS_WINDOWS: Final = 4
"""So many windows back a target that answered is missed; then it has gone for good."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose numbers, and over how long a time."""

    window: float = 300.0
    """Seconds of a rate. Readings further apart than this have no sample in common."""
    matchers: str = ""
    """Of every selector, for example ``cluster="eu-1"``."""

    def render(self, template: str, contention: float = 1.0) -> str:
        """Fill in a template of the catalogue."""
        return Template(template).substitute(
            W=duration(self.window),
            L=duration(self.window * WITNESS_WINDOWS),
            M=self.matchers,
            C=f"{contention:g}",
        )


def duration(seconds: float) -> str:
    """Return seconds as Prometheus writes them."""
    if seconds % 60 == 0:
        return f"{seconds / 60:.0f}m"
    return f"{seconds:.0f}s" if seconds % 1 == 0 else f"{seconds * 1000:.0f}ms"


@dataclass(frozen=True, slots=True)
class Query:
    """One measure of the catalogue."""

    measure: Measure
    title: str
    unit: str
    record: str
    """Name of the recording rule of use by namespace; its middle says what it counts."""
    use: str
    """By namespace, in `unit`."""
    share: str
    """By namespace, from 0 to 1: of what is contended where that can be told, else of all use."""
    contention: str | None
    """One number from 0 to 1; None: nothing that is exported everywhere tells it."""
    contention_means: str
    witnesses: tuple[str, ...]
    """Metrics that each of the targets exports: a target that had one and is not scraped now is a
    gap in the data."""
    share_percent: int
    floor: str
    """A quantity."""
    contention_percent: int
    note: str = ""

    def health(self) -> str:
        """Return the query of the age of the oldest scrape; infinite where a target is down."""
        names = "|".join(self.witnesses)
        return (
            "max((1 + time() - timestamp(up{$M})) / up{$M} and on (job, instance) "
            f'count by (job, instance) (last_over_time({{__name__=~"{names}",$M}}[$L])))'
        )

    def jobs(self) -> str:
        """Return the query of whose targets export the numbers that are summed, by job."""
        return f"count by (job) ({' or '.join(_SELECTOR.findall(self.use))})"


_CONTAINER: Final = 'container!="",image!="",$M'
_POD_NETWORK: Final = 'pod!="",interface=~"eth[0-9]+|net[0-9]+",$M'
"""Interfaces of pods; not those of the node, which cAdvisor tells for pods in its network."""
_CPU: Final = f"rate(container_cpu_usage_seconds_total{{{_CONTAINER}}}[$W])"
_MEMORY: Final = f"container_memory_working_set_bytes{{{_CONTAINER}}}"
_DISK: Final = (
    'mountpoint=~"/|/var|/var/lib|/var/lib/(kubelet|containerd|containers|docker)",'
    'fstype!~"tmpfs|ramfs|overlay|squashfs",$M'
)
_SEATS: Final = 'priority_level!="exempt",$M'


def _by_namespace(vector: str) -> str:
    return f"sum by (namespace) ({vector})"


def _busy(vector: str, capacity: str) -> str:
    """How full each node is, by what its containers use: both from one and the same target."""
    return f"(sum by (instance) ({vector}) / on (instance) max by (instance) ({capacity}{{$M}}))"


def _of_contended(vector: str, capacity: str) -> str:
    """Return the share of the capacity of the nodes that are contended.

    Nodes that are not count as zero instead of being left out, so that a series that is missing
    always means that nothing is known.
    """
    contended = f"({_busy(vector, capacity)} >= bool $C)"
    return (
        f"sum by (namespace) (sum by (namespace, instance) ({vector})"
        f" * on (instance) group_left () {contended})"
        f" / scalar(sum(max by (instance) ({capacity}{{$M}}) * on (instance) {contended}))"
    )


def _of_all(by_namespace: str) -> str:
    return f"{by_namespace} / scalar(sum({by_namespace}))"


_EGRESS: Final = _by_namespace(
    f"rate(container_network_transmit_bytes_total{{{_POD_NETWORK}}}[$W])"
)
_PACKETS: Final = _by_namespace(
    f"rate(container_network_transmit_packets_total{{{_POD_NETWORK}}}[$W])"
)
_STORAGE: Final = _by_namespace(
    "max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_used_bytes{$M})"
)
_EPHEMERAL: Final = _by_namespace(f"container_fs_usage_bytes{{{_CONTAINER}}}")
_API: Final = _by_namespace('rate(namespace_api_requests_total{namespace!="",$M}[$W])')

CATALOGUE: Final = (
    Query(
        measure=Measure.CPU,
        title="CPU time",
        unit="cores",
        record="namespace:aup_fair_use_cpu:cores",
        use=_by_namespace(_CPU),
        share=_of_contended(_CPU, "machine_cpu_cores"),
        contention=f"max({_busy(_CPU, 'machine_cpu_cores')})",
        contention_means="CPU time that containers use on the busiest node, of its cores",
        witnesses=("machine_cpu_cores",),
        share_percent=25,
        floor="4",
        contention_percent=85,
    ),
    Query(
        measure=Measure.MEMORY,
        title="Memory",
        unit="bytes",
        record="namespace:aup_fair_use_memory:bytes",
        use=_by_namespace(_MEMORY),
        share=_of_contended(_MEMORY, "machine_memory_bytes"),
        contention=f"max({_busy(_MEMORY, 'machine_memory_bytes')})",
        contention_means="working sets of the containers on the fullest node, of its memory",
        witnesses=("machine_memory_bytes",),
        share_percent=25,
        floor="16Gi",
        contention_percent=90,
    ),
    Query(
        measure=Measure.EGRESS_BYTES,
        title="Egress",
        unit="bytes per second",
        record="namespace:aup_fair_use_egress:bytes_per_second",
        use=_EGRESS,
        share=_of_all(_EGRESS),
        contention=(
            'max(rate(node_network_transmit_bytes_total{device!="lo",$M}[$W])'
            ' / (node_network_speed_bytes{device!="lo",$M} > 0))'
        ),
        contention_means="what the busiest network interface of a node sends, of its speed",
        witnesses=("machine_cpu_cores", "node_network_speed_bytes"),
        share_percent=25,
        floor="25M",
        contention_percent=85,
        note="Virtual machines often do not know the speed of their interface: give a query of "
        "your own then. Pods in the network of their node are not seen.",
    ),
    Query(
        measure=Measure.EGRESS_PACKETS,
        title="Packets sent",
        unit="packets per second",
        record="namespace:aup_fair_use_egress:packets_per_second",
        use=_PACKETS,
        share=_of_all(_PACKETS),
        contention="max(node_nf_conntrack_entries{$M} / node_nf_conntrack_entries_limit{$M})",
        contention_means="the fullest table of connections of a node",
        witnesses=("machine_cpu_cores", "node_nf_conntrack_entries"),
        share_percent=25,
        floor="20k",
        contention_percent=85,
    ),
    Query(
        measure=Measure.STORAGE,
        title="Volumes",
        unit="bytes",
        record="namespace:aup_fair_use_storage:bytes",
        use=_STORAGE,
        share=_of_all(_STORAGE),
        contention=None,
        contention_means="nothing that a kubelet knows: how full your storage is, your storage "
        "tells. Without a query of yours it is recorded, and never reported",
        witnesses=("kubelet_volume_stats_used_bytes",),
        share_percent=25,
        floor="1Ti",
        contention_percent=85,
    ),
    Query(
        measure=Measure.EPHEMERAL_STORAGE,
        title="Files in containers",
        unit="bytes",
        record="namespace:aup_fair_use_ephemeral_storage:bytes",
        use=_EPHEMERAL,
        share=_of_all(_EPHEMERAL),
        contention=(
            f"max(1 - node_filesystem_avail_bytes{{{_DISK}}}"
            f" / node_filesystem_size_bytes{{{_DISK}}})"
        ),
        contention_means="the fullest file system of a node on which containers write",
        witnesses=("machine_cpu_cores", "node_filesystem_size_bytes"),
        share_percent=25,
        floor="100Gi",
        contention_percent=85,
    ),
    Query(
        measure=Measure.API_REQUESTS,
        title="Requests to the API server",
        unit="requests per second",
        record="namespace:aup_fair_use_api:requests_per_second",
        use=_API,
        share=_of_all(_API),
        contention=(
            "max(sum by (instance, priority_level)"
            f" (apiserver_flowcontrol_current_executing_seats{{{_SEATS}}})"
            " / sum by (instance, priority_level)"
            f" (apiserver_flowcontrol_nominal_limit_seats{{{_SEATS}}}))"
        ),
        contention_means="seats of the API server's fullest priority level that are taken",
        witnesses=("namespace_api_requests_total", "apiserver_flowcontrol_nominal_limit_seats"),
        share_percent=25,
        floor="50",
        contention_percent=85,
        note="The API server does not count by namespace. The counter "
        "`namespace_api_requests_total{namespace}` has to be made from its audit log.",
    ),
)
"""Every measure, in the order of `Measure`."""
