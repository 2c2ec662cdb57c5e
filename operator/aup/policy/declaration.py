"""What tenants declare about workloads by labels, in one spelling.

The label keys are part of the product's interface; values are words such as ``life-support``.
"""

from typing import Final

WORKLOAD_CLASS: Final = "aup.asergo.com/workload-class"
END_USE: Final = "aup.asergo.com/end-use"
HIGH_RISK_USE: Final = "aup.asergo.com/high-risk-use"


def canonical_use(text: str) -> str:
    """Return a declared word as it is compared: ``Life_Support`` is ``life-support``."""
    return text.strip().casefold().replace("_", "-").replace(".", "-").replace(" ", "-")
