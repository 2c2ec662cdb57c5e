"""What all our kinds share: names of the API group, object metadata, conditions.

The names of stamps, labels and objects stand here because the guard's CEL, the chart and the
controller must agree on them; ``tests/conformance`` compares.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

import msgspec

GROUP: Final = "aup.asergo.com"
VERSION: Final = "v1alpha1"
API_VERSION: Final = f"{GROUP}/{VERSION}"
FIELD_MANAGER: Final = "aup-operator"
"""Owner of every field that we write with server-side apply."""

TENANT_LABEL: Final = f"{GROUP}/tenant"
"""Stamp on a Namespace: name of the Tenant that it belongs to."""
STATE_LABEL: Final = f"{GROUP}/state"
"""Stamp on a Namespace: one of `NamespaceState`."""
NET_RAW_LABEL: Final = f"{GROUP}/net-raw"
"""Stamp on a Namespace: one of `NetRaw`."""
ADDRESSES_ANNOTATION: Final = f"{GROUP}/addresses"
"""Stamp on a Namespace: collapsed CIDRs that may be used there, separated by commas."""
HOSTNAMES_ANNOTATION: Final = f"{GROUP}/hostnames"
"""Stamp on a Namespace: ``acme.example`` (exactly) or ``.acme.example`` (and subdomains)."""
POLICY_ANNOTATION: Final = f"{GROUP}/policy"
"""Stamp on a Namespace: ``<policy>/<revision>`` that its tenant is held to."""
BUDGET_ANNOTATION: Final = f"{GROUP}/budget"
"""Stamp on a Namespace: one of `BudgetState`."""
PROVIDER_ANNOTATION: Final = f"{GROUP}/provider"
"""Stamp on a Namespace: who the contract is with, as denials name it."""
CONTACT_ANNOTATION: Final = f"{GROUP}/contact"
"""Stamp on a Namespace: where its tenant writes to."""
RULES_ANNOTATION: Final = f"{GROUP}/rules"
"""Stamp on a Namespace: base of the links in denials."""
TWINS_ANNOTATION: Final = f"{GROUP}/twins"
"""Stamp on a Namespace: rules that the API server's own policies hold there, each with its clause:
``host/port=6.2``."""
ALLOWS_ANNOTATION: Final = f"{GROUP}/allows"
"""Stamp on a Namespace: what its terms allow beyond the usual: ``capability:NET_ADMIN``."""
STAMP_LABELS: Final = (TENANT_LABEL, STATE_LABEL, NET_RAW_LABEL)
STAMP_ANNOTATIONS: Final = (
    ADDRESSES_ANNOTATION,
    HOSTNAMES_ANNOTATION,
    POLICY_ANNOTATION,
    BUDGET_ANNOTATION,
    PROVIDER_ANNOTATION,
    CONTACT_ANNOTATION,
    RULES_ANNOTATION,
    TWINS_ANNOTATION,
    ALLOWS_ANNOTATION,
)
CLAIM_PREFIX: Final = f"claim.{GROUP}/"
"""Labels of a Namespace that a Tenant's selector may read; only the provider writes them."""

MANAGED_LABEL: Final = f"{GROUP}/managed"
"""Label (value ``true``) on every object that we create: what may be pruned and is guarded."""
MANAGED_LABELS: Final[Mapping[str, str]] = {
    MANAGED_LABEL: "true",
    "app.kubernetes.io/managed-by": FIELD_MANAGER,
}

QUOTA_NAME: Final = "aup-budget"
LIMIT_RANGE_NAME: Final = "aup-defaults"
QUARANTINE_POLICY_NAME: Final = "aup-quarantine"
REPORT_NAME: Final = "aup"

STAMP_VERB: Final = "stamp"
"""RBAC verb on namespaces: may create a Namespace that is already claimed by its labels."""
APPROVE_VERB: Final = "approve"
"""RBAC verb on quarantines and exemptions: may put them in force, and release."""
REPORT_VERB: Final = "report"
"""RBAC verb on abusereports: a person may file reports as source ``desk``."""
DESK_SOURCE: Final = "desk"
USAGE_SOURCE: Final = "usage"
"""Source of reports about measured use: the operator's controller and nobody else."""
SOURCE_ACCOUNT_PREFIX: Final = "source-"
"""ServiceAccount ``source-<name>`` in the operator's namespace is the abuse source ``<name>``."""


