"""A pod as the API server would store it, where a LimitRange gives what its containers omit.

Follows ``SetDefaults_Pod`` and ``mergePodResourceRequirements`` of k8s.io/kubernetes: a limit is
the request that is not said, and only then comes the default. Init containers get it, too,
ephemeral containers do not.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from aup.budget.keys import is_bytes
from aup.budget.usage import Amounts, Defaults
from aup.budget.wire import Container, Pod, Quantities, Resources
from aup.facts.quantity import render


def filled(pod: Pod, defaults: Defaults) -> Pod:
    """Return a pod, or the template of one, with what a LimitRange of these defaults gives it."""
    if pod.spec is None or not defaults.any:
        return pod
    limits = _texts(defaults.limits)
    # A LimitRange itself takes the limit that it gives for the request that it does not name.
    requests = {**limits, **_texts(defaults.requests)}

    def given(containers: list[Container | None] | None) -> list[Container | None] | None:
        return containers and [c and _given(c, requests, limits) for c in containers]

    spec = replace(
        pod.spec,
        containers=given(pod.spec.containers),
        init_containers=given(pod.spec.init_containers),
    )
    return replace(pod, spec=spec)


def _given(
    container: Container, requests: Mapping[str, str], limits: Mapping[str, str]
) -> Container:
    said = container.resources or Resources()
    own: Quantities = said.limits or {}
    resources = Resources(
        requests={**requests, **own, **(said.requests or {})}, limits={**limits, **own}
    )
    return replace(container, resources=resources)


def _texts(amounts: Amounts) -> dict[str, str]:
    return {
        resource: render(amount, binary=is_bytes(resource)) for resource, amount in amounts.items()
    }
