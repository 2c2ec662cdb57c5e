"""What each role of the operator may ask of the API server: the table behind the chart's RBAC.

A role that gains a call gains a row here; a test compares the rows with the rendered ClusterRoles
and with the calls that the roles really made, both ways.
"""

from collections.abc import Iterable
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


_FOLLOW = ("list", "watch")
_EVENTS = Grant(kinds.EVENTS, ("create", "patch"), "tell in plain words what happened")
_PROVIDER = (
    kinds.ACCEPTABLE_USE_POLICIES,
    kinds.TENANTS,
    kinds.ADDRESS_ASSIGNMENTS,
    kinds.SOFTWARE_CATALOGS,
    kinds.LICENSE_ENTITLEMENTS,
    kinds.EXEMPTIONS,
)


def _each(
    resources: Iterable[Resource], verbs: tuple[str, ...], why: str, subresource: str = ""
) -> tuple[Grant, ...]:
    return tuple(Grant(resource, verbs, why, subresource) for resource in resources)


def _own(
    resource: Resource, verbs: tuple[str, ...], why: str, names: tuple[str, ...] = ()
) -> Grant:
    return Grant(resource, verbs, why, names=names, own_namespace=True)


_ADMISSION = (
    *_each(_PROVIDER, _FOLLOW, "compile the terms of each tenant"),
    Grant(kinds.SUPPORT_ACCESS_GRANTS, _FOLLOW, "know whom of the staff a tenant lets in"),
    Grant(kinds.NAMESPACES, _FOLLOW, "know the tenant of a namespace from its stamps"),
    Grant(kinds.NODES, _FOLLOW, "resolve node selection to places"),
    Grant(kinds.PERSISTENT_VOLUMES, _FOLLOW, "know where volumes are"),
    Grant(kinds.PERSISTENT_VOLUME_CLAIMS, _FOLLOW, "know which volume a claim is bound to"),
    Grant(kinds.PODS, _FOLLOW, "know whose pod has an address"),
    _own(kinds.SECRETS, _FOLLOW, "serve with its certificate", ("{fullname}-certificate",)),
    _own(kinds.CONTROLLER_REVISIONS, _FOLLOW, "know the last good terms at the start"),
)

