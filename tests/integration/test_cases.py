"""The cases of workloads are real: without anything of ours, an API server takes each object."""

import pytest
import yaml

from aup.facts.carriers.walk import is_custom
from support.controlplane import ControlPlane
from support.corpus import Case, cases

SECTIONS = (
    *("host", "license", "export", "mail", "resources"),
    *("security/malware", "security/pod-security", "security/tools"),
)
REFUSED = {
    # Ephemeral containers come through a subresource only.
    *("ephemeral-container", "every-list-of-containers", "subresources-do-not-wait"),
    "init-and-ephemeral-container",
    # A Binding is for a pod that is there.
    *("binding-to-a-node-elsewhere", "binding-to-a-node-of-a-listed-region"),
    "binding-of-a-pod-that-is-not-controlled",
    # An exec is a connection to one.
    *("exec-of-a-tool", "exec-of-a-script-with-a-tool", "exec-of-a-shell"),
    *("exec-of-a-tool-with-consent-in-the-namespace", "exec-of-what-tenants-run"),
    # The API server wants no dots in a path of the node; nor a path that is empty.
    "dots-in-a-file",
    # The API server wants no spaces around an image; a file may hold them all the same.
    "spaces",
}
"""Cases that do not come in by CREATE, by the name of the file."""


def is_served(case: Case) -> bool:
    """Tell whether a bare API server has the kind, and not only one with other projects' kinds."""
    return not is_custom(case.load()["apiVersion"].rpartition("/")[0])


@pytest.fixture(scope="module")
def namespace(cluster: ControlPlane) -> str:
    """Return one namespace for all: a dry run leaves nothing in it."""
    cluster.create_namespace("cases")
    return "cases"


@pytest.mark.parametrize(
    "case",
    [
        c
        for c in cases()
        if c.rule.startswith(SECTIONS) and c.path.stem not in REFUSED and is_served(c)
    ],
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
