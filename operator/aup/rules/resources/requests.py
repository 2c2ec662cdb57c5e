"""Resources: pods say what they need.

resources/requests
    Fields read   resources of containers and initContainers; resources of the pod
    Allowed       any, unless `resources.requireRequests`: then requests of cpu and memory above
                  zero, or limits that stand for them, in each container or in the pod as a whole
    Serves        "no disproportionate use of resources" (asergo/1.6): what asks for nothing is
                  counted as nothing, and takes what it finds
"""

from collections.abc import Iterator
from typing import Final

from aup.facts.json_value import text_of
from aup.facts.model import Container, Workload
from aup.policy.terms import ResourceTerms
from aup.rules.base import Rule, Violation
from aup.rules.resources.said import CPU_AND_MEMORY, amount, containers, requested
from aup.text import clip, join

_LONGEST: Final = 40
"""Characters shown of what is no quantity."""


def requests(workload: Workload, terms: ResourceTerms) -> Iterator[Violation]:
    """Yield each container that does not say what it needs."""
    if not terms.require_requests or workload.partial:
        return
    wanted = [name for name in CPU_AND_MEMORY if not amount(requested(workload.resources, name))]
    for container in containers(workload) if wanted else ():
        missing = [name for name in wanted if not amount(requested(container.resources, name))]
        if missing:
            yield _missing(container, missing)


def _missing(container: Container, missing: list[str]) -> Violation:
    """Return the violation; of the first resource that is there but none the value is shown."""
    said = container.resources
    written = (requested(said, name) for name in missing)
    shown = next((text for text in written if text is not None), None)
    text = text_of(shown)
    beside = f" above {text}" if text else ""
    if text and amount(shown) is None:
        beside = f", and {clip(text, _LONGEST)} is no quantity such as 500m or 4Gi"
    return Violation(
        path=f"{container.path}.resources.requests",
        value="",
        detail=f"says no {join(missing)}{beside}",
        remedy=f"set requests of {join(missing, 'and')} to what the container needs",
        key=(container.name, *missing),
        image=container.image_name,
    )


RULE = Rule(
    id="resources/requests",
    title="Pods say what they need",
    reads=Workload,
    terms=lambda terms: terms.resources,
    check=requests,
    blind=(
        "Whether it is true. A LimitRange of the namespace fills in what a Pod leaves out, before "
        "this rule looks; not in the templates of controllers, which are judged as they are."
    ),
)