_CONTROLLER = (
    _own(kinds.LEASES, ("get", "patch"), "lead", ("{fullname}-controller",)),
    _own(kinds.LEASES, ("create",), "lead for the first time"),
    _EVENTS,
    *_each(_PROVIDER, _FOLLOW, "reconcile what the provider writes"),
    *_each(_PROVIDER, ("patch",), "say what became of it", "status"),
    Grant(kinds.ACCEPTABLE_USE_POLICIES, ("create", "patch"), "apply the policy of the chart"),
    _own(kinds.CONFIG_MAPS, ("watch",), "follow the policy of the chart", ("{fullname}-policy",)),
    _own(kinds.CONFIG_MAPS, ("list", "create", "patch", "delete"), "keep the journal"),
    _own(
        kinds.CONTROLLER_REVISIONS,
        (*_FOLLOW, "create", "patch", "delete"),
        "keep the last good terms",
    ),
    _own(kinds.SECRETS, (*_FOLLOW, "patch"), "keep the certificate", ("{fullname}-certificate",)),
    _own(kinds.SECRETS, ("create",), "make the first certificate"),
    Grant(
        kinds.VALIDATING_WEBHOOK_CONFIGURATIONS,
        ("get", *_FOLLOW, "patch"),
        "let the API server trust the certificate",
        names=("{fullname}",),
    ),
    *_each(
        (kinds.VALIDATING_ADMISSION_POLICIES, kinds.VALIDATING_ADMISSION_POLICY_BINDINGS),
        _FOLLOW,
        "notice when the guard is gone",
    ),
    Grant(kinds.NAMESPACES, ("get", *_FOLLOW, "patch"), "claim, stamp and lock"),
    Grant(kinds.NODES, _FOLLOW, "resolve node selection to places"),
    Grant(kinds.PERSISTENT_VOLUMES, _FOLLOW, "know where volumes are"),
    Grant(kinds.PERSISTENT_VOLUME_CLAIMS, _FOLLOW, "know which volume a claim is bound to"),
    *_each(
        (kinds.RESOURCE_QUOTAS, kinds.LIMIT_RANGES),
        (*_FOLLOW, "create", "patch", "delete"),
        "share budgets out",
    ),
    Grant(kinds.TENANT_REPORTS, (*_FOLLOW, "create", "patch", "delete"), "report to tenants"),
    Grant(kinds.TENANT_REPORTS, ("patch",), "report to tenants", "status"),
    *_each(kinds.POLICY_REPORTS, ("create", "patch", "delete"), "report to dashboards"),
    *_each(kinds.WORKLOADS, ("list",), "judge what runs already, and keep it as evidence"),
    *_each(
        (kinds.ENDPOINTS, kinds.ENDPOINT_SLICES), ("list",), "judge what sends to addresses already"
    ),
    Grant(kinds.PODS, ("watch",), "know whose pod has an address"),
    *_each(
        (kinds.SERVICES, kinds.INGRESSES, kinds.GATEWAYS),
        _FOLLOW,
        "know what is reached from outside, by whom and since when",
    ),
    Grant(
        kinds.ADDRESS_USES,
        ("get", *_FOLLOW, "create", "patch", "delete"),
        "remember who used an address",
    ),
    Grant(kinds.ADDRESS_USES, ("patch",), "remember who used an address", "status"),
    Grant(kinds.ABUSE_REPORTS, ("get", *_FOLLOW), "resolve complaints"),
    Grant(kinds.ABUSE_REPORTS, ("create",), "report overuse that was measured"),
    Grant(kinds.ABUSE_REPORTS, ("patch",), "say to whom a complaint leads", "status"),
    Grant(
        kinds.QUARANTINES,
        ("get", *_FOLLOW, "create", "patch"),
        "isolate what a trusted source reported",
    ),
    Grant(kinds.QUARANTINES, ("patch",), "say what was done and proven", "status"),
    Grant(
        kinds.NETWORK_POLICIES,
        (*_FOLLOW, "create", "patch", "delete"),
        "close a quarantined namespace, and give it back",
    ),
    *_each(
        kinds.MAIL_EGRESS,
        ("list", "create", "patch", "delete"),
        "close direct delivery of mail",
    ),
    Grant(kinds.SERVICE_ACCOUNTS, ("list",), "keep evidence of a quarantined namespace"),
    Grant(kinds.CORE_EVENTS, ("list",), "keep evidence of a quarantined namespace"),
)

_ADMISSION_OF_LEDGERS = (
    *_each((kinds.SERVICES, kinds.RESOURCE_CLAIMS), _FOLLOW, "count what budgets limit"),
    *_each((kinds.DEPLOYMENTS, kinds.STATEFUL_SETS), _FOLLOW, "say early what a scale would need"),
    Grant(kinds.BUDGET_LEDGERS, ("get", *_FOLLOW), "hold budgets together with other replicas"),
    Grant(kinds.BUDGET_LEDGERS, ("update",), "check shares of a budget out", "status"),
    _own(kinds.LEASES, ("create", "update", "delete"), "show the leader that it lives"),
)

_CONTROLLER_OF_LEDGERS = (
    _own(kinds.LEASES, ("get", *_FOLLOW, "delete"), "end replicas that do not live"),
    Grant(kinds.RESOURCE_CLAIMS, _FOLLOW, "count what budgets limit"),
    Grant(kinds.BUDGET_LEDGERS, ("get", *_FOLLOW, "create"), "open the ledgers of budgets"),
    Grant(kinds.BUDGET_LEDGERS, ("delete",), "let ledgers go with their budgets"),
    Grant(kinds.BUDGET_LEDGERS, ("update",), "clear up after replicas that died", "status"),
)

GRANTS: dict[Role, tuple[Grant, ...]] = {
    "admission": (*_ADMISSION, *_ADMISSION_OF_LEDGERS),
    "controller": (*_CONTROLLER, *_CONTROLLER_OF_LEDGERS),
}
"""What the roles need; the parts that make the calls add their rows."""
WITHOUT_LEDGERS: dict[Role, tuple[Grant, ...]] = {
    "admission": _ADMISSION,
    "controller": _CONTROLLER,
}
"""The same where budgets are held by native quotas."""


def uncovered(
    calls: Iterable[Call], role: Role, *, operator_namespace: str, fullname: str
) -> list[Call]:
    """Return the calls that no grant of the role lets through, sorted."""
    return sorted(
        call
        for call in set(calls)
        if not any(
            grant.covers(call, operator_namespace=operator_namespace, fullname=fullname)
            for grant in GRANTS[role]
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
