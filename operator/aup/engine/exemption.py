"""Written consent: which exemption covers a violation."""

from collections.abc import Iterator

from aup.facts.model import Workload
from aup.policy.terms import Terms
from aup.policy.terms.exemption import Aims, HeldExemptions, first_of
from aup.rules.base import Violation


class Exemptions:
    """The exemptions of one tenant, as one object in a namespace is held against them."""

    def __init__(self, terms: Terms, namespace: str) -> None:
        self._terms = terms
        self._namespace = namespace
        self._of_part: dict[str, tuple[object, Aims]] = {}
        """Rule → the part that was asked about last, and those that name all that it runs."""

    def covering(self, rule: str, violation: Violation, part: object = None) -> str:
        """Return the name of the first exemption that covers a violation, or an empty string.

        Every limit that an exemption names must hold. What a pod does as a whole, such as to share
        the node's processes, is covered by one that is limited to images when it names all that the
        pod runs. Any other violation without an image is covered by none that is limited to images,
        nor one without an address or a hostname by one limited to targets. A network or a range is
        covered by one whose targets hold all of it.

        Args:
            rule: its id.
            violation: what the rule found.
            part: the pod in which it was found, or all pods that the object makes.

        """
        held = self._terms.exemptions_by_rule.held(rule, self._namespace)
        if held is None:
            return ""
        limited = held.of_image(violation.image) if violation.image else ()
        aims = (held.of_any_image, *limited, *self._of_whole(rule, held, violation, part))
        at = violation.address, violation.networks, violation.hostname
        found = first_of(aim.first(*at) for aim in aims)
        return "" if found is None else self._terms.exemptions[found].name

    def _of_whole(
        self, rule: str, held: HeldExemptions, violation: Violation, part: object
    ) -> Iterator[Aims]:
        """Yield those that name all that a pod runs; looked up once for it."""
        if violation.image or part is None:
            return
        known = self._of_part.get(rule)
        if known is None or known[0] is not part:
            known = self._of_part[rule] = part, held.of_images(_run(part))
        yield known[1]


def _run(part: object) -> tuple[str, ...]:
    """Return the images of pods, as exemptions call them; none where some are not known."""
    names: dict[str, None] = {}
    for pod in part if isinstance(part, tuple) else (part,):
        if not isinstance(pod, Workload) or pod.partial or not pod.images:
            return ()
        if any(container.image is None for container in pod.containers):
            return ()
        names.update(dict.fromkeys(image.name for image in pod.images))
    return tuple(names)
