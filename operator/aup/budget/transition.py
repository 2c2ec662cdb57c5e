"""From the quotas that stand to those that are planned, without exceeding the budget on the way.

What shrinks goes first. A quota counts as shrunk when the API server admits by the smaller value,
which ``status.hard`` shows; only then does anything grow. So the sum over the namespaces never
exceeds the larger of what it was and what is planned, whatever crashes in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from aup.budget.usage import Amounts


@dataclass(frozen=True, slots=True)
class Quota:
    """A ResourceQuota of ours as it stands."""

    spec: Amounts
    """What we asked for."""
    status: Amounts | None = None
    """What admission goes by; ``None`` until the API server has taken note."""

    def holds(self, keys: Amounts) -> bool:
        """Tell whether admission counts under every one of these keys."""
        return self.status is not None and keys.keys() <= self.status.keys()


ABSENT = Quota({})


def step(target: Mapping[str, Amounts], standing: Mapping[str, Quota]) -> Mapping[str, Amounts]:
    """Return what each namespace's quota may say now, on the way to the target.

    Args:
        target: the plan, by namespace.
        standing: the quotas of the same namespaces; one may be missing.

    """
    now: dict[str, dict[str, Decimal]] = {namespace: {} for namespace in target}
    for key in sorted({key for amounts in target.values() for key in amounts}):
        waits = any(
            _admits(standing.get(namespace, ABSENT), key) > amounts[key]
            for namespace, amounts in target.items()
            if key in amounts
        )
        for namespace, amounts in target.items():
            if key not in amounts:
                continue
            spec = standing.get(namespace, ABSENT).spec
            if not waits:
                now[namespace][key] = amounts[key]
            elif key in spec:
                now[namespace][key] = min(spec[key], amounts[key])
    return now


def _admits(quota: Quota, key: str) -> Decimal:
    """Return the most that admission may go by now; zero where no quota of ours counts."""
    status = quota.spec if quota.status is None else quota.status
    return max(quota.spec.get(key, Decimal(0)), status.get(key, Decimal(0)))
