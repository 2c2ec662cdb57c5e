"""The metrics, from ``aup.metrics``."""

from collections.abc import Iterator
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

from aup import metrics
from docgen.markdown import code, page, table


def pages(_root: Path) -> dict[str, str]:
    """Return the page of the metrics."""
    rows = [
        (code(name), kind, ", ".join(code(label) for label in labels), text)
        for name, kind, labels, text in declared()
    ]
    return {
        "metrics.md": page(
            "Metrics",
            "Both roles answer `/metrics` on the health port. Label values come from closed sets; "
            "what concerns one namespace stands in its TenantReport.",
            table(["Metric", "Type", "Labels", "Meaning"], rows),
            "Beside these, the Python client's own `process_*` and `python_*` metrics tell memory, "
            "CPU and garbage collection.",
        )
    }


def declared() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Yield name, type, labels and help of each metric in the order of the module."""
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            described = next(iter(metric.describe()))
            name = described.name + ("_total" if described.type == "counter" else "")
            # The library keeps the labels of a metric without samples nowhere public.
            labels = tuple(metric._labelnames)  # noqa: SLF001
            yield name, described.type, labels, described.documentation
