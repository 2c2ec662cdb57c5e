"""The controller is killed at every step, its disk is wiped, and nothing of the tenant is lost."""

import json
import shutil
from collections.abc import Iterator

import pytest

from aup.controller.fault import EXIT_CODE, VARIABLE
from aup.evidence.record import verify
from aup.isolation.neutralise import is_neutralised
from support.installation import installed
from support.quarantines import QUICK_LEASE, VALUES, AbuseDesk, conditions

ENTERING = (
    "SnapshotBefore:Record",
    "SnapshotBefore",
    "Lock:Effect",
    "ProveLock",
    "Snapshot:Record",
    "Snapshot",
    "Deny",
    "Change:Record",
    "Journal",
    "Neutralise:First",
    "Neutralise",
    "Settle",
    "Hold",
)
LEAVING = (
    "Restore:First",
    "Restore",
    "RemoveDeny",
    "Release:Record",
    "NoteRestored:Conflicts",
    "NoteRestored",
    "Unlock",
)
"""After each of these the process ends as in a power cut; each is reached once."""


@pytest.fixture(scope="module")
def desk() -> Iterator[AbuseDesk]:
    """Return the abuse desk of an installation of its own."""
    with installed(VALUES, replicas=1, settings=QUICK_LEASE) as installation:
        desk = AbuseDesk(installation)
        desk.prepare()
        yield desk


def test_killed_after_every_step_with_its_disk_wiped(desk: AbuseDesk) -> None:
    """It resumes where things stand, and the release is exact."""
    namespace = desk.namespace()
    before = desk.policies(namespace)
    _kill(desk)
    quarantine = desk.request(namespace)
    desk.approve(quarantine)
    for point in ENTERING:
        _crash(desk, point)
    _start(desk)
    status = desk.phase(quarantine, "Isolated")
    assert conditions(status)["Snapshotted"] == ("True", "Authoritative")
    during = desk.policies(namespace)
    assert "aup-quarantine" in during
    assert all(is_neutralised(policy) for name, policy in during.items() if name in before)

    _kill(desk)
    desk.release(quarantine)
    for point in LEAVING:
        _crash(desk, point)
    _start(desk)
    status = desk.phase(quarantine, "Released")
    assert desk.policies(namespace) == before
    assert desk.label(namespace, "state") == "active"
    assert "conflicts" not in status
    assert conditions(status)["Restored"] == ("True", "AsBefore")
    _chain_says_what_is_missing(desk, quarantine)


def _chain_says_what_is_missing(desk: AbuseDesk, quarantine: str) -> None:
    """Check that what is left of the evidence is a chain that admits its gap."""
    status = desk.status("quarantine", quarantine)
    folder = desk.installation.evidence / desk.get("quarantine", quarantine)["metadata"]["uid"]
    records = {p.name: p.read_bytes() for p in (folder / "records").glob("*.json")}
    verdict = verify(
        records,
        lambda sha: (folder / "objects" / f"{sha}.json").read_bytes(),
        status["evidenceHead"],
    )
    assert verdict.problems == ()
    assert len(verdict.missing) == 1, "the disk was wiped once more at the very end"


def _crash(desk: AbuseDesk, point: str) -> None:
    """Run a controller until it ends at a point, then wipe its disk."""
    role = desk.installation.start_controller(**{VARIABLE: point})
    desk.until(lambda: not role.process.running, f"the controller ends after {point}")
    assert role.process.wait() == EXIT_CODE, (point, role.process.tail())
    shutil.rmtree(desk.installation.evidence, ignore_errors=True)


def _kill(desk: AbuseDesk) -> None:
    desk.installation.controllers[-1].process.kill()
    shutil.rmtree(desk.installation.evidence, ignore_errors=True)


def _start(desk: AbuseDesk) -> None:
    desk.installation.start_controller().wait_ready()


def test_making_a_namespace_anew_is_no_escape(desk: AbuseDesk) -> None:
    """The Quarantine is blocked, and another one holds the new namespace for the same reasons."""
    namespace = desk.namespace()
    quarantine = desk.request(namespace)
    desk.approve(quarantine)
    desk.phase(quarantine, "Isolated")
    desk.installation.controllers[-1].process.kill()
    # Whoever breaks the glass can: the guard refuses to delete an isolated namespace.
    desk.installation.release.stamp(namespace, state="active")
    desk.retry(lambda: desk.admin("delete", "namespace", namespace))
    _start(desk)
    labels = {"claim.aup.asergo.com/customer": "acme"}
    desk.installation.cluster.create_namespace(namespace, labels=labels)
    desk.phase(quarantine, "Blocked")
    found = json.loads(desk.admin("get", "quarantines", "-o", "json").stdout)["items"]
    (successor,) = (q for q in found if q["spec"]["namespaceUID"] == desk.uid(namespace))
    assert successor["spec"]["approval"] == {"by": f"quarantine:{quarantine}"}
    assert successor["spec"]["reasons"] == ["Phishing"]
    desk.phase(successor["metadata"]["name"], "Isolated")
    assert desk.label(namespace, "state") == "isolated"
    for name in (quarantine, successor["metadata"]["name"]):
        desk.release(name)
        desk.phase(name, "Released")
    assert desk.label(namespace, "state") == "active"
