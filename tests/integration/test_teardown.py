"""Leaving: `helm uninstall`, then `aup teardown`; afterwards the cluster is as if we never came."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from support.installation import Installation, installed
from support.provision import provide, tenant
from support.reviews import pod
from support.waiting import until

NAMESPACE = "acme-prod"
BUDGET = {"hard": {"requests.cpu": "2", "pods": "10"}}


@pytest.fixture
def installation() -> Iterator[Installation]:
    """Run the product with one tenant and its budget."""
    with installed() as installation:
        provide(installation, tenant("acme", budget=BUDGET))
        yield installation


def aup(installation: Installation, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of ours as the administrator."""
    command = [sys.executable, "-m", "aup", *words]
    return subprocess.run(
        [*command, "--kubeconfig", str(installation.cluster.kubeconfig)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def managed(installation: Installation) -> list[str]:
    """Return what carries our label in the tenant's namespace."""
    kinds = "resourcequotas,limitranges,networkpolicies,tenantreports"
    found = installation.cluster.kubectl(
        *("get", kinds, "-n", NAMESPACE, "-l", "aup.asergo.com/managed=true", "-o", "name")
    )
    return found.stdout.split()


def stamps(installation: Installation) -> list[str]:
    """Return the keys of ours that a namespace carries."""
    found = json.loads(
        installation.cluster.kubectl("get", "namespace", NAMESPACE, "-o", "json").stdout
    )["metadata"]
    keys = {**found.get("labels", {}), **found.get("annotations", {})}
    return sorted(key for key in keys if "aup.asergo.com" in key)


@pytest.mark.timeout(300)
def test_leaving_leaves_nothing_and_breaks_nothing(installation: Installation) -> None:
    cluster, name = installation.cluster, installation.release.name
    until("a quota, a limit range and a report", lambda: len(managed(installation)) == 3)
    assert stamps(installation)

    early = aup(installation, "teardown")
    assert early.returncode == 2
    assert "the operator still runs (controller-1_" in early.stderr

    installation.stop()
    cluster.helm("uninstall", name, "-n", installation.release.namespace, "--wait")

    forbidden = json.dumps(pod(hostPID=True) | {"metadata": {"name": "after"}})
    until(
        "pods start without us",
        lambda: (
            cluster.kubectl(
                "create", "-n", NAMESPACE, "-f", "-", input=forbidden, check=False
            ).returncode
            == 0
        ),
    )

    foreseen = aup(installation, "teardown", "--dry-run")
    assert foreseen.returncode == 0, foreseen.stderr
    assert f"would remove ResourceQuota {NAMESPACE}/aup-budget" in foreseen.stdout
    until("a quota, a limit range and a report", lambda: len(managed(installation)) == 3)

    done = aup(installation, "teardown")
    assert done.returncode == 0, done.stderr
    assert managed(installation) == []
    assert stamps(installation) == []
    assert aup(installation, "teardown").stdout.endswith("0 things removed\n")

    # The provider's own objects stay, and nothing keeps them from being deleted.
    cluster.kubectl("get", "tenant", "acme")
    for kind in ("tenant", "aup"):
        cluster.kubectl("delete", kind, "--all", "--timeout=20s")


@pytest.mark.timeout(300)
def test_an_open_quarantine_is_not_opened_by_leaving(installation: Installation) -> None:
    cluster, release = installation.cluster, installation.release
    uid = cluster.kubectl("get", "ns", NAMESPACE, "-o", "jsonpath={.metadata.uid}").stdout
    quarantine = {
        "apiVersion": "aup.asergo.com/v1alpha1",
        "kind": "Quarantine",
        "metadata": {"name": "by-hand"},
        "spec": {
            "namespace": NAMESPACE,
            "namespaceUID": uid,
            "tenant": "acme",
            "reasons": ["PortScan"],
            "requestedBy": "olga",
        },
    }
    olga = cluster.as_user("olga", ["system:masters"])
    peter = cluster.as_user("peter", ["system:masters"])
    olga.kubectl("create", "-f", "-", input=json.dumps(quarantine))
    approval = json.dumps({"spec": {"approval": {"by": "peter"}}})
    peter.kubectl("patch", "quarantine", "by-hand", "--type=merge", "-p", approval)
    phase = ("get", "quarantine", "by-hand", "-o", "jsonpath={.status.phase}")
    until("isolated", lambda: cluster.kubectl(*phase).stdout == "Isolated")

    installation.stop()
    cluster.helm("uninstall", release.name, "-n", release.namespace, "--wait")
    refused = aup(installation, "teardown")
    assert refused.returncode == 2
    assert f"quarantines are open: by-hand ({NAMESPACE})" in refused.stderr
    assert len(managed(installation)) == 4

    told = aup(installation, "teardown", "--open-quarantines")
    assert told.returncode == 0, told.stderr
    assert managed(installation) == []
    assert stamps(installation) == []
