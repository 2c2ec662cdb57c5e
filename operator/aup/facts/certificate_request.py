"""Certificate requests (PKCS #10, RFC 2986): which names and addresses somebody is to certify.

A field holds base64 of PEM of DER, and every program on the way to the certificate reads that for
itself. So only what leaves no choice is read: one PEM block, one list of extensions in it, each
extension once. Go takes the first block that it can decode, others the last; of attributes that ask
for extensions Go takes all, others the first. What is read otherwise than one of them would read it
is refused, which every request that a program has made passes.

The signature is not looked at: whoever signs does so, and a wrong one takes nothing away.
"""

import binascii
import contextlib
import re
import warnings
from typing import TYPE_CHECKING, Any, Final

from aup.facts.json_value import type_of

if TYPE_CHECKING:
    from cryptography import x509

LONGEST: Final = 64 * 1024
"""Characters of base64; a request for a hundred names with the largest of keys has 10,000."""

_BLOCK = re.compile(
    rb"-----BEGIN (?P<label>(?:NEW )?CERTIFICATE REQUEST)-----[ \t]*\r?\n"
    rb"(?P<body>[A-Za-z0-9+/=\s]*)"
    rb"-----END (?P=label)-----"
)
_ASKS_FOR_EXTENSIONS: Final = frozenset({"1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14"})
"""Attributes by which a request asks for extensions: the standard's, and Microsoft's."""

COMPARED: Final = frozenset({"1.3.6.1.5.5.7.8.5", "1.3.6.1.5.5.7.8.7", "1.3.6.1.5.5.7.8.8"})
"""Types of other names by which a program knows a server: of XMPP (RFC 6120), of a service in DNS
(RFC 4985, ``_imaps.mail.acme.example``), of a realm of RADIUS (RFC 7585)."""

_TEXTS: Final = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii"}
"""Encodings by the tag of a string in DER: UTF8String, PrintableString, IA5String."""

Names = dict[str, list[Any]]
"""As a Certificate of cert-manager has them: ``commonName``, ``dnsNames``, ``ipAddresses``,
``uris``, and of ``otherNames`` those that are compared."""


class UnreadableRequestError(Exception):
    """It cannot be judged; the argument completes ``<path>``: ``is not text in base64``."""


def requested(value: object, *, bare: bool = False) -> Names:
    """Return what a certificate request asks for, each as it is written in it.

    Args:
        value: what stands in the field.
        bare: whether DER will do, without PEM around it.

    Raises:
        UnreadableRequestError: whoever signs it might read something else in it.

    """
    data = _decoded(value)
    if data.isascii() or not bare:
        data = _armoured(data)
    elif b"-----BEGIN" in data:
        raise UnreadableRequestError("holds PEM among other bytes")
    return _names(data)


def _decoded(value: object) -> bytes:
    """Return the bytes of a field. Go passes over line breaks in base64, and over nothing else."""
    if not isinstance(value, str):
        raise UnreadableRequestError(f"is {type_of(value)} where text in base64 belongs")
    if len(value) > LONGEST:
        raise UnreadableRequestError(f"is longer than {LONGEST} characters")
    try:
        return binascii.a2b_base64(value.replace("\r", "").replace("\n", ""), strict_mode=True)
    except ValueError:  # binascii.Error is one
        raise UnreadableRequestError("is not text in base64") from None


def _armoured(data: bytes) -> bytes:
    """Return the DER in PEM, which text may stand around."""
    if data.count(b"-----BEGIN") > 1 or data.count(b"-----END") > 1:
        raise UnreadableRequestError("has more than one PEM block")
    block = _BLOCK.search(data)
    if block is None:
        raise UnreadableRequestError("is not a certificate request in PEM")
    try:
        return binascii.a2b_base64(b"".join(block["body"].split()), strict_mode=True)
    except ValueError:
        raise UnreadableRequestError("is not base64 within its PEM block") from None


def _names(data: bytes) -> Names:
    """Return the names in DER."""
    # Here, since it takes longer to import than most commands run.
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            # Of countries that are no two letters, and the like: nothing that is judged. Warnings
            # are everybody's, but objects are read by one thread.
            warnings.simplefilter("ignore")
            return _read(x509.load_der_x509_csr(data))
    except (
        ValueError,
        TypeError,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    ):
        raise UnreadableRequestError("holds no certificate request that can be read") from None


def _read(request: "x509.CertificateSigningRequest") -> Names:
    """Return the names of a request; those of mail, and of most other forms, are no claims."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    asking = [a for a in request.attributes if a.oid.dotted_string in _ASKS_FOR_EXTENSIONS]
    if len(asking) > 1:
        raise UnreadableRequestError("asks for extensions in more than one attribute")
    fields: dict[type[x509.GeneralName], str] = {
        x509.DNSName: "dnsNames",
        x509.IPAddress: "ipAddresses",
        x509.UniformResourceIdentifier: "uris",
    }
    names: Names = {field: [] for field in fields.values()}
    names["otherNames"] = []
    names["commonName"] = [str(a.value) for a in request.subject if a.oid == NameOID.COMMON_NAME]
    for extension in request.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            for name in extension.value:
                if field := fields.get(type(name)):
                    names[field].append(_ascii(str(name.value)))
                elif isinstance(name, x509.OtherName) and _oid(name) in COMPARED:
                    found = {"oid": _oid(name), "utf8Value": _text(name.value)}
                    names["otherNames"].append(found)
    return names


def _oid(name: "x509.OtherName") -> str:
    return name.type_id.dotted_string


def _text(value: bytes) -> str:
    """Return a string in DER, whole and of a definite length.

    Raises:
        UnreadableRequestError: it is none.

    """
    encoding, length, content = _TEXTS.get(value[0] if value else 0), value[1:2], value[2:]
    if length and length[0] > 0x80:
        octets = length[0] - 0x80
        length, content = content[:octets], content[octets:]
    if encoding is not None and int.from_bytes(length, "big") == len(content):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise UnreadableRequestError("has another name that is no text")


def _ascii(name: str) -> str:
    """Return an alternative name. Of other alphabets there are A-labels only; Go refuses the rest.

    Raises:
        UnreadableRequestError: it is in another alphabet.

    """
    if not name.isascii():
        raise UnreadableRequestError("has an alternative name outside ASCII")
    return name


def prepare() -> None:
    """Load what reads DER, so that no request waits for it."""
    import cryptography.x509  # noqa: F401 - loading it is all there is to do
