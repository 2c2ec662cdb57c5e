"""Certificates: the names and addresses that somebody will be trusted to be.

Written out, or in a certificate request (see certificate_request.py), which is read as if they were
written under it: ``spec.request.dnsNames[0]``. Before v1 it stood in ``spec.csr``, and URIs in
``uriSANs``.
Names inside the cluster, ``localhost`` and short ones are common in certificates of an authority
of one's own; they are judged by whose Service it is, as in a mesh.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from aup.facts import claims, host_claims
from aup.facts.address import parse_address
from aup.facts.certificate_request import COMPARED, UnreadableRequestError, requested
from aup.facts.claims import Leaf, is_absent
from aup.facts.hostname import parse_hostname
from aup.facts.json_value import text_of
from aup.facts.model import ClaimSource, HostnameClaim, Problem, Subject, Surroundings
from aup.facts.namespace import account_namespace, named_namespace
from aup.facts.routes.fields import Extractor, Reader, extractor, names, within
from aup.facts.wire.tree import Tree

CERT_MANAGER: Final = "cert-manager.io"
ACME: Final = "acme.cert-manager.io"
GARDENER: Final = "cert.gardener.cloud"
KUBERNETES: Final = "certificates.k8s.io"
_OF_USERS: Final = frozenset(
    {"kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet"}
)
"""Signers whose certificates show the API server who somebody is: the common name is a user's."""
_HOST_SCHEMES: Final = frozenset({"http", "https", "wss", "ldap", "ldaps", "sip", "sips"})
_PART: Final = re.compile(r"(?:\\.|[^,;+\\])+", re.DOTALL)
_ASSIGNED: Final = re.compile(r"((?:\\.|[^=\\])*+)=(.*)", re.DOTALL)
_COMMON_NAME: Final = frozenset({"cn", "commonname", "2.5.4.3", "oid.2.5.4.3"})
_LONGEST_SUBJECT: Final = 4096
"""Characters: real ones have a hundred, and each name in one takes its time to read."""
_ESCAPED: Final = re.compile(r"(?:\\[0-9A-Fa-f]{2})+|\\.", re.DOTALL)
"""In the text of a distinguished name (RFC 4514)."""
_SERVICE: Final = re.compile(r"\A(?:_[^.]*\.)+")
"""Before the host in a name of a service (RFC 4985)."""
_SPIFFE: Final = re.compile(r"(?i:spiffe)://[^/]*/ns/([^/]+)(?:/.*)?")


