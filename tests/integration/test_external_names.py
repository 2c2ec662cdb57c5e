"""What a real API server takes as the name of a Service: more than names, hence the rule."""

import pytest
import yaml

from support.controlplane import ControlPlane
from support.corpus import Case, cases

REFUSED = {
    # What nobody can store needs no rule to refuse it; files hold it all the same.
    "no-name",
}
"""Cases by the name of the file."""


@pytest.fixture(scope="module")
def namespace(cluster: ControlPlane) -> str:
    """Return one namespace for all: a dry run leaves nothing in it."""
    cluster.create_namespace("external-names")
    return "external-names"


@pytest.mark.parametrize(
    "case",
    [c for c in cases() if c.rule == "network/external-name" and c.load()["kind"] == "Service"],
    ids=lambda case: case.id,
)
def test_a_real_api_server_takes_it(cluster: ControlPlane, namespace: str, case: Case) -> None:
    """Addresses in decimal, octal and hexadecimal are legal names of DNS."""
    obj = case.load()
    obj["metadata"].pop("namespace", None)
    answer = cluster.kubectl(
        *("create", "--dry-run=server", "--validate=strict", "--namespace", namespace, "-f", "-"),
        input=yaml.safe_dump(obj),
        check=case.path.stem not in REFUSED,
    )
    assert ("(server dry run)" in answer.stdout) is (case.path.stem not in REFUSED)
