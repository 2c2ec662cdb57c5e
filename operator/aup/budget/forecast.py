"""What a controller's pods would need: an early word, since quotas count pods and not templates.

Deployment, ReplicaSet, ReplicationController  replicas
StatefulSet                                    replicas, and the claims of each that are not there
DaemonSet                                      one for each node that it runs on
Job                                            parallelism, and no more than completions
CronJob                                        one Job, however many it lets overlap
HorizontalPodAutoscaler                        maxReplicas of what it scales

And the claims of generic ephemeral volumes. While pods are replaced, what a rollout cannot go on
without: one pod more, where none of the old ones may be missing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from aup.budget.counted import volume_claim
from aup.budget.filled import filled
from aup.budget.measure import Measure, measure_pod
from aup.budget.scopes import of_claim
from aup.budget.usage import Defaults
from aup.budget.wire import POD, ClaimTemplate, Form, Metadata, Pod, VolumeClaim, Wire

Nodes = Callable[[bytes], int]
"""Tells on how many nodes pods of a template run, where each node has one."""
_QUARTER: Final = "25%"
"""``maxSurge`` and ``maxUnavailable`` of a Deployment that says neither."""


class Forecast(NamedTuple):
    """What a controller would make."""

    pods: int = 0
    each: tuple[Measure, ...] = ()
    """A pod, and the claims that come and go with it."""
    pod: Pod = Pod()
    """What that pod is measured by, as its template says it."""
    kept: tuple[tuple[str, Measure], ...] = ()
    """Claims of a pod that outlive it: name up to the pod's number, and what one takes."""
    template: bytes = b""
    """Of the pods, as written: another one replaces them."""
    spare: int = 0
    """Pods beyond all others without which none is replaced."""

    def given(self, defaults: Defaults) -> "Forecast":
        """Return what is made where a LimitRange gives containers what they do not say."""
        if not self.each or not defaults.any:
            return self
        _, *claims = self.each
        return self._replace(each=(measure_pod(filled(self.pod, defaults)), *claims))


NO_PODS: Final = Forecast()


class Target(NamedTuple):
    """What an autoscaler scales, and how far."""

    group: str
    kind: str
    name: str
    most: int
    """``maxReplicas``."""


class _Rolling(Wire, frozen=True):
    max_surge: int | str | None = None
    max_unavailable: int | str | None = None


class _Strategy(Wire, frozen=True):
    type: str | None = None
    rolling_update: _Rolling | None = None


class _Spec(Wire, frozen=True):
    replicas: int | None = None
    template: msgspec.Raw = msgspec.Raw(b"null")
    volume_claim_templates: list[ClaimTemplate | None] | None = None
    parallelism: int | None = None
    completions: int | None = None
    suspend: bool | None = None
    strategy: _Strategy | None = None
    """Of a Deployment."""
    update_strategy: _Strategy | None = None
    """Of a DaemonSet."""


class _Controller(Wire, frozen=True):
    metadata: Metadata | None = None
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
    group: str, resource: str, raw: bytes, *, nodes: Nodes = lambda _: 1
) -> Forecast | None:
    """Return what an object would make; ``None``: it is no controller that is known here.

    Args:
        group: of the API; empty for the core.
        resource: its plural in lower case.
        raw: the object as JSON.
        nodes: where pods of a DaemonSet run.

    Raises:
        UnreadableError: it does not have the form of its kind.

    """
    if (group, resource) == ("batch", "cronjobs"):
        return _cron_job(raw)
    count = _COUNTS.get((group, resource))
    if count is None:
        return None
    found = _CONTROLLER.read(raw)
    spec = found.spec or _Spec()
    name = (found.metadata and found.metadata.name) or ""
    return _of(spec, count(spec, nodes), name, _SPARES.get((group, resource), _no_spare))


def target(raw: bytes) -> Target | None:
    """Return what a HorizontalPodAutoscaler scales.

    Raises:
        UnreadableError: it does not have the form of its kind.

    """
    spec = _SCALER.read(raw).spec
    if spec is None or spec.scale_target_ref is None:
        return None
    found = spec.scale_target_ref
    group, _, _ = (found.api_version or "").rpartition("/")
    return Target(group, found.kind or "", found.name or "", spec.max_replicas or 0)