def certified(*paths: str) -> Reader:
    """Read names that a certificate is for."""

    def read(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
        for path in paths:
            for where, value in tree.each(path):
                yield from host_claims.inside_or_outside(
                    value, where, subject.namespace, surroundings
                )

    return read


def common_names(path: str) -> Reader:
    """Read common names, which are hostnames when they look like some: not ``Acme internal CA``."""

    def read(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
        for where, value in tree.each(path):
            if isinstance(value, str):
                yield from _titled(value, value, where, subject, surroundings)
            else:
                yield claims.hostname(value, where)

    return read


def _titled(
    name: str, text: str, where: str, subject: Subject, surroundings: Surroundings
) -> Iterator[HostnameClaim]:
    """Yield the claim of a common name, if it looks like a hostname, with the text it stands in."""
    name = _trimmed(name)
    parsed = parse_hostname(name)
    if "." in parsed.name or parsed.wildcard:
        for claim in host_claims.inside_or_outside(name, where, subject.namespace, surroundings):
            yield replace(claim, text=text)


def _trimmed(name: str) -> str:
    """Return a common name as far as programs in C read it, without the space around it."""
    return name.partition("\0")[0].strip()


def literal_subject(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read the common names in a subject that is written out: ``C=DK,CN=www.acme.example``."""
    for where, value in tree.each("literalSubject"):
        whole = text_of(value)
        named = list(_common_names(whole[:_LONGEST_SUBJECT]))
        if problem := _hidden(whole, named):
            yield HostnameClaim(whole, where, ClaimSource.SPEC, "", problem=problem)
        for written in named:
            for claim in _titled(_plain(written), whole, where, subject, surroundings):
                yield replace(claim, reading="names")


def _common_names(subject: str) -> Iterator[str]:
    """Yield the common names in a distinguished name as written, escapes (RFC 4514) included."""
    for part in _PART.findall(subject):
        assigned = _ASSIGNED.fullmatch(part)
        if assigned and _plain(assigned[1]).casefold() in _COMMON_NAME:
            yield assigned[2].lstrip()


def _hidden(subject: str, named: Iterable[str]) -> str:
    """Say what of a subject is not read; empty when all is."""
    if len(subject) > _LONGEST_SUBJECT:
        return f"is longer than {_LONGEST_SUBJECT} characters"
    # ``#`` begins the encoded form of a value, of which nobody reads the letters.
    encoded = any(name.startswith("#") for name in named)
    return "has a common name in hexadecimal digits" if encoded else ""


def _plain(text: str) -> str:
    """Return a type or a value of a distinguished name without its escapes."""
    return _ESCAPED.sub(lambda found: _unescaped(found[0]), text).strip()


def _unescaped(text: str) -> str:
    """Return what a character, or bytes in hexadecimal digits, stand for behind backslashes."""
    digits = text.replace("\\", "")
    if len(digits) == 1:
        return digits
    return bytes.fromhex(digits).decode(errors="replace")


def certified_addresses(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read addresses that a certificate is for; its own machine's are nobody's to claim."""
    for where, value in tree.each("ipAddresses[]"):
        address = parse_address(value).address
        if address is None or not address.is_loopback:
            yield claims.address_claim(parse_address(value), where, ClaimSource.SPEC)


def uris(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read the hosts of URIs that a client would compare with a server's name.

    A SPIFFE id names a namespace where it has one: ``spiffe://cluster.local/ns/acme-prod/sa/web``.
    """
    for where, value in (*tree.each("uris[]"), *tree.each("uriSANs[]")):
        uri = text_of(value)
        scheme, host = _host(uri)
        workload = _SPIFFE.fullmatch(uri)
        if workload:
            service = named_namespace(workload[1], workload[1], where, surroundings)
            yield HostnameClaim(uri, where, ClaimSource.SPEC, host, service=service, identity=True)
        elif scheme in _HOST_SCHEMES and host:
            for claim in host_claims.inside_or_outside(
                host, where, subject.namespace, surroundings
            ):
                yield replace(claim, text=uri, reading="is of the host")


def other_names(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read other names that are a server's: ``_imaps.mail.acme.example``, ``chat.acme.example``."""
    for found in tree.objects("otherNames[]"):
        where, text = found.at("utf8Value"), text_of(found.one("utf8Value"))
        host = _SERVICE.sub("", text.partition("/")[0])
        if text_of(found.one("oid")) not in COMPARED or "@" in host:
            continue  # an account of XMPP, which is no server's name
        for claim in host_claims.inside_or_outside(host, where, subject.namespace, surroundings):
            yield claim if host == text else replace(claim, text=text, reading="is of the host")


def _host(uri: str) -> tuple[str, str]:
    """Return the scheme and the host of a URI; both are empty where they cannot be told."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:  # brackets that do not match
        return "", ""
    return parts.scheme, host


_ALTERNATIVES: Final = (certified_addresses, uris, other_names)
_TITLES: Final = common_names("commonName[]")
_AS_OPENSSL: Final = "write one request alone, as openssl req does, in base64"


def encoded(*paths: str, bare: bool = False, titles: bool = True) -> Reader:
    """Read a certificate request; one that cannot be read as every signer will is refused.

    Args:
        paths: of the fields that it may be in.
        bare: whether DER will do, without PEM around it.
        titles: whether common names may be hostnames.

    """
    readers = (certified("dnsNames[]"), *_ALTERNATIVES, *([_TITLES] if titles else []))

    def read(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
        for where, value in chain.from_iterable(map(tree.each, paths)):
            if is_absent(value):
                continue
            try:
                found = tree.holding(requested(value, bare=bare), where)
            except UnreadableRequestError as error:
                tree.refuse(Problem(where, "", str(error), hides=True, remedy=_AS_OPENSSL))
                continue
            for reader in readers:
                yield from reader(found, subject, surroundings)

    return read


_FOR_SERVERS: Final = encoded("spec.request", "spec.csr")
_FOR_USERS: Final = encoded("spec.request", titles=False)


def signing(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read a request outside of namespaces: short names in it are of its writer's namespace."""
    reader = _FOR_USERS if text_of(tree.one("spec.signerName")) in _OF_USERS else _FOR_SERVERS
    writers = replace(subject, namespace=account_namespace(subject.writer))
    yield from reader(tree, writers, surroundings)


def challenged(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read what a challenge is about: a name, or an address where an Order names addresses."""
    for where, value in tree.each("dnsName"):
        if (parsed := parse_address(value)).address is not None:
            yield claims.address_claim(parsed, where, ClaimSource.SPEC)
        else:
            yield from host_claims.inside_or_outside(value, where, subject.namespace, surroundings)


_WRITTEN: Final = (certified("dnsNames[]"), common_names("commonName"))

CERTIFICATES: Final[Mapping[tuple[str, str], Extractor]] = {
    (CERT_MANAGER, "Certificate"): extractor(
        within("spec", *_WRITTEN, literal_subject, *_ALTERNATIVES)
    ),
    (CERT_MANAGER, "CertificateRequest"): extractor(_FOR_SERVERS),
    (KUBERNETES, "CertificateSigningRequest"): extractor(signing),
    (ACME, "Order"): extractor(
        within("spec", *_WRITTEN, certified_addresses),
        encoded("spec.request", "spec.csr", bare=True),
    ),
    (ACME, "Challenge"): extractor(within("spec", challenged)),
    (GARDENER, "Certificate"): extractor(
        within("spec", *_WRITTEN, *_ALTERNATIVES), encoded("spec.csr")
    ),
    ("networking.gke.io", "ManagedCertificate"): extractor(names("spec.domains[]")),
}
