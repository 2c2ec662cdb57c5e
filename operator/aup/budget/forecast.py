"""What a controller's pods would need: an early word, since quotas count pods and not templates.

Deployment, ReplicaSet, ReplicationController  replicas
StatefulSet                                    replicas, and the claims of each
DaemonSet                                      one for each node that there is
Job                                            parallelism, and no more than completions
CronJob                                        one Job, however many it lets overlap
HorizontalPodAutoscaler                        maxReplicas of what it scales

And the claims of generic ephemeral volumes. Pods that a rollout runs twice are not counted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from aup.budget.counted import volume_claim
from aup.budget.measure import Measure, measure_pod
from aup.budget.meter import Meter
from aup.budget.scopes import of_claim
from aup.budget.usage import Amounts
from aup.budget.wire import ClaimTemplate, Form, Pod, VolumeClaim, Wire
from aup.facts.quantity import add, subtract

Part = tuple[Measure, int]
"""An object, and how many of it."""


class Forecast(NamedTuple):
    """What a controller would make."""

    parts: tuple[Part, ...] = ()


NO_PODS: Final = Forecast()


class Target(NamedTuple):
    """What an autoscaler scales, and how far."""

    api_version: str
    kind: str
    name: str
    most: int
    """``maxReplicas``."""


class _Spec(Wire, frozen=True):
    replicas: int | None = None
    template: Pod | None = None
    volume_claim_templates: list[ClaimTemplate | None] | None = None
    parallelism: int | None = None
    completions: int | None = None
    suspend: bool | None = None


class _Controller(Wire, frozen=True):
    spec: _Spec | None = None


class _CronSpec(Wire, frozen=True):
    job_template: _Controller | None = None
    suspend: bool | None = None


class _CronJob(Wire, frozen=True):
    spec: _CronSpec | None = None


class _Reference(Wire, frozen=True):
    api_version: str | None = None
    kind: str | None = None
    name: str | None = None


class _ScalerSpec(Wire, frozen=True):
    scale_target_ref: _Reference | None = None
    max_replicas: int | None = None


class _Scaler(Wire, frozen=True):
    spec: _ScalerSpec | None = None


_CONTROLLER: Final = Form(_Controller)
_CRON_JOB: Final = Form(_CronJob)
_SCALER: Final = Form(_Scaler)


def forecast(
    group: str, resource: str, raw: bytes, *, nodes: int = 1, replicas: int | None = None
) -> Forecast | None:
    """Return what an object would make; ``None``: it is no controller that is known here.

    Args:
        group: of the API; empty for the core.
        resource: its plural in lower case.
        raw: the object as JSON.
        nodes: how many there are, for a DaemonSet.
        replicas: how many an autoscaler may make of it; ``None``: what it says itself.

    Raises:
        UnreadableError: it does not have the form of its kind.

    """
    if (group, resource) == ("batch", "cronjobs"):
        return _cron_job(raw)
    count = _COUNTS.get((group, resource))
    if count is None:
        return None
    spec = _CONTROLLER.read(raw).spec or _Spec()
    number = replicas if replicas is not None else count(spec, nodes)
    return _of(spec, number)


def target(raw: bytes) -> Target | None:
    """Return what a HorizontalPodAutoscaler scales.

    Raises:
        UnreadableError: it does not have the form of its kind.

    """
    spec = _SCALER.read(raw).spec
    if spec is None or spec.scale_target_ref is None:
        return None
    found = spec.scale_target_ref
    most = spec.max_replicas or 0
    return Target(found.api_version or "", found.kind or "", found.name or "", most)


def needs(meter: Meter, namespace: str, expected: Forecast) -> Amounts:
    """Return what all of it would take, by key of the ledger."""
    summed: dict[str, Decimal] = {}
    for measured, number in expected.parts:
        for key, amount in meter.takes(namespace, measured).items():
            summed[key] = add(summed.get(key, Decimal(0)), amount * number)
    return summed


def needs_more(
    meter: Meter, namespace: str, expected: Forecast, before: Forecast = NO_PODS
) -> Amounts:
    """Return what it would take beyond what it took before it was edited, by key."""
    stood = needs(meter, namespace, before)
    now = needs(meter, namespace, expected)
    more = {key: subtract(amount, stood.get(key, Decimal(0))) for key, amount in now.items()}
    return {key: amount for key, amount in more.items() if amount > 0}


def _replicas(spec: _Spec, _nodes: int) -> int:
    return 1 if spec.replicas is None else spec.replicas


def _daemons(_spec: _Spec, nodes: int) -> int:
    return nodes


def _job(spec: _Spec, _nodes: int) -> int:
    if spec.suspend:
        return 0
    at_once = 1 if spec.parallelism is None else spec.parallelism
    return at_once if spec.completions is None else min(at_once, spec.completions)


_COUNTS: Final[Mapping[tuple[str, str], Callable[[_Spec, int], int]]] = {
    ("", "replicationcontrollers"): _replicas,
    ("apps", "replicasets"): _replicas,
    ("apps", "deployments"): _replicas,
    ("apps", "statefulsets"): _replicas,
    ("apps", "daemonsets"): _daemons,
    ("batch", "jobs"): _job,
}

CONTROLLERS: Final = frozenset({*_COUNTS, ("batch", "cronjobs")})
"""Group and resource of what makes pods."""


def _cron_job(raw: bytes) -> Forecast:
    spec = _CRON_JOB.read(raw).spec
    job = spec.job_template if spec is not None else None
    if spec is None or spec.suspend or job is None or job.spec is None:
        return NO_PODS
    return _of(job.spec, _job(job.spec, 0))


def _of(spec: _Spec, number: int) -> Forecast:
    """Return pods of a template, each with its claims."""
    if number <= 0 or spec.template is None:
        return NO_PODS
    pod = Pod(metadata=spec.template.metadata, spec=spec.template.spec)
    volumes = (pod.spec.volumes if pod.spec else None) or ()
    ephemeral = (v.ephemeral.volume_claim_template for v in volumes if v and v.ephemeral)
    claims = _claims((*(spec.volume_claim_templates or ()), *ephemeral))
    return Forecast(((measure_pod(pod), number), *((claim, number) for claim in claims)))


def _claims(templates: Iterable[ClaimTemplate | None]) -> Iterator[Measure]:
    for template in templates:
        if template is not None:
            claim = VolumeClaim(metadata=template.metadata, spec=template.spec)
            yield Measure(tuple(volume_claim(claim).items()), of_claim(claim))
