"""The domains that the provider verified for a tenant."""

from collections.abc import Iterable
from typing import Final

from aup.api.tenant import Domain as DomainSpec
from aup.facts.hostname import parse_hostname
from aup.policy.problem import Reason, Trouble
from aup.policy.terms import Domain
from aup.text import printable

SHARED: Final = frozenset(
    {
        *("co.uk", "org.uk", "ac.uk", "gov.uk", "com.au", "net.au", "org.au", "co.nz", "co.za"),
        *("co.jp", "or.jp", "ne.jp", "co.kr", "co.in", "co.il", "com.br", "com.cn", "com.hk"),
        *("com.mx", "com.sg", "com.tr", "com.tw", "com.ua", "eu.org", "github.io", "gitlab.io"),
        *("pages.dev", "vercel.app", "herokuapp.com", "azurewebsites.net", "cloudfront.net"),
    }
)
"""Suffixes under which strangers register names, so that nobody can own one whole.

A short list of the usual ones, against slips of the pen. It is not the Public Suffix List: the
provider's verification of a domain remains what counts.
"""


def read_domains(specs: Iterable[DomainSpec]) -> tuple[tuple[Domain, ...], tuple[Trouble, ...]]:
    """Return the domains that can be read, and what is wrong with the others."""
    domains: list[Domain] = []
    troubles: list[Trouble] = []
    for spec in specs:
        parsed = parse_hostname(spec.name)
        problem = parsed.problem
        if not problem and parsed.wildcard:
            problem = "begins with *.; write includeSubdomains: true instead"
        elif not problem and ("." not in parsed.name or parsed.name in SHARED):
            problem = "is a suffix under which others register names"
        if problem:
            message = f"domains: {printable(spec.name)} {problem}"
            troubles.append(Trouble(Reason.INVALID_HOSTNAME, message))
        else:
            domains.append(Domain(parsed.name, spec.include_subdomains, spec.verified_at))
    return tuple(domains), tuple(troubles)
