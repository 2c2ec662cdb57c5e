"""Without a Tenant only what is known is judged, and what is not is said."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from aup.api.meta import write as as_data
from aup.cli.stand_in import FROM_REPORT, POLICY_ALONE, UNKNOWN_CONSENT
from aup.rules import RULE_IDS
from aup.tenancy.report import report_status
from support.commands import ACME, REPORT, Commands, service, write
from support.corpus import CASES, Case, cases
from support.world import NOW, manifests, terms

POLICY = next(m for m in manifests() if m["kind"] == "AcceptableUsePolicy")


def report(tmp_path: Path) -> str:
    """Return the file of the report that acme can read in the world of the corpus."""
    status = report_status(
        terms("acme"), (), budget=None, fair_use=(), quarantine=None, before=None, now=NOW
    )
    found = {**yaml.safe_load(REPORT), "status": as_data(status)}
    return write(tmp_path, "report.yaml", yaml.safe_dump(found))


def is_of_acme(case: Case) -> bool:
    """Tell whether a case is judged by the contract of the report."""
    namespace = case.load()["metadata"].get("namespace") or "acme-prod"
    return str(namespace).startswith("acme-")


@pytest.mark.parametrize("known", ["report", "policy"])
def test_nothing_is_found_that_the_cluster_would_not_find(
    tmp_path: Path, aup: Commands, known: str
) -> None:
    """All that may pass passes, but for what consent and ids of addresses cover."""
    bundle = ["--bundle", write(tmp_path, "policy.yaml", yaml.safe_dump(POLICY))]
    if known == "report":
        bundle += ["--bundle", report(tmp_path), "--tenant", "acme"]
    files = [str(case.path) for case in cases("allowed") if is_of_acme(case)]
    files.append(str(CASES / "ordinary"))
    consented = {rule for exemption in terms("acme").exemptions for rule in exemption.rules}
    ids = terms("acme").network.resource_ids
    in_cluster = findings(aup.check(*ACME, *files))
    wrong = [
        finding
        for finding in findings(aup.check(*bundle, "--at", NOW.isoformat(), *files)) - in_cluster
        if finding.value not in ids
        and not ("consent" in finding.source and finding.rule in consented)
    ]
    assert wrong == []


class Found(NamedTuple):
    """A finding of a check."""

    source: str
    rule: str
    path: str
    value: str


def findings(said: dict[str, Any]) -> set[Found]:
    """Return the findings of a check of many objects."""
    assert said["summary"]["objects"] > 200
    return {
        Found(one["source"], f["rule"], f["path"], f["value"])
        for one in said["objects"]
        for f in one["findings"]
    }


def test_what_a_report_does_not_tell_is_said(tmp_path: Path, aup: Commands) -> None:
    """Exemptions and opaque ids: such a refusal may be none in the cluster."""
    file = write(tmp_path, "s.yaml", service("203.0.113.130"))
    said = aup.run("check", "--bundle", report(tmp_path), file)
    assert said.code == 1
    assert UNKNOWN_CONSENT in said.out.splitlines()


def test_who_says_its_name_is_called_by_it(tmp_path: Path, aup: Commands) -> None:
    """A report does not say whose it is."""
    file = write(tmp_path, "s.yaml", service("203.0.113.9"))
    bundle = ("--bundle", report(tmp_path))
    assert "is not assigned to tenant\n" in aup.run("check", *bundle, file).out
    named = aup.run("check", *bundle, "--tenant", "acme", file)
    assert "is not assigned to acme\n" in named.out


def test_rules_that_are_named_exist() -> None:
    """A rule that is new is left out and named, until somebody says that it can be judged."""
    assert POLICY_ALONE | FROM_REPORT <= RULE_IDS


def test_what_is_left_out_is_named_once(tmp_path: Path, aup: Commands) -> None:
    said = aup.run("check", "--bundle", report(tmp_path), write(tmp_path, "s.yaml", service("::1")))
    (note,) = [line for line in said.out.splitlines() if line.startswith("not checked: ")]
    assert "license" in note
    assert "export/party" in note
    assert note.endswith("ask it for a bundle (aup export)")


def test_a_policy_that_is_not_shipped_is_said_to_be_assumed(tmp_path: Path, aup: Commands) -> None:
    text = REPORT.replace("policy: asergo", "policy: house-rules")
    file = write(tmp_path, "s.yaml", service("198.51.100.18"))
    said = aup.run("check", "--bundle", write(tmp_path, "r.yaml", text), file)
    assert "judged by the preset asergo/2023-06-01, since only your provider has " in said.out
    assert "house-rules/2023-06-01\n" in said.out


@pytest.mark.parametrize(
    ("objects", "problem"),
    [
        ([yaml.safe_load(REPORT)] * 2, "which report? there are 2 TenantReports"),
        (
            [POLICY, {**POLICY, "metadata": {"name": "other"}}],
            "which policy? there are asergo, other",
        ),
    ],
)
def test_what_is_not_clear_is_asked(
    tmp_path: Path, aup: Commands, objects: list[Any], problem: str
) -> None:
    bundle = write(tmp_path, "bundle.yaml", yaml.safe_dump_all(objects))
    said = aup.run("check", "--bundle", bundle, write(tmp_path, "s.yaml", service("::1")))
    assert (said.code, said.err) == (2, f"aup: {problem}\n")
