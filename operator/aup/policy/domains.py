"""The domains that the provider verified for a tenant."""

from collections.abc import Iterable

from aup.api.tenant import Domain as DomainSpec
from aup.facts.hostname import parse_hostname
from aup.facts.suffixes import is_public_suffix
from aup.policy.problem import Reason, Trouble
from aup.policy.terms import Domain
from aup.text import printable


def read_domains(specs: Iterable[DomainSpec]) -> tuple[tuple[Domain, ...], tuple[Trouble, ...]]:
    """Return the domains that can be read, and what is wrong with the others."""
    domains: list[Domain] = []
    troubles: list[Trouble] = []
    for spec in specs:
        parsed = parse_hostname(spec.name)
        problem = parsed.problem
        if not problem and parsed.wildcard:
            problem = "begins with *.; write includeSubdomains: true instead"
        elif not problem and is_public_suffix(parsed.name):
            problem = "is a suffix under which others register names"
        if problem:
            message = f"domains: {printable(spec.name)} {problem}"
            troubles.append(Trouble(Reason.INVALID_HOSTNAME, message))
        else:
            domains.append(Domain(parsed.name, spec.include_subdomains, spec.verified_at))
    return tuple(domains), tuple(troubles)
