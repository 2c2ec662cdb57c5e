"""The resources whose stored objects rules can be asked about, owners before what they own."""

from aup.kube import resource
from aup.kube.resource import Resource

JUDGED: tuple[Resource, ...] = (
    resource.POD_TEMPLATES,
    resource.CRON_JOBS,
    resource.DEPLOYMENTS,
    resource.STATEFUL_SETS,
    resource.DAEMON_SETS,
    resource.REPLICATION_CONTROLLERS,
    resource.REPLICA_SETS,
    resource.JOBS,
    resource.PODS,
    resource.SERVICES,
    resource.ENDPOINTS,
    resource.ENDPOINT_SLICES,
    resource.INGRESSES,
    resource.GATEWAYS,
)
