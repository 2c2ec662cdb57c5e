"""Rotation on a real API server: certificates come and go, and not one request is lost."""

import base64
import json
import threading
from collections.abc import Iterator

import pytest

from aup.controller.certificate_files import read_bundle
from support.installation import Installation, installed
from support.provision import provide, tenant
from support.waiting import until

LIFETIME_SECONDS = 45
"""A successor is made after 30 seconds; each pause lasts two."""
SETTINGS = {"AUP_CERTIFICATE_DAYS": str(LIFETIME_SECONDS / 86400)}
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"generateName": "web-"},
    "spec": {"ports": [{"port": 80}]},
}


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Run the product with certificates that live for less than a minute."""
    with installed(replicas=2, settings=SETTINGS) as running:
        provide(running, tenant("acme"))
        yield running


def serving(installation: Installation) -> tuple[str, tuple[str, ...]]:
    """Return the certificate in the Secret, and the authorities that the API server trusts."""
    cluster = installation.cluster
    secret = json.loads(
        cluster.kubectl(
            *("get", "secret", "aup-operator-certificate", "-n", "aup-system", "-o", "json")
        ).stdout
    )
    configuration = json.loads(
        cluster.kubectl(
            *("get", "validatingwebhookconfiguration", "aup-operator", "-o", "json")
        ).stdout
    )
    bundle = configuration["webhooks"][0]["clientConfig"]["caBundle"]
    return base64.b64decode(secret["data"]["tls.crt"]).decode(), read_bundle(bundle)


def test_no_request_is_lost_while_certificates_change(installation: Installation) -> None:
    """Every create goes through the webhook, and the API server would refuse it on a bad one."""
    first, _ = serving(installation)
    done = threading.Event()
    failures: list[str] = []
    count = 0

    def create() -> None:
        nonlocal count
        while not done.is_set():
            made = installation.cluster.kubectl(
                *("create", "--dry-run=server", "-n", "acme-prod", "-f", "-"),
                input=json.dumps(SERVICE),
                check=False,
            )
            count += 1
            if made.returncode:
                failures.append(made.stderr)

    creating = threading.Thread(target=create)
    creating.start()
    try:
        until("another certificate", lambda: serving(installation)[0] != first, 90)
        # One authority again: the old certificate is served no more, and not trusted either.
        until("the end of the rotation", lambda: len(serving(installation)[1]) == 1, 60)
        second, (authority,) = serving(installation)
        until("the next one", lambda: serving(installation)[0] != second, 90)
    finally:
        done.set()
        creating.join()
    assert failures == []
    assert count > 20
    assert authority not in first


def test_a_lost_secret_is_made_anew(installation: Installation) -> None:
    cluster = installation.cluster
    before, _ = serving(installation)
    cluster.kubectl("delete", "secret", "aup-operator-certificate", "-n", "aup-system")

    def answered() -> bool:
        found = cluster.kubectl(
            *("get", "secret", "aup-operator-certificate", "-n", "aup-system"), check=False
        )
        return found.returncode == 0 and serving(installation)[0] not in {"", before}

    until("another certificate", answered)
    cluster.kubectl(
        *("create", "--dry-run=server", "-n", "acme-prod", "-f", "-"), input=json.dumps(SERVICE)
    )
