"""The server's certificate: read from a Secret, swapped on the live listener.

New handshakes get the new certificate and open connections go on: not one request is dropped.
"""

import base64
import ssl
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

CERT_KEY = "tls.crt"
PRIVATE_KEY = "tls.key"


class TLSSecret(msgspec.Struct, frozen=True):
    """A Secret of type ``kubernetes.io/tls``; values are base64."""

    data: Mapping[str, str] | None = None


class Certificate:
    """One TLS context whose certificate can be replaced while it serves."""

    def __init__(self) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        # client-go speaks HTTP/1.1 to webhooks.
        self.context.set_alpn_protocols(["http/1.1"])
        self.loaded = False
        """Whether there is a certificate to serve with."""

    def load(self, secret: TLSSecret) -> bool:
        """Swap in the certificate of a Secret; return false when it has none that fits its key."""
        data = secret.data or {}
        try:
            chain = base64.b64decode(data[CERT_KEY], validate=True)
            key = base64.b64decode(data[PRIVATE_KEY], validate=True)
        except (KeyError, ValueError):
            return False
        if not chain or not key:
            return False
        # OpenSSL reads files only; a private directory lives for as long as the call.
        with tempfile.TemporaryDirectory(prefix="aup-tls-") as folder:
            files = Path(folder, "chain.pem"), Path(folder, "key.pem")
            for path, content in zip(files, (chain, key), strict=True):
                path.touch(mode=0o600)
                path.write_bytes(content)
            try:
                self.context.load_cert_chain(*files)
            except ssl.SSLError:
                return False
        self.loaded = True
        return True
