"""Keeps the webhook's certificate and the API server's trust in it, without a dropped request."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any, assert_never

import msgspec
from typing_extensions import override

from aup import metrics
from aup.controller.certificate_files import (
    CertificateSecret,
    issue,
    read_bundle,
    read_secret,
    secret_manifest,
    write_bundle,
)
from aup.controller.certificate_plan import (
    Mark,
    Rest,
    Stage,
    Stored,
    Swap,
    Trust,
    next_step,
)
from aup.controller.context import Context
from aup.controller.reconciler import Reconciler, Wake
from aup.kube.resource import SECRETS, VALIDATING_WEBHOOK_CONFIGURATIONS
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed

THE_CERTIFICATE = ObjectKey("", "certificate")
"""The only key: there is one certificate."""

log = logging.getLogger(__name__)


class _ClientConfig(msgspec.Struct, frozen=True, rename="camel"):
    ca_bundle: str | None = None


class _Webhook(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    client_config: _ClientConfig = _ClientConfig()


class _Configuration(msgspec.Struct, frozen=True):
    """A ValidatingWebhookConfiguration as far as it is read."""

    webhooks: tuple[_Webhook, ...] | None = None


class Certificates(Reconciler):
    """Takes one step of the plan at a time; its own watches bring it back after each."""

    name = "certificates"

    def __init__(self, context: Context) -> None:
        self._context = context
        settings = context.settings
        self._hosts = settings.certificate_hosts
        self._lifetime = timedelta(days=settings.certificate_days)
        self._secrets = Informer(
            context.cluster,
            SECRETS,
            typed(CertificateSecret),
            namespace=settings.namespace,
            fields=f"metadata.name={settings.certificate_secret}",
        )
        self._configurations = Informer(
            context.cluster,
            VALIDATING_WEBHOOK_CONFIGURATIONS,
            typed(_Configuration),
            fields=f"metadata.name={settings.webhook_configuration}",
        )

    @property
    @override
    def informers(self) -> tuple[Informer[Any], ...]:
        """Return the watches of the Secret and of the webhook configuration."""
        return (self._secrets, self._configurations)

    @override
    def attach(self, wake: Wake) -> None:
        """Come back when somebody, mostly ourselves, changes either of them."""
        self._secrets.subscribe(lambda *_: wake(THE_CERTIFICATE))
        self._configurations.subscribe(lambda *_: wake(THE_CERTIFICATE))

    @override
    def first_keys(self) -> tuple[ObjectKey, ...]:
        """Begin at once: nothing is claimed before the certificate is trusted."""
        return (THE_CERTIFICATE,)

    def trusted(self) -> str:
        """Return the authorities by which the API server trusts what is served, as PEM.

        Empty as long as it does not.
        """
        serving, authorities = self._stored.serving, self._authorities
        return "".join(authorities) if serving and serving.authority in authorities else ""

    @override
    def problem(self) -> str:
        """Tell that the API server does not ask the webhook, which no denial would ever tell."""
        if not self._configurations.items:
            name = self._context.settings.webhook_configuration
            return (
                f"ValidatingWebhookConfiguration {name} is missing, so that nothing is judged; "
                "helm upgrade puts it back"
            )
        return "" if self.trusted() else "the API server does not trust the certificate yet"

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Take the next step."""
        stored = self._stored
        if stored.serving is not None:
            metrics.CERTIFICATE_EXPIRY.set(stored.serving.not_after.timestamp())
        now = self._context.now()
        hosts = frozenset(host.strip("[]") for host in self._hosts)
        step = next_step(stored, self._authorities, hosts, now, self._lifetime)
        if isinstance(step, Rest):
            return max((step.until - now).total_seconds(), 0.0)
        await self._take(step, stored)
        return None

    async def _take(self, step: Stage | Trust | Mark | Swap, stored: Stored) -> None:
        """Do one step; each is one write, and safe to be done again."""
        now = self._context.now()
        match step:
            case Stage():
                staged = issue(self._hosts, now, self._lifetime)
                await self._store(replace(stored, staged=staged, since=None))
                log.info("certificate made", extra={"until": staged.not_after.isoformat()})
            case Trust():
                await self._trust(step.authorities)
                log.info("authorities trusted", extra={"count": len(step.authorities)})
            case Mark():
                await self._store(replace(stored, since=now))
            case Swap():
                await self._store(Stored(serving=stored.staged, since=now))
                log.info("certificate swapped")
            case _:
                assert_never(step)

    async def _store(self, stored: Stored) -> None:
        settings = self._context.settings
        manifest = secret_manifest(settings.certificate_secret, settings.namespace, stored)
        await self._context.cluster.apply(SECRETS, manifest)

    async def _trust(self, authorities: tuple[str, ...]) -> None:
        """Write the bundle into every webhook of the configuration, and touch nothing else."""
        name = self._context.settings.webhook_configuration
        configuration = await self._context.cluster.get(VALIDATING_WEBHOOK_CONFIGURATIONS, name)
        bundle = write_bundle(authorities)
        operations = [
            {"op": "add", "path": f"/webhooks/{place}/clientConfig/caBundle", "value": bundle}
            for place in range(len(configuration.get("webhooks") or ()))
        ]
        await self._context.cluster.json_patch(
            VALIDATING_WEBHOOK_CONFIGURATIONS,
            name,
            operations,
            # Places in a list are only as good as the list.
            resource_version=configuration["metadata"]["resourceVersion"],
        )

    @property
    def _stored(self) -> Stored:
        return read_secret(next(iter(self._secrets.items.values()), None))

    @property
    def _authorities(self) -> tuple[str, ...]:
        """Return what every webhook of the configuration trusts."""
        configuration = next(iter(self._configurations.items.values()), None)
        bundles = [
            read_bundle(webhook.client_config.ca_bundle)
            for webhook in (configuration.webhooks if configuration else None) or ()
        ]
        if not bundles:
            return ()
        first, *others = bundles
        # An authority that one of them lacks is added to all; the order is the first one's.
        return tuple(pem for pem in first if all(pem in other for other in others))
