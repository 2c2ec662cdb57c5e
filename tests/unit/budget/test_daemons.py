"""On how many nodes a DaemonSet runs."""

import json
from typing import Any

import pytest

from aup.budget.daemons import Node, Taint, places
from aup.budget.wire import UnreadableError

GPU = Taint(key="nvidia.com/gpu", value="present", effect="NoSchedule")
NODES = (
    Node("a", {"disk": "ssd", "size": "8"}),
    Node("b", {"disk": "hdd"}, (Taint(key="node.kubernetes.io/not-ready", effect="NoExecute"),)),
    Node("c", {"disk": "ssd"}, (GPU, Taint(key="old", effect="PreferNoSchedule"))),
)


def asked(*terms: dict[str, Any]) -> dict[str, Any]:
    """Return the node affinity of a pod."""
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    return {"affinity": {"nodeAffinity": required}}


def label(key: str, operator: str, *values: str) -> dict[str, Any]:
    """Return a term about a label."""
    return {"matchExpressions": [{"key": key, "operator": operator, "values": values}]}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, 2),
        ({"nodeName": "b"}, 1),
        ({"nodeName": "z"}, 0),
        ({"nodeSelector": {"disk": "ssd"}}, 1),
        ({"nodeSelector": {"disk": "ssd", "size": "9"}}, 0),
        ({"tolerations": [{"operator": "Exists"}]}, 3),
        ({"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]}, 3),
        ({"tolerations": [{"key": "nvidia.com/gpu", "value": "present"}]}, 3),
        ({"tolerations": [{"key": "nvidia.com/gpu", "value": "absent"}]}, 2),
        ({"tolerations": [{"operator": "Exists", "effect": "NoExecute"}]}, 2),
        ({"tolerations": [{"key": "other", "operator": "Exists"}]}, 2),
        (asked(label("disk", "In", "ssd", "nvme")), 1),
        (asked(label("disk", "NotIn", "ssd")), 1),
        (asked(label("size", "Exists")), 1),
        (asked(label("size", "DoesNotExist")), 1),
        (asked(label("size", "Gt", "7")), 1),
        (asked(label("size", "Gt", "8")), 0),
        (asked(label("size", "Lt", "9")), 1),
        (asked(label("disk", "Lt", "9")), 0),
        (asked(label("size", "Near", "8")), 0),
        (asked(label("disk", "In", "ssd"), label("disk", "In", "hdd")), 2),
        (asked({}), 0),
        (asked(), 0),
        (asked({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]}), 1),
    ],
)
def test_it_runs_where_nodes_and_pods_agree(spec: dict[str, Any], expected: int) -> None:
    """Two of the three nodes take any pod; the condition of a node is tolerated by all."""
    assert places(json.dumps({"spec": spec}).encode(), NODES) == expected


def test_what_is_no_template_is_told() -> None:
    with pytest.raises(UnreadableError):
        places(b'{"spec": []}', NODES)
