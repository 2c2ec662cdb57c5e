"""The cases of workloads are real: without anything of ours, an API server takes each object."""

import pytest
import yaml

from support.controlplane import ControlPlane
from support.corpus import Case, cases

SECTIONS = ("host", "license", "export", "resources")
REFUSED = {
    # Ephemeral containers come through a subresource only.
    *("ephemeral-container", "subresources-do-not-wait"),
    # The API server wants no spaces around an image; a file may hold them all the same.
    "spaces",
}
"""Cases that do not come in by CREATE, by the name of the file."""


@pytest.fixture(scope="module")
def namespace(cluster: ControlPlane) -> str:
    """Return one namespace for all: a dry run leaves nothing in it."""
    cluster.create_namespace("cases")
    return "cases"


@pytest.mark.parametrize(
    "case",
    [c for c in cases() if c.rule.startswith(SECTIONS) and c.path.stem not in REFUSED],
    ids=lambda case: case.id,
)
def test_a_real_api_server_takes_it(cluster: ControlPlane, namespace: str, case: Case) -> None:
    """With strict validation, so that a misspelt field would be found as well."""
    obj = case.load()
    obj["metadata"].pop("namespace", None)
    answer = cluster.kubectl(
        *("create", "--dry-run=server", "--validate=strict", "--namespace", namespace, "-f", "-"),
        input=yaml.safe_dump(obj),
    )
    assert "(server dry run)" in answer.stdout
