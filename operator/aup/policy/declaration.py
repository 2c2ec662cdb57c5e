"""What tenants declare about workloads by labels and annotations, in one spelling.

The label keys are part of the product's interface; values are words such as ``life-support``.
"""

from typing import Final

WORKLOAD_CLASS: Final = "aup.asergo.com/workload-class"
END_USE: Final = "aup.asergo.com/end-use"
HIGH_RISK_USE: Final = "aup.asergo.com/high-risk-use"
LICENSE: Final = "aup.asergo.com/license"
"""Annotation: the SPDX expression of what nobody else knows the licence of. Followed by a dot and
the name of a container: of that container's image."""


def canonical_use(text: str) -> str:
    """Return a declared word as it is compared: ``Life_Support`` is ``life-support``."""
    return text.strip().casefold().replace("_", "-").replace(".", "-").replace(" ", "-")
