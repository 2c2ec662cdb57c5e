"""Every measure of fair use as an exporter tells it: what tenants use, and how full things are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aup.api.sections.fair_use import Measure
from support.prometheus import Exporter

HEAVY: Final = 4.0
"""What a tenant uses that uses too much, in the scale of the measure: 44 % of all there is."""
LITTLE: Final = 0.5
_CONTAINER: Final = 'pod="web",container="web",image="registry.example/web"'
_POD: Final = 'pod="web",interface="eth0"'
_DISK: Final = 'mountpoint="/",fstype="ext4",device="/dev/vda1"'
_LEVEL: Final = 'priority_level="workload-low"'


@dataclass(frozen=True, slots=True)
class Drive:
    """How a test drives one measure."""

    job: str
    """Of the targets that export what is used."""
    series: str
    """What a namespace uses: name and labels, without the namespace."""
    scale: float
    """Of `HEAVY` and `LITTLE`, in the unit of the measure."""
    grows: bool
    """Whether a counter grows at that rate, or a number stands there."""
    taken: Mapping[str, float]
    """Series to value of what is taken, beside what is used; counters grow at this rate."""
    capacity: Mapping[str, float]
    """Series to value of what there is while others run short; ten times that while not."""
    query: str = ""
    """Of contention, where the catalogue has none."""

    @property
    def floor(self) -> float:
        """From how much on use can be too much, as these tests' policy says."""
        return HEAVY * self.scale / 2

    def use(self, exporter: Exporter, namespace: str, amount: float) -> None:
        """Have a namespace use so much."""
        name, _, labels = self.series.partition("{")
        series = f'{name}{{namespace="{namespace}",{labels}'
        _tell(exporter, series, amount * self.scale, grows=self.grows)

    def room(self, exporter: Exporter, *, plenty: bool) -> None:
        """Have what is shared be full, or have room."""
        for series, value in self.taken.items():
            _tell(exporter, series, value, grows="_total{" in series)
        for series, value in self.capacity.items():
            exporter.set(series, value * (10 if plenty else 1))


def _tell(exporter: Exporter, series: str, value: float, *, grows: bool) -> None:
    if grows:
        exporter.grow(series, value)
    else:
        exporter.set(series, value)


DRIVES: Final[Mapping[Measure, Drive]] = {
    Measure.CPU: Drive(
        job="kubelet",
        series=f"container_cpu_usage_seconds_total{{{_CONTAINER}}}",
        scale=1,
        grows=True,
        taken={},
        capacity={"machine_cpu_cores": 9},
    ),
    Measure.MEMORY: Drive(
        job="kubelet",
        series=f"container_memory_working_set_bytes{{{_CONTAINER}}}",
        scale=2**30,
        grows=False,
        taken={},
        capacity={"machine_memory_bytes": 9 * 2**30},
    ),
    Measure.EGRESS_BYTES: Drive(
        job="kubelet",
        series=f"container_network_transmit_bytes_total{{{_POD}}}",
        scale=1e6,
        grows=True,
        taken={'node_network_transmit_bytes_total{device="eth0"}': 9e6},
        capacity={'node_network_speed_bytes{device="eth0"}': 1e7},
    ),
    Measure.EGRESS_PACKETS: Drive(
        job="kubelet",
        series=f"container_network_transmit_packets_total{{{_POD}}}",
        scale=1000,
        grows=True,
        taken={"node_nf_conntrack_entries": 900},
        capacity={"node_nf_conntrack_entries_limit": 1000},
    ),
    Measure.STORAGE: Drive(
        job="kubelet",
        series='kubelet_volume_stats_used_bytes{persistentvolumeclaim="data"}',
        scale=1e9,
        grows=False,
        taken={"ceph_cluster_total_used_bytes": 9e9},
        capacity={"ceph_cluster_total_bytes": 1e10},
        query="max(ceph_cluster_total_used_bytes / ceph_cluster_total_bytes)",
    ),
    Measure.EPHEMERAL_STORAGE: Drive(
        job="kubelet",
        series=f"container_fs_usage_bytes{{{_CONTAINER}}}",
        scale=1e9,
        grows=False,
        taken={f"node_filesystem_size_bytes{{{_DISK}}}": 1e10},
        capacity={f"node_filesystem_avail_bytes{{{_DISK}}}": 9e8},
    ),
    Measure.API_REQUESTS: Drive(
        job="audit",
        series='namespace_api_requests_total{source="audit"}',
        scale=10,
        grows=True,
        taken={f"apiserver_flowcontrol_current_executing_seats{{{_LEVEL}}}": 9},
        capacity={f"apiserver_flowcontrol_nominal_limit_seats{{{_LEVEL}}}": 10},
    ),
}
"""By measure."""
