"""Who may enter: a certificate authority, users, the key of ServiceAccount tokens."""

import base64
import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = dt.timedelta(days=30)
LOOPBACK = ("127.0.0.1", "::1")


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a P-256 key: a hundred times faster than RSA, and everyone here takes it."""
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Write a private key as PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key, as PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """The certificate authority of one control plane: the server and every user trust it."""

    def __init__(self) -> None:
        self._key = new_key()
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "aup-testbed")])
        certificate = (
            self._certificate(self._name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM)

    def server(self) -> Pair:
        """Issue the API server's certificate."""
        addresses = [x509.IPAddress(ipaddress.ip_address(text)) for text in LOOPBACK]
        names = [x509.DNSName("localhost"), x509.DNSName("kubernetes.default.svc")]
        key = new_key()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")])
        return self._pair(
            key,
            self._certificate(subject, key.public_key())
            .add_extension(x509.SubjectAlternativeName([*addresses, *names]), critical=False)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
            ),
        )

    def user(self, name: str, groups: tuple[str, ...] = ()) -> Pair:
        """Issue a certificate that makes its holder this user in these groups."""
        key = new_key()
        subject = x509.Name(
            [
                *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        return self._pair(
            key,
            self._certificate(subject, key.public_key()).add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
            ),
        )

    def _certificate(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + LIFETIME)
        )

    def _pair(self, key: ec.EllipticCurvePrivateKey, draft: x509.CertificateBuilder) -> Pair:
        certificate = draft.sign(self._key, hashes.SHA256())
        return Pair(certificate.public_bytes(serialization.Encoding.PEM), pem(key))


def write_kubeconfig(
    path: Path, *, url: str, authority: bytes, user: dict[str, Any], name: str, namespace: str = ""
) -> Path:
    """Write a kubeconfig with everything inside it, readable by its owner only."""
    context = {"cluster": "testbed", "user": name} | ({"namespace": namespace} if namespace else {})
    cluster = {"server": url, "certificate-authority-data": base64.b64encode(authority).decode()}
    path.touch(mode=0o600)
    path.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "testbed", "cluster": cluster}],
                "users": [{"name": name, "user": user}],
                "contexts": [{"name": "testbed", "context": context}],
                "current-context": "testbed",
            }
        )
    )
    return path


def certificate_user(pair: Pair) -> dict[str, str]:
    """Return the kubeconfig's ``user`` entry for a certificate."""
    return {
        "client-certificate-data": base64.b64encode(pair.certificate).decode(),
        "client-key-data": base64.b64encode(pair.key).decode(),
    }
