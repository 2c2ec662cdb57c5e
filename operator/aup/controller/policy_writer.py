"""Writing the one field of a tenant's NetworkPolicy that is ever written."""

from typing import Any

from aup.api.meta import FIELD_MANAGER
from aup.isolation.plan import Change
from aup.kube.client import Cluster
from aup.kube.resource import NETWORK_POLICIES
from aup.kube.wire import Object


async def write_expressions(cluster: Cluster, namespace: str, change: Change) -> Object:
    """Write ``matchExpressions`` to the version of the policy that was looked at.

    Raises ConflictError when it has changed since, and other ApiErrors.
    """
    patch = {"spec": {"podSelector": {"matchExpressions": change.expressions}}}
    return await cluster.merge_patch(
        NETWORK_POLICIES,
        change.policy.name,
        patch,
        namespace=namespace,
        resource_version=change.policy.version,
    )


async def disown(cluster: Cluster, namespace: str, policy: Object) -> None:
    """Give up the ownership of the field that writing it has brought us.

    Otherwise the tenant's next server-side apply of another value would be a conflict with us.
    """
    metadata: dict[str, Any] = policy["metadata"]
    fields = metadata.get("managedFields") or []
    others = [entry for entry in fields if entry.get("manager") != FIELD_MANAGER]
    if len(others) == len(fields):
        return
    # One empty entry is how the API server is told that there is none.
    await cluster.merge_patch(
        NETWORK_POLICIES,
        metadata["name"],
        {"metadata": {"managedFields": others or [{}]}},
        namespace=namespace,
        resource_version=metadata["resourceVersion"],
    )
