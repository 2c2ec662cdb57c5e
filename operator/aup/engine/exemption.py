"""Written consent: which exemption covers a violation."""

from collections.abc import Iterable, Iterator, Sequence

from aup.facts.model import Workload
from aup.policy.addresses import AddressSet
from aup.policy.index import AddressIndex
from aup.policy.terms import ExemptionTerm
from aup.rules.base import Violation


class Exemptions:
    """The exemptions of one tenant, as they hold in one namespace.

    Sorted for each rule that finds a violation, once: thousands of violations are not held against
    thousands of exemptions each.
    """

    def __init__(self, exemptions: Sequence[ExemptionTerm], namespace: str) -> None:
        """Args: ``exemptions`` are asked in their order."""
        self._exemptions = exemptions
        self._namespace = namespace
        self._by_rule: dict[str, _OfRule] = {}

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
        if not self._exemptions:
            return ""
        held = self._by_rule.get(rule)
        if held is None:
            held = self._by_rule[rule] = _OfRule(
                e
                for e in self._exemptions
                if rule in e.rules and (not e.namespaces or self._namespace in e.namespaces)
            )
        return held.covering(violation, part)


class _OfRule:
    """Exemptions from one rule in one namespace, by what they are limited to."""

    def __init__(self, exemptions: Iterable[ExemptionTerm]) -> None:
        self._all = tuple(exemptions)
        self._of_image: dict[str, list[int]] = {}
        self._of_name: dict[str, int] = {}
        self._of_part: tuple[object, list[int]] = (None, [])
        self._unlimited: int | None = None
        aimed: list[tuple[int, AddressSet]] = []
        for at, exemption in enumerate(self._all):
            for image in exemption.images:
                self._of_image.setdefault(image, []).append(at)
            if exemption.images:
                continue
            if exemption.targets is None:
                self._unlimited = at if self._unlimited is None else self._unlimited
                continue
            aimed.append((at, exemption.targets))
            for name in exemption.hostnames:
                self._of_name.setdefault(name, at)
        self._of_address = AddressIndex.of(aimed)

    def covering(self, violation: Violation, part: object) -> str:
        """Return the name of the first that covers a violation, or an empty string."""
        found = min((at for at in self._found(violation, part) if at is not None), default=None)
        return "" if found is None else self._all[found].name

    def _found(self, violation: Violation, part: object) -> Iterator[int | None]:
        """Yield the position of the first that covers it, for each sort of limit."""
        yield self._unlimited
        if violation.address is not None:
            yield self._of_address.first(violation.address)
        elif violation.networks:
            yield self._of_address.whole(violation.networks)
        else:
            yield from map(self._of_name.get, _targets(violation.hostname))
        if self._of_image:
            named = self._naming(violation.image) if violation.image else self._allowing(part)
            yield next((at for at in named if _aims(self._all[at], violation)), None)

    def _allowing(self, part: object) -> list[int]:
        """Return the positions of those that name all that a pod runs; looked up once for a pod."""
        if part is not self._of_part[0]:
            each = [set(self._naming(image)) for image in _run(part)]
            self._of_part = part, sorted(set.intersection(*each)) if each else []
        return self._of_part[1]

    def _naming(self, image: str) -> list[int]:
        """Return the positions of those that name an image, with or without its digest."""
        names = {image, image.partition("@")[0]}
        return sorted({at for name in names for at in self._of_image.get(name, ())})


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


def _aims(exemption: ExemptionTerm, violation: Violation) -> bool:
    """Tell whether what a violation is aimed at is among an exemption's targets, if it has some."""
    if exemption.targets is None:
        return True
    if violation.address is not None:
        return violation.address in exemption.targets
    if violation.networks:
        return all(exemption.targets.covers(network) for network in violation.networks)
    return not exemption.hostnames.isdisjoint(_targets(violation.hostname))


def _targets(hostname: str) -> Iterator[str]:
    """Yield each target that a hostname lies in: itself, and the wildcard of each name above it.

    ``*.acme.example`` is about all names below, whole branches among them, and not about
    ``acme.example``.
    """
    while hostname:
        yield hostname
        parent = hostname.removeprefix("*.").partition(".")[2]
        hostname = f"*.{parent}" if parent else ""
