"""Certificate requests, written in DER by hand: also those that no program would write."""

import base64
from functools import cache
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtensionOID, NameOID

EXTENSIONS = "1.2.840.113549.1.9.14"
"""Attribute: extensions that are asked for."""
ALTERNATIVES = "2.5.29.17"
"""Extension: subject alternative names."""
UTF8, PRINTABLE, T61, IA5, BMP = 0x0C, 0x13, 0x14, 0x16, 0x1E
"""Tags of strings."""
MAIL, DNS, URI, IP, OTHER = 0x81, 0x82, 0x86, 0x87, 0xA0
"""Tags of alternative names."""
SRV, XMPP, REALM, USER = *(f"1.3.6.1.5.5.7.8.{n}" for n in (7, 5, 8)), "1.3.6.1.4.1.311.20.2.3"
"""Types of other names."""


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return a value with its tag and length."""
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 + len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    """Return a SEQUENCE."""
    return tlv(0x30, *parts)


def oid(text: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    first, second, *rest = map(int, text.split("."))
    content = bytearray([first * 40 + second])
    for number in rest:
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(0x80 | number & 0x7F)
        content.extend(reversed(septets))
    return tlv(0x06, bytes(content))


def common_name(value: bytes | str, tag: int = UTF8) -> bytes:
    """Return one part of a subject."""
    content = value.encode() if isinstance(value, str) else value
    return tlv(0x31, sequence(oid("2.5.4.3"), tlv(tag, content)))


def alternatives(*names: tuple[int, bytes | str]) -> bytes:
    """Return the extension with alternative names, each by its tag."""
    held = [tlv(tag, n.encode() if isinstance(n, str) else n) for tag, n in names]
    return sequence(oid(ALTERNATIVES), tlv(0x04, sequence(*held)))


def other(kind: str, value: bytes | str, tag: int = IA5) -> tuple[int, bytes]:
    """Return an alternative name of another form, which says of which."""
    content = value.encode() if isinstance(value, str) else value
    return OTHER, oid(kind) + tlv(0xA0, tlv(tag, content))


def asking(*extensions: bytes, attribute: str = EXTENSIONS) -> bytes:
    """Return the attribute that asks for extensions."""
    return sequence(oid(attribute), tlv(0x31, sequence(*extensions)))


@cache
def _key() -> bytes:
    """Return a public key; nobody has to have the other half."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def der(*subject: bytes, attributes: tuple[bytes, ...] = (), key: bytes = b"") -> bytes:
    """Return a request, which nobody has signed."""
    info = sequence(
        tlv(0x02, b"\0"), sequence(*subject), key or _key(), tlv(0xA0, *sorted(attributes))
    )
    return sequence(info, sequence(oid("1.2.840.10045.4.3.2")), tlv(0x03, b"\0", b"\1" * 8))


def pem(request: bytes, label: str = "CERTIFICATE REQUEST") -> bytes:
    """Return a request in PEM."""
    body = base64.encodebytes(request).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n".encode()


def field(data: bytes) -> str:
    """Return bytes as a field holds them."""
    return base64.b64encode(data).decode()


def asks_for(*names: str, common: str = "") -> str:
    """Return a plain request for hostnames and addresses, as a field holds it."""
    tagged = []
    for name in names:
        try:
            tagged.append((IP, ip_address(name).packed))
        except ValueError:
            tagged.append((URI if ":" in name else DNS, name.encode()))
    subject = (common_name(common),) if common else ()
    attributes = (asking(alternatives(*tagged)),) if tagged else ()
    return field(pem(der(*subject, attributes=attributes)))


def members(text: str) -> dict[str, Any]:
    """Return what a field asks for, by the names that paths have for it; DER or PEM."""
    data = base64.b64decode(text)
    load = x509.load_pem_x509_csr if data.isascii() else x509.load_der_x509_csr
    request = load(data)
    common = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    names = next(
        (e.value for e in request.extensions if e.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME), ()
    )
    return {
        "commonName": [attribute.value for attribute in common],
        "dnsNames": [n.value for n in names if isinstance(n, x509.DNSName)],
        "ipAddresses": [str(n.value) for n in names if isinstance(n, x509.IPAddress)],
        "uris": [n.value for n in names if isinstance(n, x509.UniformResourceIdentifier)],
        "otherNames": [
            {"oid": n.type_id.dotted_string, "utf8Value": n.value[2:].decode()}
            for n in names
            if isinstance(n, x509.OtherName)
        ],
    }
