"""What asks for Windows nodes, and what does not."""

from typing import Any

import pytest

from aup.facts.model import WindowsGround
from support.workloads import read

OS = "kubernetes.io/os"
OLD = "beta.kubernetes.io/os"
BUILD = "node.kubernetes.io/windows-build"
TERMS = (
    "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
)


def required(*terms: list[tuple[str, str, list[str] | None]] | None) -> dict[str, Any]:
    """Return a pod spec that requires one of the terms."""
    written = [
        term and {"matchExpressions": [{"key": k, "operator": o, "values": v} for k, o, v in term]}
        for term in terms
    ]
    rule = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": written}}
    return {"affinity": {"nodeAffinity": rule}}


def asked(spec: dict[str, Any]) -> WindowsGround | None:
    """Return what a pod spec asks for."""
    (workload,) = read(("", "Pod"), {"containers": []} | spec).workloads
    return workload.windows


@pytest.mark.parametrize(
    ("spec", "path", "value"),
    [
        ({"os": {"name": "windows"}}, "spec.os.name", "windows"),
        ({"nodeSelector": {OS: "windows"}}, f'spec.nodeSelector["{OS}"]', "windows"),
        ({"nodeSelector": {OLD: "windows"}}, f'spec.nodeSelector["{OLD}"]', "windows"),
        ({"nodeSelector": {BUILD: "10.0.20348"}}, f'spec.nodeSelector["{BUILD}"]', "10.0.20348"),
        (
            required([(OS, "In", ["windows"])]),
            f"{TERMS}[0].matchExpressions[0].values[0]",
            "windows",
        ),
        (
            required(None, [], [("a", "Exists", None), (OLD, "In", ["linux", "windows"])]),
            f"{TERMS}[2].matchExpressions[1].values[1]",
            "windows",
        ),
        (
            required([(OS, "NotIn", ["linux"])]),
            f"{TERMS}[0].matchExpressions[0].operator",
            "NotIn",
        ),
        (
            required([(BUILD, "In", ["10.0.1"])]),
            f"{TERMS}[0].matchExpressions[0].values[0]",
            "10.0.1",
        ),
        (required([(BUILD, "Exists", [])]), f"{TERMS}[0].matchExpressions[0].operator", "Exists"),
    ],
)
def test_what_asks_for_windows(spec: dict[str, Any], path: str, value: str) -> None:
    assert asked(spec) == WindowsGround(path, value)


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({}, id="nothing-said"),
        pytest.param({"os": {"name": "linux"}, "nodeSelector": {OS: "windows"}}, id="runs-nowhere"),
        pytest.param({"nodeSelector": {OS: "linux"}}, id="linux"),
        pytest.param({"nodeSelector": {OS: "Windows"}}, id="no-such-system"),
        pytest.param({"nodeSelector": {OS: "linux", BUILD: "1"}}, id="linux-of-a-windows-build"),
        pytest.param(
            {"nodeSelector": {OS: "linux"}} | required([(OS, "In", ["linux", "windows"])]),
            id="linux-by-the-selector",
        ),
        pytest.param({"tolerations": [{"key": "os", "value": "windows"}]}, id="toleration"),
        pytest.param(required([(OS, "In", ["linux"])]), id="in-linux"),
        pytest.param(required([(OS, "NotIn", ["windows"])]), id="not-in-windows"),
        pytest.param(required([(OS, "NotIn", ["windows", "linux"])]), id="in-neither"),
        pytest.param(required([(OS, "Exists", None)]), id="any-system"),
        pytest.param(required([(BUILD, "NotIn", ["10.0.1"])]), id="not-of-a-build"),
        pytest.param(
            required([(OS, "In", ["windows", "linux"]), (OS, "In", ["linux"])]), id="both-must-hold"
        ),
        pytest.param(required(None, []), id="empty-terms"),
    ],
)
def test_what_does_not(spec: dict[str, Any]) -> None:
    assert asked(spec) is None
