"""How often the API server was asked to write, by its own metrics."""

import re
from dataclasses import dataclass
from typing import Final

from support.controlplane import ControlPlane

_WRITING: Final = frozenset({"POST", "PUT", "PATCH", "APPLY", "DELETE"})
_SERIES: Final = re.compile(r"^apiserver_request_total\{(.*)\} (\S+)$", re.MULTILINE)
_LABEL: Final = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Writes:
    """Requests that write, whatever came of them; dry runs are none."""

    ledgers: int
    quotas: int
    """Of the API server itself, which counts there, and of its controller."""

    def __sub__(self, other: "Writes") -> "Writes":
        """Return what came in between."""
        return Writes(self.ledgers - other.ledgers, self.quotas - other.quotas)


def written(cluster: ControlPlane) -> Writes:
    """Return the writes since the API server started."""
    counts = {"budgetledgers": 0, "resourcequotas": 0}
    for labels, count in _SERIES.findall(cluster.get("/metrics").decode()):
        found = dict(_LABEL.findall(labels))
        resource = found["resource"]
        if resource in counts and found["verb"] in _WRITING and not found["dry_run"]:
            counts[resource] += int(float(count))
    return Writes(counts["budgetledgers"], counts["resourcequotas"])
