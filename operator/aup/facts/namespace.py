"""Other namespaces that an object speaks of: by name, or by a selector over their labels.

A selector is confined where it demands a label that tenants cannot write: the name of the
namespace, which the API server sets, or the tenant, which the operator stamps. Any other selector
may hold any namespace, now or later.
"""

from collections.abc import Iterator
from typing import Final

from aup.facts.json_value import text_of
from aup.facts.model import NamespaceReference, Surroundings, Writer

NAME_LABEL: Final = "kubernetes.io/metadata.name"
"""Set by the API server on every Namespace."""
TENANT_LABEL: Final = "aup.asergo.com/tenant"
"""Stamped by the operator; nobody else may write it."""
_ACCOUNT: Final = "system:serviceaccount:"


def named_namespace(
    namespace: str, text: str, path: str, surroundings: Surroundings
) -> NamespaceReference:
    """Return a namespace by its name, with whose it is; without a name it is the platform's.

    Off the cluster a namespace is still known to be a tenant's where that tenant names it.
    """
    owner = surroundings.tenant_of(namespace) if namespace else None
    known = surroundings.pods_known or owner is not None
    return NamespaceReference(text, path, owner, known or not namespace)


def account_namespace(writer: Writer | None) -> str:
    """Return the namespace of the ServiceAccount that writes; empty where none does."""
    if writer is None or not writer.username.startswith(_ACCOUNT):
        return ""
    return writer.username.removeprefix(_ACCOUNT).partition(":")[0]


def is_nobodys_account(writer: Writer | None, surroundings: Surroundings) -> bool:
    """Tell whether a request is sent by a ServiceAccount of a namespace that is no tenant's."""
    namespace = account_namespace(writer) if surroundings.pods_known else ""
    return bool(namespace) and surroundings.tenant_of(namespace) is None


def every_namespace(text: str, path: str) -> NamespaceReference:
    """Return the reference of what may hold any namespace."""
    return NamespaceReference(text, path, everyone=True)


def selected_namespaces(
    selector: object,
    path: str,
    surroundings: Surroundings,
    name_labels: tuple[str, ...] = (NAME_LABEL,),
    tenant_labels: tuple[str, ...] = (TENANT_LABEL,),
) -> Iterator[NamespaceReference]:
    """Yield the namespaces that a label selector is confined to; every one when it is not.

    Args:
        selector: ``matchLabels`` and ``matchExpressions``, decoded.
        path: where it stands.
        surroundings: whose namespaces are whose.
        name_labels: labels under which the name of a namespace is found.
        tenant_labels: those under which the operator's stamp is.

    """
    demanded = list(_demanded(selector, path))
    for label in name_labels:
        if found := [(at, value) for key, at, value in demanded if key == label]:
            for at, value in found:
                yield named_namespace(value, value, at, surroundings)
            return
    if owners := [(at, value) for key, at, value in demanded if key in tenant_labels]:
        for at, value in owners:
            yield NamespaceReference(value, at, owner=value)
        return
    yield every_namespace(text_of(selector), path)


def _demanded(selector: object, path: str) -> Iterator[tuple[str, str, str]]:
    """Yield label, path and value of each value that a selector demands of a label."""
    if not isinstance(selector, dict):
        return
    labels = selector.get("matchLabels")
    for key, value in labels.items() if isinstance(labels, dict) else ():
        if isinstance(value, str):
            yield key, f'{path}.matchLabels["{key}"]', value
    expressions = selector.get("matchExpressions")
    for i, expression in enumerate(expressions if isinstance(expressions, list) else ()):
        match expression:
            case {"key": str(key), "operator": "In", "values": list(values)}:
                for j, value in enumerate(values):
                    if isinstance(value, str):
                        yield key, f"{path}.matchExpressions[{i}].values[{j}]", value
            case _:
                continue
