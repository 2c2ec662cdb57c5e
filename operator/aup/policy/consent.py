"""Exemptions, read: what written consent covers once it is in force.

Consent to a security test is one that says whom the test is aimed at. The rule security/tools
reads it itself; an exemption that names no target is no such consent, and exempts from no other
rule by naming that one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from aup.api.exemption import Exemption, ExemptionScope, ExemptionSpec
from aup.api.meta import ObjectMeta
from aup.facts.hostname import parse_hostname
from aup.facts.image import read_image
from aup.policy.addresses import AddressSet
from aup.policy.problem import Reason, Trouble
from aup.policy.terms import ConsentTerm, ExemptionTerm
from aup.text import printable

TOOLS: Final = "security/tools"
"""Rule that consents to security tests name."""


@dataclass(frozen=True, slots=True)
class Consent:
    """An exemption and what it becomes in the terms while it is in force."""

    metadata: ObjectMeta
    spec: ExemptionSpec
    term: ExemptionTerm | None
    """``None``: nothing of it can be used."""


def read_consent(
    exemption: Exemption, rules: frozenset[str]
) -> tuple[Consent, tuple[Trouble, ...]]:
    """Read an exemption; what cannot be read of its scope never makes the scope wider."""
    spec, scope = exemption.spec, exemption.spec.scope
    known = frozenset(spec.rules) & rules
    networks, hostnames, bad_targets = _targets(scope.targets)
    images = {text: _image(text) for text in scope.images}
    bad_images = tuple(text for text, name in images.items() if not name)
    troubles = (
        *_troubles(Reason.UNKNOWN_RULE, "rules", "no rule", set(spec.rules) - known, known),
        *_troubles(
            Reason.INVALID_TARGET,
            "scope.targets",
            "no canonical CIDR and no hostname",
            bad_targets,
            bool(networks or hostnames),
        ),
        *_troubles(
            Reason.INVALID_REPOSITORY,
            "scope.images",
            "no repository in full, without a tag",
            bad_images,
            len(images) > len(bad_images),
        ),
        *_unlimited(scope, known, aimed=bool(networks or hostnames)),
    )
    if any(trouble.fatal for trouble in troubles):
        return Consent(exemption.metadata, spec, None), troubles
    term = ExemptionTerm(
        name=exemption.metadata.name,
        rules=known,
        namespaces=frozenset(scope.namespaces),
        images=tuple(name for name in images.values() if name),
        targets=networks if scope.targets else None,
        expires_at=spec.expires_at,
        hostnames=hostnames,
    )
    return Consent(exemption.metadata, spec, term), troubles


def _unlimited(scope: ExemptionScope, rules: frozenset[str], *, aimed: bool) -> Iterator[Trouble]:
    """Yield what a scope leaves open that it must not: for a test, whom it is aimed at."""
    if not (scope.namespaces or scope.images or scope.targets):
        message = "scope: at least one of namespaces, images and targets is needed"
        yield Trouble(Reason.INVALID_TARGET, message, fatal=True)
    elif TOOLS in rules and not aimed:
        message = f"scope.targets: consent under {TOOLS} names the targets of the test"
        yield Trouble(Reason.INVALID_TARGET, message, fatal=rules == {TOOLS})


def exempting(terms: Iterable[ExemptionTerm]) -> tuple[ExemptionTerm, ...]:
    """Return exemptions as they exempt from rules: consent to a security test does not."""
    left = (replace(term, rules=term.rules - {TOOLS}) for term in terms)
    return tuple(term for term in left if term.rules)


def consenting(terms: Iterable[ExemptionTerm]) -> tuple[ConsentTerm, ...]:
    """Return the consents to security tests: exemptions that say whom the test is aimed at."""
    return tuple(
        ConsentTerm(
            name=term.name,
            namespaces=term.namespaces,
            images=term.images,
            targets=term.targets or AddressSet(),
            hostnames=term.hostnames,
            expires_at=term.expires_at,
        )
        for term in terms
        if TOOLS in term.rules and (term.targets or term.hostnames)
    )


def _troubles(
    reason: Reason, at: str, what: str, bad: Iterable[str], rest: object
) -> Iterator[Trouble]:
    """Yield a trouble for each bad entry; fatal when no entry of the list is left."""
    for text in sorted(bad):
        yield Trouble(reason, f"{at}: {printable(text)} is {what}", fatal=not rest)


def _targets(targets: Iterable[str]) -> tuple[AddressSet, frozenset[str], tuple[str, ...]]:
    """Sort targets into networks, hostnames and what is neither."""
    networks: list[AddressSet] = []
    hostnames: set[str] = set()
    bad: list[str] = []
    for target in targets:
        try:
            networks.append(AddressSet.of((target,)))
        except ValueError:
            parsed = parse_hostname(target)
            if parsed.problem:
                bad.append(target)
            else:
                hostnames.add(f"*.{parsed.name}" if parsed.wildcard else parsed.name)
    merged = AddressSet.of(network for found in networks for network in found.networks)
    return merged, frozenset(hostnames), tuple(bad)


def _image(text: str) -> str:
    """Return the name of a repository or of a digest of it; empty for anything else."""
    # A tag is refused and not dropped: without it the exemption would cover every version.
    image = read_image(text if "@" in text else f"{text}:x", "")
    return "" if image.problem else image.name
