"""external-dns: names and addresses under its own prefixes, and under any other with a mark."""

import pytest

from aup.facts.annotations.external_dns import EXTERNAL_DNS, EXTERNAL_DNS_FAMILIES
from aup.facts.annotations.keys import Keys
from aup.facts.model import AddressClaim, HostnameClaim, Offline, Subject

KEYS = Keys(EXTERNAL_DNS, EXTERNAL_DNS_FAMILIES)
SUBJECT = Subject("", "Service", "acme-prod", "web")


def read(key: str, value: object) -> list[tuple[str, str]]:
    """Return the text and the prefix of each claim."""
    leaves = KEYS.read({key: value}, "a", SUBJECT, Offline())
    return [
        (leaf.text, leaf.prefix)
        for leaf in leaves
        if isinstance(leaf, AddressClaim | HostnameClaim)
    ]


@pytest.mark.parametrize(
    "prefix", ["external-dns.alpha.kubernetes.io", "external-dns.kubernetes.io"]
)
@pytest.mark.parametrize("name", ["hostname", "internal-hostname", "cloudflare-custom-hostname"])
def test_names_are_read_under_both_prefixes(prefix: str, name: str) -> None:
    assert read(f"{prefix}/{name}", "a.example, b.example,,") == [
        ("a.example", ""),
        ("b.example", ""),
    ]


def test_under_another_prefix_a_claim_says_so() -> None:
    assert read("dns.provider.example/hostname", "a.example") == [
        ("a.example", "dns.provider.example")
    ]
    assert read("dns.provider.example/target", "192.0.2.1") == [
        ("192.0.2.1", "dns.provider.example")
    ]


@pytest.mark.parametrize(
    "key",
    [
        "external-dns.kubernetes.io/ttl",
        "external-dns.kubernetes.io/access",
        "external-dns.kubernetes.io/set-identifier",
        "external-dns.kubernetes.io/controller",
        "external-dns.kubernetes.io/Hostname",
        "external-dns.kubernetes.io",
        "hostname",
    ],
)
def test_other_keys_claim_nothing(key: str) -> None:
    assert read(key, "a.example") == []


@pytest.mark.parametrize(
    ("value", "claimed"),
    [
        ("192.0.2.1, www.beta.example", ["192.0.2.1"]),
        ("::ffff:192.0.2.1", ["::ffff:192.0.2.1"]),
        ("010.0.0.1", ["010.0.0.1"]),
        ("fe80::1%eth0", ["fe80::1%eth0"]),
        ("acme.cdn.example.", []),
        (7, ["7"]),
    ],
)
def test_of_targets_only_addresses_are_claims(value: object, claimed: list[str]) -> None:
    found = KEYS.read({"external-dns.kubernetes.io/target": value}, "a", SUBJECT, Offline())
    assert [leaf.text for leaf in found if isinstance(leaf, AddressClaim)] == claimed
