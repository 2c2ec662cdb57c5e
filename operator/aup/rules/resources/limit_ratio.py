"""Resources: limits stay within reach of requests.

resources/limit-ratio
    Fields read   resources of containers and initContainers; resources of the pod
    Allowed       any, unless `resources.maxLimitRequestRatio`: then limits of cpu and memory that
                  are at most so many times the request. A limit that is missing is above any ratio
    Serves        "no disproportionate use of resources" (asergo/1.6): nodes are filled by requests,
                  and what is promised to everybody beyond them is there once
"""

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal

from aup.facts.model import Resources, Workload
from aup.facts.quantity import total
from aup.policy.terms import ResourceTerms
from aup.rules.base import Rule, Violation
from aup.rules.resources.said import CPU_AND_MEMORY, amount, containers, limited, requested


def limit_ratio(workload: Workload, terms: ResourceTerms) -> Iterator[Violation]:
    """Yield each limit that is too far above its request."""
    ratio = terms.max_limit_request_ratio
    if ratio is None or workload.partial:
        return
    for resource in CPU_AND_MEMORY:
        whole = limited(workload.resources, resource)
        if whole is not None:
            # It holds all containers together, whatever each of them says.
            yield from _beyond(workload.resources, resource, _asked(workload, resource), ratio, "")
            continue
        for container in containers(workload):
            said = container.resources or Resources(f"{container.path}.resources", {}, {})
            request = amount(requested(said, resource))
            yield from _beyond(said, resource, request, ratio, container.name, container.image_name)


def _asked(workload: Workload, resource: str) -> Decimal | None:
    """Return what a pod asks for as a whole, else what its containers do, else its limit."""
    said = workload.resources
    if said is not None and said.requests.get(resource) is not None:
        return amount(said.requests[resource])
    parts = [amount(requested(c.resources, resource)) for c in containers(workload)]
    return total(part for part in parts if part is not None) or amount(limited(said, resource))


def _beyond(
    said: Resources | None,
    resource: str,
    request: Decimal | None,
    ratio: Decimal,
    name: str,
    image: str = "",
) -> Iterator[Violation]:
    """Yield a limit that is missing, cannot be read, or is too large."""
    if said is None:
        return
    text = limited(said, resource)
    limit = amount(text)
    if limit is not None and request is not None and limit <= request * ratio:
        return
    most = f"at most {_number(ratio)} times the request"
    if text is None:
        detail = f"says no {resource}"
    elif limit is None:
        detail = "is no quantity"
    elif not request:
        detail = "stands beside no request"
    else:
        detail = f"is {_number(limit / request)} times the request"
    yield Violation(
        path=f"{said.path}.limits" if text is None else f"{said.path}.limits.{resource}",
        value="" if text is None else str(text),
        detail=f"{detail}, and limits may be {most}",
        remedy=f"set a limit of {resource} that is {most}",
        key=(name, resource),
        image=image,
    )


def _number(value: Decimal) -> str:
    """Return a number as people write it: 4, 1.5; rounded up, so that 4.01 is no 4."""
    return f"{value.quantize(Decimal('0.01'), ROUND_UP).normalize():f}"


RULE = Rule(
    id="resources/limit-ratio",
    title="Limits stay within reach of requests",
    reads=Workload,
    terms=lambda terms: terms.resources,
    check=limit_ratio,
    blind=(
        "What pods really use. A LimitRange of the namespace fills in what a Pod leaves out, "
        "before this rule looks; not in the templates of controllers, which are judged as they are."
    ),
)
