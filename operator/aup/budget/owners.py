"""Whose an object is: the controller at the end of its chain of owners, as far as it tells."""

from aup.budget.wire import Owned


def owner_of(metadata: Owned | None) -> str:
    """Return kind and name of the controller, such as ``Deployment/web``; empty without one.

    A Deployment names each ReplicaSet after itself and the template, which it writes on the pods.
    """
    if metadata is None:
        return ""
    template = metadata.labels.template if metadata.labels else None
    for found in metadata.owner_references or ():
        if found is None or not found.controller or not found.kind or not found.name:
            continue
        if found.kind == "ReplicaSet" and template and found.name.endswith(f"-{template}"):
            return f"Deployment/{found.name.removesuffix(f'-{template}')}"
        return f"{found.kind}/{found.name}"
    return ""