class NamespaceState(StrEnum):
    """Values of `STATE_LABEL`."""

    ACTIVE = "active"
    ISOLATED = "isolated"


class NetRaw(StrEnum):
    """Values of `NET_RAW_LABEL`.

    A label, since it selects whom a policy of the API server is asked about: most Pods keep
    NET_RAW, and where nobody minds that policy is not asked at all.
    """

    MAY_KEEP = "may-keep"
    """Terms do not ask containers to drop NET_RAW."""
    MUST_DROP = "must-drop"
    """They do."""


class BudgetState(StrEnum):
    """Values of `BUDGET_ANNOTATION`."""

    SETTLED = "settled"
    """The quota is in force: workloads may be created."""
    UNSETTLED = "unsettled"
    """There is a budget, but its quota does not hold yet: no workload may be created."""
    NONE = "none"
    """The tenant has no budget."""


Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""A point in time; RFC 3339 with an offset on the wire."""
Quantity = int | str
"""A Kubernetes quantity such as ``"500m"`` or ``"4Gi"``; a plain number may come unquoted."""


class ObjectMeta(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The part of Kubernetes' object metadata that we read or write."""

    name: str = ""
    namespace: str = ""
    """Empty for cluster-scoped objects."""
    uid: str = ""
    generation: int = 0
    """Counts changes of the spec; restarts at 1 when an object is created anew."""
    resource_version: str = ""
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)
    annotations: Mapping[str, str] = msgspec.field(default_factory=dict)
    creation_timestamp: Time | None = None
    deletion_timestamp: Time | None = None
    """Set once deletion was asked for; finalizers hold the object until they are gone."""


class ConditionStatus(StrEnum):
    """Three-valued: what nobody has checked is Unknown, never True."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class Condition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One aspect of an object's state, in the form of ``metav1.Condition``."""

    type: str
    status: ConditionStatus
    reason: str
    """CamelCase word for machines."""
    message: str
    """A sentence for people."""
    last_transition_time: Time
    """When `status` last changed; a change of reason or message alone does not move it."""
    observed_generation: int | None = None
    """`metadata.generation` that this was found for."""


def condition(
    conditions: Iterable[Condition],
    type_: str,
    *,
    status: ConditionStatus | bool | None,
    reason: str,
    message: str,
    now: datetime,
    generation: int | None = None,
) -> tuple[Condition, ...]:
    """Return the conditions with one set; True, False and None (unknown) are understood.

    The order is kept, a new type goes to the end, and the time of transition stays unless the
    status changed, so that writing the same finding twice changes nothing.
    """
    before = tuple(conditions)
    wanted = ConditionStatus("Unknown" if status is None else str(status))
    old = next((c for c in before if c.type == type_), None)
    since = old.last_transition_time if old and old.status is wanted else now
    new = Condition(
        type=type_,
        status=wanted,
        reason=reason,
        message=message,
        last_transition_time=since,
        observed_generation=generation,
    )
    if old is None:
        return (*before, new)
    return tuple(new if c is old else c for c in before)


def find_condition(conditions: Iterable[Condition], type_: str) -> Condition | None:
    """Return the condition of that type, or None when it was never set."""
    return next((c for c in conditions if c.type == type_), None)


T = TypeVar("T")
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def read(type_: type[T], manifest: Mapping[str, Any]) -> T:
    """Read JSON data as one of our structs; null counts as absent, unknown fields are ignored.

    Raises `msgspec.ValidationError`, which names the path, when a field has the wrong type.
    """
    return msgspec.convert(_pruned(manifest, lambda value: value is None), type_)


def write(value: msgspec.Struct) -> dict[str, Any]:
    """Return a struct as JSON data for the API server, to be written with server-side apply.

    None and empty lists are left out: to us an empty list means the same as an absent one.
    """
    data = msgspec.json.decode(_ENCODER.encode(value))
    pruned: dict[str, Any] = _pruned(data, lambda value: value in (None, []))
    return pruned


def _pruned(value: Any, unwanted: Callable[[Any], bool]) -> Any:
    if isinstance(value, Mapping):
        inner = {key: _pruned(item, unwanted) for key, item in value.items()}
        return {key: item for key, item in inner.items() if not unwanted(item)}
    if isinstance(value, list | tuple):
        return [_pruned(item, unwanted) for item in value]
    return value
