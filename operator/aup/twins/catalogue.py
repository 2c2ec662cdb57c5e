"""All twins, and why the other rules have none."""

from collections.abc import Mapping
from typing import Final

from aup.twins.model import Group
from aup.twins.routes import ROUTES
from aup.twins.services import SERVICES
from aup.twins.workloads import WORKLOADS

GROUPS: Final[tuple[Group, ...]] = (WORKLOADS, SERVICES, ROUTES)
"""No two of them match one request: a policy costs the API server by the policy."""

TWINNED: Final = frozenset(twin.rule for group in GROUPS for twin in group.twins)
"""Rules that hold, as far as their twins see, while the operator is away."""

_CATALOGUE: Final = "Needs the software catalogue, which is too large for a stamp."
_TENANT: Final = "Needs facts about the tenant that do not belong on a namespace anybody may read."
_DECLARED: Final = "Depends on the policy's own words and the catalogue."
_JSON: Final = "Reads JSON inside annotations, which CEL cannot take apart."
_MAP: Final = "Needs to know whose other namespaces are: a policy sees one namespace."
_LIMIT_RANGE: Final = (
    "A LimitRange of the namespace holds it too; nothing else is asked by default."
)

WITHOUT_TWIN: Final[Mapping[str, str]] = {
    "network/policy-subject": "Whose object it is that lies in no namespace, its writer tells.",
    "network/sharing": _MAP,
    "network/unknown-annotation": "Warns by default, and suspects keys by a long expression.",
    "network/status-writer": "RBAC gives nobody but nodes the status of Pods; a bypass shows in "
    "the audit of the API server.",
    "host/anti-spoofing": _JSON,
    "license/expression": _CATALOGUE,
    "license/unknown": _CATALOGUE,
    "license/entitlement": _CATALOGUE,
    "license/vendor-support": _CATALOGUE,
    "license/declaration": _CATALOGUE,
    "export/destination": "Needs the catalogue and the regions of nodes, zones and volumes.",
    "export/party": _TENANT,
    "export/sector": _TENANT,
    "export/end-use": _TENANT,
    "export/served-country": _TENANT,
    "mail/direct-smtp": _CATALOGUE,
    "mail/sender-duties": _TENANT,
    "security/tools": _CATALOGUE,
    "security/malware": _CATALOGUE,
    "security/pod-security": "Kubernetes has its own admission of Pod Security for namespaces: "
    "label them with pod-security.kubernetes.io/enforce for a level that holds by itself.",
    "security/staff-access": "Needs grants that change by the minute.",
    "conduct/high-risk-use": _DECLARED,
    "conduct/gambling": _DECLARED,
    "tenancy/acceptance": _TENANT,
    "tenancy/tampering": "The guard holds it where it matters: stamps and the operator's objects.",
    "tenancy/lending": _MAP,
    "resources/budget": "The quota of the namespace holds, as far as it is exact.",
    "resources/requests": _LIMIT_RANGE,
    "resources/limit-ratio": _LIMIT_RANGE,
    "resources/ephemeral-storage": _LIMIT_RANGE,
    "resources/bandwidth": _JSON,
}
"""Every other rule, and the reason."""
