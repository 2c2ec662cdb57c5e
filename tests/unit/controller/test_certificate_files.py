"""Certificates as the standard library and the API server see them."""

import base64
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from aup.controller.certificate_files import (
    CertificateSecret,
    issue,
    read_bundle,
    read_secret,
    secret_manifest,
    write_bundle,
)
from aup.controller.certificate_plan import Issued, Stored

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def made() -> Issued:
    return issue(["aup.example", "127.0.0.1"], datetime.now(UTC), DAY)


@pytest.mark.parametrize("host", ["aup.example", "127.0.0.1"])
def test_a_client_that_trusts_the_authority_accepts_it(
    made: Issued, host: str, tmp_path: Path
) -> None:
    (tmp_path / "crt").write_text(made.certificate)
    (tmp_path / "key").write_text(made.key)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "crt", tmp_path / "key")
    here, there = socket.socketpair()

    def serve() -> None:
        with server.wrap_socket(there, server_side=True):
            pass

    answering = threading.Thread(target=serve)
    answering.start()
    client = ssl.create_default_context(cadata=made.authority)
    client.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    with client.wrap_socket(here, server_hostname=host) as secured:
        assert secured.version() == "TLSv1.3"
    answering.join(5)


def test_every_certificate_has_another_authority(made: Issued) -> None:
    assert issue(["aup.example"], datetime.now(UTC), DAY).authority != made.authority


def stored_again(stored: Stored) -> Stored:
    manifest = secret_manifest("name", "aup-system", stored)
    return read_secret(msgspec.convert(manifest, CertificateSecret))


def test_the_secret_holds_everything(made: Issued) -> None:
    since = datetime(2026, 11, 21, 12, 30, 0, 5, tzinfo=UTC)
    stored = Stored(serving=made, staged=issue(["b"], datetime.now(UTC), DAY), since=since)
    assert stored_again(stored) == stored
    assert stored_again(Stored()) == Stored()


def test_the_secret_holds_no_key_of_an_authority(made: Issued) -> None:
    manifest = secret_manifest("name", "aup-system", Stored(serving=made, staged=made))
    texts = [base64.b64decode(value).decode() for value in manifest["data"].values()]
    assert sum("PRIVATE KEY" in text for text in texts) == 2
    assert {text for text in texts if "PRIVATE KEY" in text} == {made.key}


@pytest.mark.parametrize("key", ["tls.crt", "tls.key", "ca.crt"])
@pytest.mark.parametrize("broken", ["", "%%%", base64.b64encode(b"no PEM").decode()])
def test_what_cannot_be_read_counts_as_none(made: Issued, key: str, broken: str) -> None:
    manifest = secret_manifest("name", "aup-system", Stored(serving=made))
    manifest["data"][key] = broken
    assert read_secret(msgspec.convert(manifest, CertificateSecret)).serving is None


def test_a_bundle_lists_each_authority_once(made: Issued) -> None:
    other = issue(["b"], datetime.now(UTC), DAY)
    bundle = write_bundle([made.authority, other.authority, made.authority])
    assert read_bundle(bundle) == (made.authority, other.authority)


@pytest.mark.parametrize("bundle", [None, "", "%%%", base64.b64encode(b"junk").decode()])
def test_a_bundle_that_is_none_holds_nothing(bundle: str | None) -> None:
    assert read_bundle(bundle) == ()
