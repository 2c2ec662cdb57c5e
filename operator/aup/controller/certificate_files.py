"""Certificates as bytes: made with ``cryptography``, stored in a Secret, listed in a caBundle."""

import base64
import ipaddress
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from aup.api.meta import GROUP, MANAGED_LABELS
from aup.controller.certificate_plan import Issued, Stored
from aup.kube.resource import SECRETS

SINCE_ANNOTATION = f"{GROUP}/since"
"""On the Secret: the time that `Stored.since` tells of."""
SKEW = timedelta(minutes=5)
"""How far the clock of an API server may be behind ours."""

_SERVING = ("tls.crt", "tls.key", "ca.crt")
_STAGED = ("next.crt", "next.key", "next-ca.crt")


class _Meta(msgspec.Struct, frozen=True):
    annotations: Mapping[str, str] | None = None


class CertificateSecret(msgspec.Struct, frozen=True):
    """The Secret as far as it is read; values are base64."""

    metadata: _Meta = _Meta()
    data: Mapping[str, str] | None = None


def issue(hosts: Iterable[str], now: datetime, lifetime: timedelta) -> Issued:
    """Make an authority, let it sign one ECDSA P-256 certificate, and forget its key."""
    names = tuple(hosts)
    end = now + lifetime
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = _name("aup-operator authority")
    authority = (
        _builder(authority_name, authority_name, authority_key, now, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    certificate = (
        _builder(_name("aup-operator admission"), authority_name, key, now, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_host(h) for h in names]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return _issued(_pem(certificate), private.decode(), _pem(authority))


def read_secret(secret: CertificateSecret | None) -> Stored:
    """Read the Secret; a certificate that cannot be read counts as none."""
    if secret is None:
        return Stored()
    since = (secret.metadata.annotations or {}).get(SINCE_ANNOTATION, "")
    return Stored(
        serving=_read(secret.data or {}, _SERVING),
        staged=_read(secret.data or {}, _STAGED),
        since=_time(since),
    )


def secret_manifest(name: str, namespace: str, stored: Stored) -> dict[str, Any]:
    """Return the Secret that holds this."""
    # The type wants both keys, also while nothing is served yet.
    data = {"tls.crt": "", "tls.key": ""}
    for keys, issued in ((_SERVING, stored.serving), (_STAGED, stored.staged)):
        if issued is not None:
            texts = (issued.certificate, issued.key, issued.authority)
            data |= {k: _encode(text) for k, text in zip(keys, texts, strict=True)}
    annotations = {SINCE_ANNOTATION: stored.since.isoformat()} if stored.since else {}
    return SECRETS.manifest(
        name,
        namespace=namespace,
        metadata={"labels": dict(MANAGED_LABELS), "annotations": annotations},
        type="kubernetes.io/tls",
        data=data,
    )


def read_bundle(bundle: str | None) -> tuple[str, ...]:
    """Return the authorities of a ``caBundle``, each once; what cannot be read is none."""
    try:
        pem = base64.b64decode(bundle or "", validate=True)
        found = x509.load_pem_x509_certificates(pem)
    except ValueError:
        return ()
    return tuple(dict.fromkeys(_pem(certificate) for certificate in found))


def write_bundle(authorities: Iterable[str]) -> str:
    """Return authorities as a ``caBundle``."""
    return _encode("".join(authorities))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _host(host: str) -> x509.GeneralName:
    """Return an address as such: nobody looks for it among the DNS names."""
    try:
        return x509.IPAddress(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host)


def _read(data: Mapping[str, str], keys: tuple[str, ...]) -> Issued | None:
    try:
        certificate, key, authority = (
            base64.b64decode(data[name], validate=True).decode() for name in keys
        )
        serialization.load_pem_private_key(key.encode(), password=None)
        return _issued(certificate, key, authority)
    except (KeyError, ValueError, TypeError):
        return None


def _issued(certificate: str, key: str, authority: str) -> Issued:
    """Describe a certificate; raises ValueError for what is none."""
    read = x509.load_pem_x509_certificate(certificate.encode())
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    hosts = (
        *names.get_values_for_type(x509.DNSName),
        *map(str, names.get_values_for_type(x509.IPAddress)),
    )
    return Issued(
        certificate=certificate,
        key=key,
        authority=_pem(x509.load_pem_x509_certificate(authority.encode())),
        not_before=read.not_valid_before_utc + SKEW,
        not_after=read.not_valid_after_utc,
        hosts=frozenset(hosts),
    )


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
