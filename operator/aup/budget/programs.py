"""What a pod runs, as far as licences count it: images, and the cores that each may use.

Cores of a container are its limit, else its request: without a limit nothing holds it to the
request, and licences are counted by what software can use, so whoever means the request says it as
a limit too.
"""

from decimal import Decimal
from typing import Final, NamedTuple

from aup.budget.usage import amount
from aup.budget.wire import Container, Pod, PodSpec, Resources
from aup.policy.declaration import LICENSE

_WINDOWS: Final = "windows"
_OS_LABELS: Final = ("kubernetes.io/os", "beta.kubernetes.io/os")
_Text = str | int | float | None


class Run(NamedTuple):
    """A container of a pod."""

    name: str | None
    image: str | None
    cpu: _Text
    """Limit, else request, as written; ``None``: the container says neither."""
    restart_policy: str | None

    @property
    def cores(self) -> Decimal:
        """Return the cores that it may use; zero where it does not say."""
        return amount(self.cpu)

    @property
    def sidecar(self) -> bool:
        """Return whether an init container keeps running."""
        return self.restart_policy == "Always"


class Programs(NamedTuple):
    """What a pod runs."""

    containers: tuple[Run, ...]
    init: tuple[Run, ...] = ()
    ephemeral: tuple[Run, ...] = ()
    volumes: tuple[str, ...] = ()
    """Images that are mounted."""
    declared: tuple[tuple[str, str], ...] = ()
    """Annotations by which the tenant declares licences."""
    windows: bool = False
    """Whether the pod asks for Windows nodes by ``os`` or by node selector."""
    whole: _Text = None
    """Cores of the pod as a whole, where it says them."""

    @property
    def runs(self) -> tuple[Run, ...]:
        """Return all containers."""
        return (*self.containers, *self.init, *self.ephemeral)


NONE: Final = Programs(())


def programs_of(pod: Pod) -> Programs:
    """Return what a pod runs."""
    spec = pod.spec
    if spec is None:
        return NONE
    annotations = pod.metadata.annotations if pod.metadata is not None else None
    return Programs(
        _runs(spec.containers),
        _runs(spec.init_containers),
        _runs(spec.ephemeral_containers),
        _mounted(spec) if spec.volumes else (),
        tuple(sorted((k, str(v)) for k, v in annotations.items() if k.startswith(LICENSE)))
        if annotations
        else (),
        _wants_windows(spec),
        _cpu(spec.resources),
    )


def _runs(containers: list[Container | None] | None) -> tuple[Run, ...]:
    if not containers:
        return ()
    return tuple(
        [
            Run(c.name, c.image, _cpu(c.resources), c.restart_policy)
            for c in containers
            if c is not None
        ]
    )


def _cpu(resources: Resources | None) -> _Text:
    if resources is None:
        return None
    limit = resources.limits.get("cpu") if resources.limits else None
    if limit is None and resources.requests:
        return resources.requests.get("cpu")
    return limit


def _mounted(spec: PodSpec) -> tuple[str, ...]:
    found = (volume.image for volume in spec.volumes or () if volume is not None)
    return tuple(image.reference for image in found if image is not None and image.reference)


def _wants_windows(spec: PodSpec) -> bool:
    if spec.os is not None and spec.os.name:
        return spec.os.name == _WINDOWS
    selector = spec.node_selector
    return bool(selector) and any((selector or {}).get(k) == _WINDOWS for k in _OS_LABELS)
