"""Settings of a process: read once, from flags, then ``AUP_*`` variables, then defaults.

Each field of Settings is one setting: ``queue_per_tenant`` is the flag ``--queue-per-tenant`` and
the variable ``AUP_QUEUE_PER_TENANT``. Lists are separated by commas, durations are in seconds.
"""

import argparse
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_type_hints
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from aup.errors import SettingsError
from aup.fairuse.connection import conflicts

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


@dataclass(frozen=True, slots=True)
class Option:
    """One setting as a person gives it."""

    name: str
    description: str
    default: Any
    type: Any

    @property
    def flag(self) -> str:
        """Return the command-line flag."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """Return the environment variable."""
        return f"AUP_{self.name.upper()}"

    def parse(self, text: str) -> Any:
        """Return the value that the text stands for; raises msgspec.ValidationError."""
        if self.type == Names:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if self.type == (Path | None):
            return Path(text) if text else None
        return msgspec.convert(text, self.type, strict=False)


def options() -> Iterator[Option]:
    """Yield every setting, in the order of the help text."""
    plain = get_type_hints(Settings)
    for field in msgspec.structs.fields(Settings):
        bare = plain[field.name]
        kind = bare if bare in {Names, Path | None} else field.type
        yield Option(field.name, field.type.__metadata__[-1].description, field.default, kind)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add a flag for each setting; what is not given stays None, so that variables count."""
    for option in options():
        default = option.default
        shown = ",".join(default) if isinstance(default, tuple) else default
        told = "" if shown in {None, ""} else f"; default {shown}"
        parser.add_argument(
            option.flag,
            dest=option.name,
            metavar="VALUE",
            help=f"{option.description} ({option.variable}{told})",
        )


def load(
    flags: Mapping[str, str | None] | None = None, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Return the settings: flags before ``AUP_*`` variables before defaults.

    ``flags`` maps field names to text, None for what was not given (``vars`` of an argparse
    namespace). Raises SettingsError, which names every problem at once.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for option in options():
        flag, variable = (flags or {}).get(option.name), environ.get(option.variable)
        source, text = (option.flag, flag) if flag is not None else (option.variable, variable)
        if text is None:
            continue
        try:
            values[option.name] = option.parse(text)
        except msgspec.ValidationError as error:
            problems.append(f"{source}={text!r}: {_plain(error)}")
    if not problems:
        settings = Settings(**values)
        problems = list(_conflicts(settings))
    if problems:
        raise SettingsError(problems=problems)
    return settings


def _plain(error: msgspec.ValidationError) -> str:
    """Return the library's sentence in the words of a command line."""
    return str(error)[:1].lower() + str(error)[1:].replace("`", "")


def _conflicts(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each pair of settings that cannot work together."""
    if settings.deadline_seconds >= settings.webhook_seconds:
        yield (
            f"--deadline-seconds {settings.deadline_seconds:g} must be below --webhook-seconds "
            f"{settings.webhook_seconds:g}, or the API server gives up before we answer"
        )
    if settings.webhook_seconds > 30:
        yield "--webhook-seconds must be at most 30, which is the limit of the API server"
    times = (settings.lease_retry_seconds, settings.lease_renew_seconds, settings.lease_seconds)
    if not times[0] < times[1] < times[2]:
        yield (
            "need --lease-retry-seconds < --lease-renew-seconds < --lease-seconds, not "
            + " < ".join(f"{seconds:g}" for seconds in times)
        )
    url = urlsplit(settings.webhook_url)
    if settings.webhook_url and (url.scheme != "https" or not url.hostname):
        yield f"--webhook-url {settings.webhook_url!r} must be an https URL with a host"
    yield from conflicts(
        settings.prometheus_url,
        settings.prometheus_matchers,
        token=settings.prometheus_token_file is not None,
        seconds=settings.fair_use_seconds,
        window=settings.fair_use_window_seconds,
    )
    if settings.role is not Role.CONTROLLER and settings.admission_port == settings.health_port:
        yield f"--admission-port and --health-port are both {settings.health_port}"
    if settings.role is not Role.ADMISSION and settings.evidence_dir is None:
        yield f"role {settings.role} needs --evidence-dir, a directory that outlives the process"
