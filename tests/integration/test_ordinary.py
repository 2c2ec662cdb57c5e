"""The ordinary manifests are real: an API server without anything of ours accepts each of them."""

from pathlib import Path

import pytest

from support.controlplane import ControlPlane
from support.corpus import CASES, documents

ORDINARY = CASES / "ordinary"
FILES = sorted(ORDINARY.rglob("*.yaml"))
NAMESPACE = "acme-prod"
"""Where the manifests live; rewritten, since other tests may claim the real one."""
POD_CARRIERS = {
    *("Pod", "PodTemplate", "ReplicationController", "ReplicaSet", "Deployment"),
    *("StatefulSet", "DaemonSet", "Job", "CronJob"),
}
EXPOSURES = {"Service", "Endpoints", "EndpointSlice", "Ingress", "Gateway"}


@pytest.fixture(scope="module")
def namespace(cluster: ControlPlane) -> str:
    """Return one namespace for all: a dry run leaves nothing in it."""
    cluster.install_gateway_api()
    cluster.create_namespace("ordinary")
    return "ordinary"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ORDINARY).as_posix())
def test_a_real_api_server_accepts_it(cluster: ControlPlane, namespace: str, path: Path) -> None:
    """With strict validation, so that a misspelt field would be found as well."""
    answer = cluster.kubectl(
        *("apply", "--dry-run=server", "--validate=strict", "--namespace", namespace, "-f", "-"),
        input=path.read_text().replace(NAMESPACE, namespace),
    )
    accepted = [line for line in answer.stdout.splitlines() if "(server dry run)" in line]
    assert len(accepted) == len(documents(path)), answer.stdout


def test_every_kind_that_is_judged_is_among_them() -> None:
    """A kind without an ordinary manifest could be refused without anybody noticing."""
    kinds = {obj["kind"] for path in FILES for obj in documents(path)}
    assert kinds >= POD_CARRIERS | EXPOSURES
