"""The resources of the Kubernetes API that the operator touches, and where each is served."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aup.api.meta import GROUP, VERSION


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the API, in one version."""

    group: str
    """API group, empty for the core group."""
    version: str
    plural: str
    """Name in the URL, lower case."""
    kind: str
    namespaced: bool

    @property
    def api_version(self) -> str:
        """Return ``apiVersion`` as a manifest writes it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def base(self) -> str:
        """Return the path of the group and version, where discovery answers."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    @property
    def group_resource(self) -> str:
        """Return ``deployments.apps``: the name that kubectl and RBAC messages use."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(
        self,
        name: str | None = None,
        *,
        namespace: str | None = None,
        subresource: str | None = None,
    ) -> str:
        """Return the URL path of one object, or of the collection when no name is given.

        Names may come from outside, so each is quoted: none of them can lead to another path.
        Raises ValueError for an empty or relative name, and for a namespace on a resource that
        has none.
        """
        if namespace is not None and not self.namespaced:
            raise ValueError(
                f"{self.group_resource} is not namespaced, but namespace {namespace!r} was given"
            )
        if namespace is None and self.namespaced and name is not None:
            raise ValueError(
                f"{self.group_resource} is namespaced, but no namespace was given for {name!r}"
            )
        segments = [self.base]
        if namespace is not None:
            segments += ["namespaces", _segment(namespace)]
        segments.append(self.plural)
        if name is not None:
            segments.append(_segment(name))
        if subresource is not None:
            segments.append(subresource)
        return "/".join(segments)

    def manifest(self, name: str, *, namespace: str | None = None, **fields: Any) -> dict[str, Any]:
        """Return a manifest with ``apiVersion``, ``kind`` and ``metadata``, plus the given fields.

        ``metadata`` among the fields is merged, so labels and annotations can be given there.
        """
        metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
        metadata |= fields.pop("metadata", {})
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata} | fields


def _segment(name: str) -> str:
    """Quote a name for use in a URL path."""
    if name in {"", ".", ".."}:
        raise ValueError(f"{name!r} is no name of a Kubernetes object")
    return quote(name, safe="")


def _core(plural: str, kind: str, *, namespaced: bool = True) -> Resource:
    return Resource("", "v1", plural, kind, namespaced)


def _apps(plural: str, kind: str) -> Resource:
    return Resource("apps", "v1", plural, kind, namespaced=True)


NAMESPACES = _core("namespaces", "Namespace", namespaced=False)
NODES = _core("nodes", "Node", namespaced=False)
PODS = _core("pods", "Pod")
PERSISTENT_VOLUMES = _core("persistentvolumes", "PersistentVolume", namespaced=False)
POD_TEMPLATES = _core("podtemplates", "PodTemplate")
REPLICATION_CONTROLLERS = _core("replicationcontrollers", "ReplicationController")
SERVICES = _core("services", "Service")
SERVICE_ACCOUNTS = _core("serviceaccounts", "ServiceAccount")
ENDPOINTS = _core("endpoints", "Endpoints")
RESOURCE_QUOTAS = _core("resourcequotas", "ResourceQuota")
LIMIT_RANGES = _core("limitranges", "LimitRange")
CONFIG_MAPS = _core("configmaps", "ConfigMap")
SECRETS = _core("secrets", "Secret")
PERSISTENT_VOLUME_CLAIMS = _core("persistentvolumeclaims", "PersistentVolumeClaim")
CORE_EVENTS = _core("events", "Event")
"""The same Events as `EVENTS`, in the group in which every reader finds them."""
DEPLOYMENTS = _apps("deployments", "Deployment")
REPLICA_SETS = _apps("replicasets", "ReplicaSet")
STATEFUL_SETS = _apps("statefulsets", "StatefulSet")
DAEMON_SETS = _apps("daemonsets", "DaemonSet")
CONTROLLER_REVISIONS = _apps("controllerrevisions", "ControllerRevision")
JOBS = Resource("batch", "v1", "jobs", "Job", namespaced=True)
CRON_JOBS = Resource("batch", "v1", "cronjobs", "CronJob", namespaced=True)
ENDPOINT_SLICES = Resource(
    "discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", namespaced=True
)
INGRESSES = Resource("networking.k8s.io", "v1", "ingresses", "Ingress", namespaced=True)
NETWORK_POLICIES = Resource(
    "networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", namespaced=True
)
CLUSTER_NETWORK_POLICIES = Resource(
    "policy.networking.k8s.io",
    "v1alpha2",
    "clusternetworkpolicies",
    "ClusterNetworkPolicy",
    namespaced=False,
)
CILIUM_CLUSTERWIDE_NETWORK_POLICIES = Resource(
    "cilium.io",
    "v2",
    "ciliumclusterwidenetworkpolicies",
    "CiliumClusterwideNetworkPolicy",
    namespaced=False,
)
CALICO_TIERS = Resource("projectcalico.org", "v3", "tiers", "Tier", namespaced=False)
CALICO_GLOBAL_NETWORK_POLICIES = Resource(
    "projectcalico.org", "v3", "globalnetworkpolicies", "GlobalNetworkPolicy", namespaced=False
)
GATEWAYS = Resource("gateway.networking.k8s.io", "v1", "gateways", "Gateway", namespaced=True)
EVENTS = Resource("events.k8s.io", "v1", "events", "Event", namespaced=True)
RESOURCE_CLAIMS = Resource(
    "resource.k8s.io", "v1", "resourceclaims", "ResourceClaim", namespaced=True
)
LEASES = Resource("coordination.k8s.io", "v1", "leases", "Lease", namespaced=True)
VALIDATING_WEBHOOK_CONFIGURATIONS = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "validatingwebhookconfigurations",
    "ValidatingWebhookConfiguration",
    namespaced=False,
)
VALIDATING_ADMISSION_POLICIES = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "validatingadmissionpolicies",
    "ValidatingAdmissionPolicy",
    namespaced=False,
)
VALIDATING_ADMISSION_POLICY_BINDINGS = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "validatingadmissionpolicybindings",
    "ValidatingAdmissionPolicyBinding",
    namespaced=False,
)
CUSTOM_RESOURCE_DEFINITIONS = Resource(
    "apiextensions.k8s.io",
    "v1",
    "customresourcedefinitions",
    "CustomResourceDefinition",
    namespaced=False,
)


def _ours(plural: str, kind: str, *, namespaced: bool = False) -> Resource:
    return Resource(GROUP, VERSION, plural, kind, namespaced)


ACCEPTABLE_USE_POLICIES = _ours("acceptableusepolicies", "AcceptableUsePolicy")
TENANTS = _ours("tenants", "Tenant")
ADDRESS_ASSIGNMENTS = _ours("addressassignments", "AddressAssignment")
ADDRESS_USES = _ours("addressuses", "AddressUse")
SOFTWARE_CATALOGS = _ours("softwarecatalogs", "SoftwareCatalog")
LICENSE_ENTITLEMENTS = _ours("licenseentitlements", "LicenseEntitlement")
EXEMPTIONS = _ours("exemptions", "Exemption")
ABUSE_REPORTS = _ours("abusereports", "AbuseReport")
QUARANTINES = _ours("quarantines", "Quarantine")
BUDGET_LEDGERS = _ours("budgetledgers", "BudgetLedger")
TENANT_REPORTS = _ours("tenantreports", "TenantReport", namespaced=True)
SUPPORT_ACCESS_GRANTS = _ours("supportaccessgrants", "SupportAccessGrant", namespaced=True)

OUR_KINDS = (
    ACCEPTABLE_USE_POLICIES,
    TENANTS,
    ADDRESS_ASSIGNMENTS,
    ADDRESS_USES,
    SOFTWARE_CATALOGS,
    LICENSE_ENTITLEMENTS,
    EXEMPTIONS,
    ABUSE_REPORTS,
    QUARANTINES,
    TENANT_REPORTS,
    SUPPORT_ACCESS_GRANTS,
    BUDGET_LEDGERS,
)
"""The resources of our own API group; the kinds of ``aup.api`` are the same ones."""

POLICY_REPORTS = (
    Resource("openreports.io", "v1alpha1", "reports", "Report", namespaced=True),
    Resource("wgpolicyk8s.io", "v1alpha2", "policyreports", "PolicyReport", namespaced=True),
)
"""Where dashboards of the field look for findings; the first that a cluster serves is written."""

MAIL_EGRESS = (
    CILIUM_CLUSTERWIDE_NETWORK_POLICIES,
    CALICO_GLOBAL_NETWORK_POLICIES,
    CALICO_TIERS,
    CLUSTER_NETWORK_POLICIES,
)
"""What closes direct delivery of mail, where it is served; in the order in which it is deleted."""

WORKLOADS = (
    PODS,
    POD_TEMPLATES,
    REPLICATION_CONTROLLERS,
    DEPLOYMENTS,
    REPLICA_SETS,
    STATEFUL_SETS,
    DAEMON_SETS,
    JOBS,
    CRON_JOBS,
)
"""Every resource that carries a pod specification."""
