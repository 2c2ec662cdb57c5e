"""What each role of the operator may ask of the API server: the table behind the chart's RBAC.

A role that gains a call gains a row here; a test compares the rows with the rendered ClusterRoles
and with the calls that the roles really made, both ways.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from aup.kube import resource as kinds
from aup.kube.resource import Resource

Role = Literal["admission", "controller"]


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """One request as RBAC sees it."""

    verb: str
    group: str
    resource: str
    """Plural, lower case."""
    subresource: str = ""
    namespace: str = ""
    """Empty for cluster-scoped resources and for lists over all namespaces."""
    name: str = ""
    """Empty for collections and for create, where RBAC does not look at names."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Verbs on one resource that a role needs, and why."""

    resource: Resource
    verbs: tuple[str, ...]
    why: str
    subresource: str = ""
    names: tuple[str, ...] = ()
    """Only these objects; ``{fullname}`` stands for the name of the release. Empty: any."""
    own_namespace: bool = False
    """Only in the operator's namespace (a Role, not a ClusterRole)."""

    def covers(self, call: Call, *, operator_namespace: str, fullname: str) -> bool:
        """Tell whether this grant lets the call through."""
        names = {name.format(fullname=fullname) for name in self.names}
        return (
            call.verb in self.verbs
            and (call.group, call.resource, call.subresource)
            == (self.resource.group, self.resource.plural, self.subresource)
            and (not self.own_namespace or call.namespace == operator_namespace)
            and (not names or call.name in names)
        )


_READ = ("get", "list", "watch")
_EVENTS = Grant(kinds.EVENTS, ("create", "patch"), "tell in plain words what happened")


def _each(
    resources: Iterable[Resource], verbs: tuple[str, ...], why: str, subresource: str = ""
) -> Iterator[Grant]:
    return (Grant(resource, verbs, why, subresource) for resource in resources)


GRANTS: dict[Role, tuple[Grant, ...]] = {
    "admission": (
        *_each(
            (
                kinds.ACCEPTABLE_USE_POLICIES,
                kinds.TENANTS,
                kinds.ADDRESS_ASSIGNMENTS,
                kinds.SOFTWARE_CATALOGS,
                kinds.LICENSE_ENTITLEMENTS,
                kinds.EXEMPTIONS,
            ),
            _READ,
            "compile the terms of each tenant",
        ),
        Grant(kinds.NAMESPACES, _READ, "know the tenant of a namespace from its stamps"),
        Grant(kinds.NODES, ("list", "watch"), "resolve node selection to places"),
    ),
    "controller": (
        Grant(
            kinds.LEASES,
            ("get", "patch"),
            "lead",
            names=("{fullname}-controller",),
            own_namespace=True,
        ),
        Grant(kinds.LEASES, ("create",), "lead for the first time", own_namespace=True),
        _EVENTS,
    ),
}
"""What the roles need; the parts that make the calls add their rows."""


def uncovered(
    calls: Iterable[Call], role: Role, *, operator_namespace: str, fullname: str
) -> list[Call]:
    """Return the calls that no grant of the role lets through, sorted."""
    grants = GRANTS[role]
    return sorted(
        call
        for call in set(calls)
        if not any(
            grant.covers(call, operator_namespace=operator_namespace, fullname=fullname)
            for grant in grants
        )
    )


def unused(
    calls: Iterable[Call], role: Role, *, operator_namespace: str, fullname: str
) -> list[tuple[Grant, str]]:
    """Return each grant with a verb that none of the calls needed."""
    made = set(calls)
    return [
        (grant, verb)
        for grant in GRANTS[role]
        for verb in grant.verbs
        if not any(
            call.verb == verb
            and grant.covers(call, operator_namespace=operator_namespace, fullname=fullname)
            for call in made
        )
    ]
