"""Verified domains: canonical, and never a suffix that others share."""

import pytest

from aup.policy.domains import read_domains
from aup.policy.problem import Reason
from aup.policy.terms import Domain
from support.provider import domain


def test_domains_become_canonical() -> None:
    domains, troubles = read_domains((domain("Bücher.Example.", include_subdomains=True),))
    assert domains == (Domain("xn--bcher-kva.example", include_subdomains=True),)
    assert troubles == ()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("com", "suffix under which others"),
        ("co.uk", "suffix under which others"),
        ("GitHub.io.", "suffix under which others"),
        ("公司.cn", "suffix under which others"),
        ("anything.ck", "suffix under which others"),
        ("*.com", "write includeSubdomains"),
        ("*.acme.example", "write includeSubdomains"),
        ("acme..example", "empty label"),
        ("192.0.2.1", "ends in a number"),
    ],
)
def test_what_is_no_domain_is_told_and_left_out(name: str, problem: str) -> None:
    domains, (trouble,) = read_domains((domain(name), domain("acme.example")))
    assert [d.name for d in domains] == ["acme.example"]
    assert trouble.reason is Reason.INVALID_HOSTNAME
    assert problem in trouble.message
    assert name in trouble.message