def replicas(raw: bytes) -> int:
    """Return ``spec.replicas`` of a Scale; zero is left out of it.

    Raises:
        UnreadableError: it does not have the form of its kind.

    """
    spec = _CONTROLLER.read(raw).spec
    return (spec.replicas if spec else None) or 0


def _replicas(spec: _Spec, _nodes: Nodes) -> int:
    return 1 if spec.replicas is None else spec.replicas


def _daemons(spec: _Spec, nodes: Nodes) -> int:
    return nodes(bytes(spec.template))


def _job(spec: _Spec, _nodes: Nodes) -> int:
    if spec.suspend:
        return 0
    at_once = 1 if spec.parallelism is None else spec.parallelism
    return at_once if spec.completions is None else min(at_once, spec.completions)


_COUNTS: Final[Mapping[tuple[str, str], Callable[[_Spec, Nodes], int]]] = {
    ("", "replicationcontrollers"): _replicas,
    ("apps", "replicasets"): _replicas,
    ("apps", "deployments"): _replicas,
    ("apps", "statefulsets"): _replicas,
    ("apps", "daemonsets"): _daemons,
    ("batch", "jobs"): _job,
}

CONTROLLERS: Final = frozenset({*_COUNTS, ("batch", "cronjobs")})
"""Group and resource of what makes pods."""


def _no_spare(_spec: _Spec, _pods: int) -> int:
    """Leave none: pods are replaced in place, or not at all."""
    return 0


def _rollout(spec: _Spec, pods: int) -> int:
    """Return the pods that a Deployment cannot be rolled out without.

    Where one may be missing, its place is taken, and what there is no room for does not matter.
    """
    if spec.strategy is not None and spec.strategy.type == "Recreate":
        return 0
    rolling = (spec.strategy and spec.strategy.rolling_update) or _Rolling()
    surge = _share(rolling.max_surge, pods, up=True)
    return int(surge > 0 and _share(rolling.max_unavailable, pods, up=False) == 0)


def _surge(spec: _Spec, pods: int) -> int:
    """Return the pods that a DaemonSet cannot be rolled out without: it surges, or it does not."""
    rolling = (spec.update_strategy and spec.update_strategy.rolling_update) or _Rolling()
    return int(_share(rolling.max_surge or 0, pods, up=True) > 0)


_SPARES: Final[Mapping[tuple[str, str], Callable[[_Spec, int], int]]] = {
    ("apps", "deployments"): _rollout,
    ("apps", "daemonsets"): _surge,
}


def _share(value: int | str | None, pods: int, *, up: bool) -> int:
    """Read a number of pods, or a part of them in percent."""
    said = _QUARTER if value is None else value
    if isinstance(said, int):
        return said
    percent = said.removesuffix("%")
    if not (percent.isascii() and percent.isdecimal() and len(percent) < 6):
        return 0
    return (pods * int(percent) + (99 if up else 0)) // 100


def _cron_job(raw: bytes) -> Forecast:
    spec = _CRON_JOB.read(raw).spec
    job = spec.job_template if spec is not None else None
    if spec is None or spec.suspend or job is None or job.spec is None:
        return NO_PODS
    return _of(job.spec, _job(job.spec, lambda _: 0), "", _no_spare)


def _of(spec: _Spec, pods: int, name: str, spare: Callable[[_Spec, int], int]) -> Forecast:
    """Return pods of a template, each with its claims."""
    template = bytes(spec.template)
    if template == b"null":
        return NO_PODS
    found = POD.read(template)
    pod = Pod(metadata=found.metadata, spec=found.spec)
    volumes = (pod.spec.volumes if pod.spec else None) or ()
    ephemeral = (v.ephemeral.volume_claim_template for v in volumes if v and v.ephemeral)
    return Forecast(
        pods=max(pods, 0),
        each=(measure_pod(pod), *(claim for _, claim in _claims(ephemeral))),
        pod=pod,
        kept=tuple(
            (f"{stem}-{name}-", claim) for stem, claim in _claims(spec.volume_claim_templates or ())
        ),
        template=template,
        spare=spare(spec, pods),
    )


def _claims(templates: Iterable[ClaimTemplate | None]) -> Iterator[tuple[str, Measure]]:
    """Yield name and measure of each claim."""
    for template in templates:
        if template is not None:
            claim = VolumeClaim(metadata=template.metadata, spec=template.spec)
            name = (template.metadata and template.metadata.name) or ""
            yield name, Measure(tuple(volume_claim(claim).items()), of_claim(claim))
