"""Namespaces of the node: each that a pod would share is told by itself."""

import pytest

from aup.rules.base import Violation
from aup.rules.host.namespaces import namespaces
from support.neutral import TERMS
from support.workloads import workload


def test_each_namespace_of_the_node_is_told_by_itself() -> None:
    shared = workload(path="spec.template.spec", host_network=True, host_pid=True, host_ipc=True)
    assert list(namespaces(shared, TERMS.host)) == [
        Violation(
            path=f"spec.template.spec.{name}",
            value="true",
            detail=f"opens {what} to the pod",
            remedy="leave it out or set it to false",
            key=(name,),
        )
        for name, what in (
            ("hostNetwork", "the node's network and addresses"),
            ("hostPID", "the processes of everybody on the node"),
            ("hostIPC", "the shared memory of everybody on the node"),
        )
    ]


@pytest.mark.parametrize("host_users", [None, True, False])
def test_users_of_the_node_are_the_default_and_no_breach(host_users: bool | None) -> None:
    assert not list(namespaces(workload("nginx", host_users=host_users), TERMS.host))
