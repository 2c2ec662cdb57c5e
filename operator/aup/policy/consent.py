"""Exemptions, read: what written consent covers once it is in force."""

from dataclasses import dataclass

from aup.api.exemption import Exemption, ExemptionSpec
from aup.api.meta import ObjectMeta
from aup.facts.hostname import parse_hostname
from aup.policy.addresses import AddressSet
from aup.policy.problem import Reason, Trouble
from aup.policy.terms import ExemptionTerm
from aup.text import printable


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
    troubles: list[Trouble] = []
    for rule in (rule for rule in spec.rules if rule not in rules):
        message = f"rules: {printable(rule)} is no rule"
        troubles.append(Trouble(Reason.UNKNOWN_RULE, message))
    networks: list[AddressSet] = []
    hostnames: set[str] = set()
    for target in scope.targets:
        try:
            networks.append(AddressSet.of((target,)))
        except ValueError:
            parsed = parse_hostname(target)
            if parsed.problem:
                message = f"scope.targets: {printable(target)} is no canonical CIDR and no hostname"
                troubles.append(Trouble(Reason.INVALID_TARGET, message))
            else:
                hostnames.add(f"*.{parsed.name}" if parsed.wildcard else parsed.name)
    addresses = AddressSet.of(network for found in networks for network in found.networks)
    if not (scope.namespaces or scope.images or scope.targets):
        message = "scope: at least one of namespaces, images and targets is needed"
        troubles.append(Trouble(Reason.INVALID_TARGET, message))
        return Consent(exemption.metadata, spec, None), tuple(troubles)
    term = ExemptionTerm(
        name=exemption.metadata.name,
        rules=frozenset(spec.rules) & rules,
        namespaces=frozenset(scope.namespaces),
        images=scope.images,
        targets=addresses if scope.targets else None,
        expires_at=spec.expires_at,
        hostnames=frozenset(hostnames),
    )
    return Consent(exemption.metadata, spec, term), tuple(troubles)
