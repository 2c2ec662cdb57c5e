"""Annotations from which DNS records are made, wherever they stand: external-dns and its like."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from aup.facts import claims
from aup.facts.address import parse_address
from aup.facts.annotations.keys import Note, Reader, under
from aup.facts.annotations.readers import HERE, comma, hostnames
from aup.facts.claims import Leaf
from aup.facts.model import AddressClaim, HostnameClaim

PREFIXES: Final = ("external-dns.alpha.kubernetes.io/", "external-dns.kubernetes.io/")
"""The second is the default since version 0.22; one option makes it read both."""


def targets(note: Note) -> Iterator[Leaf]:
    """Read where records point: at addresses, which must be one's own, or at names of anybody."""
    for value in comma(note):
        parsed = parse_address(value)
        text = parsed.text
        is_name = parsed.address is None and ":" not in text and not text[-1:].isdigit()
        if not is_name:
            yield claims.address_claim(parsed, note.path, HERE)


def _with_prefix(reader: Reader) -> Reader:
    """Let a reader say that only a controller with this prefix reads the annotation."""

    def read(note: Note) -> Iterator[Leaf]:
        prefix = note.key.rpartition("/")[0]
        for leaf in reader(note):
            if isinstance(leaf, AddressClaim | HostnameClaim):
                yield replace(leaf, prefix=prefix)

    return read


EXTERNAL_DNS: Final[dict[str, Reader]] = {
    **under(
        PREFIXES,
        {
            "hostname": hostnames(),
            "internal-hostname": hostnames(),
            # Names that Cloudflare answers for beside those of its zones.
            "cloudflare-custom-hostname": hostnames(),
            "target": targets,
        },
    ),
    # What else makes records: kops' controller, Gardener's, and mate, whose key external-dns takes.
    "dns.alpha.kubernetes.io/external": hostnames(),
    "dns.alpha.kubernetes.io/internal": hostnames(),
    "dns.gardener.cloud/dnsnames": hostnames(),
    "zalando.org/dnsname": hostnames(),
}

EXTERNAL_DNS_FAMILIES: Final[dict[str, Reader]] = {
    r".*/(?:internal-|cloudflare-custom-)?hostname": _with_prefix(hostnames()),
    r".*/target": _with_prefix(targets),
}
"""Keys as external-dns reads them under a prefix of the provider's."""
