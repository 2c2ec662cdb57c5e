"""Whose an object is that lies in no namespace: its writer tells (pure).

A ServiceAccount belongs to the tenant of its namespace, a person to the tenants that name one of
the person's groups. Nobody else's objects are judged.
"""

from collections.abc import Callable, Iterable
from typing import Final

from aup.facts.model import Writer

_ACCOUNT: Final = "system:serviceaccount:"


def owners(
    writer: Writer,
    tenant_of: Callable[[str], str | None],
    tenants_of: Callable[[Iterable[str]], tuple[str, ...]],
) -> tuple[str, ...]:
    """Return the tenants whose object this is; empty: it is nobody's.

    Args:
        writer: who writes it.
        tenant_of: the tenant of a namespace.
        tenants_of: the tenants that name one of these groups.

    """
    if writer.username.startswith(_ACCOUNT):
        namespace = writer.username.removeprefix(_ACCOUNT).partition(":")[0]
        tenant = tenant_of(namespace)
        return (tenant,) if tenant else ()
    return tenants_of(writer.groups)
