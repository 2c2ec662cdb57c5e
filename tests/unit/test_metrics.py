"""Metrics: named as Prometheus asks, with labels from closed sets."""

import re
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from aup import __version__, metrics

DECLARED = {
    name: metric for name, metric in vars(metrics).items() if isinstance(metric, MetricWrapperBase)
}
CLOSED = {
    "kind", "decision", "reason", "rule", "enforcement", "phase", "reconciler", "result",
    "resource", "version", "measure",
}  # fmt: skip
"""Labels whose values are few and known; a name of a namespace, tenant or object is none."""


@pytest.mark.parametrize("metric", DECLARED.values(), ids=DECLARED)
def test_a_metric_is_named_described_and_bounded(metric: MetricWrapperBase) -> None:
    (described,) = metric.describe()
    assert re.fullmatch(r"aup_[a-z0-9_]+", described.name)
    assert described.documentation.endswith(".")
    assert set(metric._labelnames) <= CLOSED
    if described.type == "histogram":
        assert described.name.endswith("_seconds")


def test_every_metric_is_in_our_registry() -> None:
    """What is declared is what ``/metrics`` answers, and nothing is declared twice."""
    names = [next(iter(metric.describe())).name for metric in DECLARED.values()]
    assert sorted(names) == sorted(family.name for family in metrics.REGISTRY.collect())


@pytest.mark.parametrize("name", DECLARED)
def test_a_metric_is_told_by_somebody(name: str) -> None:
    """One that nothing sets would be documented, alerted on, and silent."""
    sources = [path.read_text() for path in Path(metrics.__file__).parent.rglob("*.py")]
    told = re.compile(rf"(?:^|metrics\.){name}\.", re.MULTILINE)
    assert any(told.search(source) for source in sources)


def test_the_exposition_can_be_parsed_and_tells_version_and_memory() -> None:
    text = metrics.exposition().decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    (info,) = families["aup_build_info"].samples
    assert info.labels == {"version": __version__}
    assert info.value == 1
    assert "process_resident_memory_bytes" in families
    assert len(re.findall(r"^# TYPE ", text, re.MULTILINE)) == len(
        set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    )
