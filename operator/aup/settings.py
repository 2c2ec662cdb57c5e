"""Settings of a process: read once, from flags, then ``AUP_*`` variables, then defaults.

Each field of Settings is one setting: ``queue_per_tenant`` is the flag ``--queue-per-tenant`` and
the variable ``AUP_QUEUE_PER_TENANT``. Lists are separated by commas, durations are in seconds.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from aup.ledger.margins import Margins

Names = tuple[str, ...]
Port = Annotated[int, Meta(ge=1, le=65535)]
Seconds = Annotated[float, Meta(gt=0)]
Days = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]


class Role(StrEnum):
    """What a process does."""

    ADMISSION = "admission"
    """Answers the API server; any number of replicas."""
    CONTROLLER = "controller"
    """Reconciles; one replica leads."""


class LogLevel(StrEnum):
    """From which level on events are logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Mode(StrEnum):
    """What holds while no replica of the admission service answers."""

    STRICT = "strict"
    """Nothing that the webhook is asked about is admitted."""
    AVAILABLE = "available"
    """What the API server holds by itself: twins of the rules, native quotas."""


class LedgerProtocol(StrEnum):
    """How budgets are held across replicas."""

    ESCROW = "escrow"
    """Replicas check shares out and admit from memory."""
    RESERVATION = "reservation"
    """Each admission is written down before it is answered."""
    NATIVE = "native"
    """No ledger: the API server's own quotas only, which are not exact."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings; the description of each is its help text."""

    role: Annotated[Role, Meta(description="what this process does")] = Role.ADMISSION
    namespace: Annotated[str, Meta(description="namespace of the operator")] = "aup-system"
    fullname: Annotated[
        str, Meta(description="full name of the release, which our own objects are named after")
    ] = "aup-operator"
    instance: Annotated[
        str, Meta(description="name of this process in Leases and Events (default: host name)")
    ] = ""
    kubeconfig: Annotated[
        Path | None,
        Meta(description="kubeconfig file (default: the pod's ServiceAccount, else kubectl's)"),
    ] = None
    request_seconds: Annotated[
        Seconds, Meta(description="limit of one request to the API server")
    ] = 30.0
    resync_seconds: Annotated[
        Seconds, Meta(description="how often everything is reconciled without a cause")
    ] = 600.0
    audit_seconds: Annotated[
        Seconds, Meta(description="how often everything in claimed namespaces is judged again")
    ] = 300.0
    platform_namespaces: Annotated[
        Names, Meta(description="namespaces that no Tenant can claim, besides the operator's own")
    ] = ("kube-system", "kube-public", "kube-node-lease")
    guard_policies: Annotated[
        Names, Meta(description="policies of the API server that the release has installed")
    ] = ()
    evidence_dir: Annotated[
        Path | None, Meta(description="directory for evidence, on a volume that outlives the pod")
    ] = None

    prometheus_url: Annotated[
        str,
        Meta(description="http(s) URL of the Prometheus that measures fair use; empty: none is"),
    ] = ""
    prometheus_token_file: Annotated[
        Path | None, Meta(description="file with the bearer token for Prometheus")
    ] = None
    prometheus_ca_file: Annotated[
        Path | None, Meta(description="file with the CA of Prometheus (default: the system's)")
    ] = None
    prometheus_matchers: Annotated[
        str, Meta(description='PromQL matchers of this cluster\'s numbers, like cluster="eu-1"')
    ] = ""
    fair_use_seconds: Annotated[Seconds, Meta(description="time between two readings of use")] = (
        60.0
    )
    fair_use_window_seconds: Annotated[
        Seconds, Meta(description="time that a rate is taken over; at least 4 scrapes")
    ] = 300.0

    admission_host: Annotated[str, Meta(description="address that the webhook listens on")] = (
        "0.0.0.0"  # noqa: S104  (the API server reaches the pod by its own address)
    )
    admission_port: Annotated[Port, Meta(description="port that the webhook listens on")] = 8443
    webhook_url: Annotated[
        str, Meta(description="https URL of the webhook for control planes outside the cluster")
    ] = ""
    webhook_hosts: Annotated[
        Names, Meta(description="more DNS names and addresses for the webhook's certificate")
    ] = ()
    webhook_seconds: Annotated[
        Seconds, Meta(description="timeoutSeconds of the webhook configuration")
    ] = 3.0
    deadline_seconds: Annotated[
        Seconds, Meta(description="after so long a review is refused instead of judged")
    ] = 2.0
    queue_per_tenant: Annotated[
        Count, Meta(description="reviews of one tenant that may wait; more are refused")
    ] = 100
    body_limit_bytes: Annotated[
        Count, Meta(description="largest review that is read; more is refused")
    ] = 8 << 20
    certificate_days: Annotated[Days, Meta(description="lifetime of the webhook's certificate")] = (
        90.0
    )

    mode: Annotated[
        Mode, Meta(description="what holds while no replica answers: strict or available")
    ] = Mode.STRICT
    ledger: Annotated[
        LedgerProtocol, Meta(description="how budgets are held: escrow, reservation or native")
    ] = LedgerProtocol.ESCROW
    api_request_seconds: Annotated[
        Seconds, Meta(description="the API server's --request-timeout")
    ] = 60.0
    ledger_margin_seconds: Annotated[
        Seconds,
        Meta(description="on top of it, until what was admitted and not seen is given up"),
    ] = 30.0
    replica_lease_seconds: Annotated[
        Count, Meta(description="after so long without a renewal a replica admits nothing")
    ] = 15
    patience_seconds: Annotated[
        Seconds, Meta(description="how long a request waits for a share of the budget")
    ] = 1.0

    health_host: Annotated[str, Meta(description="address for /livez, /readyz and /metrics")] = (
        "0.0.0.0"  # noqa: S104  (the kubelet and Prometheus reach the pod by its own address)
    )
    health_port: Annotated[Port, Meta(description="port for /livez, /readyz and /metrics")] = 8080

    lease_seconds: Annotated[
        Count, Meta(description="after so long without a renewal another controller takes over")
    ] = 15
    lease_renew_seconds: Annotated[
        Seconds, Meta(description="after so long without a renewal the leading controller ends")
    ] = 10.0
    lease_retry_seconds: Annotated[
        Seconds, Meta(description="time between two renewals of the lease")
    ] = 2.0

    log_level: Annotated[LogLevel, Meta(description="from which level on events are logged")] = (
        LogLevel.INFO
    )

    @property
    def lease_name(self) -> str:
        """Return the name of the Lease that the leading controller holds."""
        return f"{self.fullname}-controller"

    @property
    def margins(self) -> Margins:
        """Return the times that the ledger relies on."""
        return Margins(
            request=self.api_request_seconds,
            margin=self.ledger_margin_seconds,
            webhook=self.webhook_seconds,
            lease=float(self.replica_lease_seconds),
            renew=self.replica_lease_seconds / 3,
            patience=self.patience_seconds,
        )

    @property
    def service_name(self) -> str:
        """Return the name of the Service in front of the webhook."""
        return f"{self.fullname}-admission"

    @property
    def certificate_secret(self) -> str:
        """Return the name of the Secret with the webhook's certificate and authority."""
        return f"{self.fullname}-certificate"

    @property
    def webhook_configuration(self) -> str:
        """Return the name of the ValidatingWebhookConfiguration."""
        return self.fullname

    @property
    def policy_config_map(self) -> str:
        """Return the name of the ConfigMap in which the chart hands over its policy."""
        return f"{self.fullname}-policy"

    @property
    def certificate_hosts(self) -> Names:
        """Return every DNS name and address that the webhook's certificate is made out to."""
        service = f"{self.service_name}.{self.namespace}"
        hosts = [f"{service}.svc", f"{service}.svc.cluster.local", service]
        if host := urlsplit(self.webhook_url).hostname:
            hosts.append(host)
        return tuple(dict.fromkeys((*hosts, *self.webhook_hosts)))
