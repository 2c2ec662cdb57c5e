"""`aup check` and `aup explain`: exit codes, words for people, fields for programs."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from aup.cli.main import main
from aup.rules import CATALOGUE
from support.corpus import CASES, Case, cases
from support.world import WORLD_FILE

OWN = "198.51.100.18"
REPORT = """
apiVersion: aup.asergo.com/v1alpha1
kind: TenantReport
metadata: {name: aup, namespace: acme-prod}
status:
  policy: asergo
  addresses: [198.51.100.16/28]
  hostnames: [.acme.example]
"""


def needs_cluster(case: Case) -> bool:
    """Tell whether a case turns on what only a cluster knows, or on another tenant."""
    obj = case.load()
    online = {"case/subresource", "case/budget"}
    pods = obj["kind"] in {"Endpoints", "EndpointSlice"} and "192.0.2." in str(obj)
    nodes = "node-" in str(obj)
    others = obj["metadata"].get("namespace", "acme-prod") != "acme-prod"
    return (
        pods or nodes or others or bool(online & (obj["metadata"].get("annotations") or {}).keys())
    )


def service(address: str) -> str:
    """Return a Service that claims an address."""
    return (
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        f"spec: {{externalIPs: [{address}]}}\n"
    )


def write(folder: Path, name: str, text: str) -> str:
    """Write a file and return its name."""
    path = folder / name
    path.write_text(text)
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run a command; return its exit code and everything it said."""
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out + said.err


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    """Run a check and return what a program reads."""
    found: list[dict[str, Any]] = json.loads(run(capsys, "check", "-o", "json", *arguments)[1])
    return found


def test_the_whole_corpus_has_the_verdict_of_its_folder(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Files of namespace acme-prod, in the world of the corpus; status and quotas are no files."""
    world = ["--world", str(WORLD_FILE), "--tenant", "acme", "-n", "acme-prod"]
    known = {str(case.path): case for case in cases() if not needs_cluster(case)}
    for found in as_json(capsys, *world, *known):
        case = known[found["source"]]
        rules = {f["rule"] for f in found["findings"] if f["outcome"] == "Deny"}
        assert (case.rule in rules) is (case.verdict == "denied"), (case.id, found)


def test_a_file_that_would_pass_exits_with_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = write(tmp_path, "report", REPORT)
    file = write(tmp_path, "service.yaml", service(OWN))
    assert run(capsys, "check", "--report", report, file) == (
        0,
        "1 object checked, 0 would be refused\n",
    )


def test_a_file_that_would_be_refused_exits_with_one_and_the_words_of_the_webhook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = write(tmp_path, "report", REPORT)
    file = write(tmp_path, "service.yaml", service("203.0.113.9"))
    code, said = run(capsys, "check", "--report", report, file)
    assert code == 1
    assert "[network/assigned-address, clause 6.2] spec.externalIPs[0] 203.0.113.9 is not" in said
    assert "use an address from 198.51.100.16/28" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "is not YAML"),
        ("kind: Pod", "has no apiVersion and kind"),
        ("- 1", "has no apiVersion and kind"),
    ],
)
def test_what_cannot_be_read_exits_with_two_and_does_not_stop_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    bad, good = write(tmp_path, "bad.yaml", text), write(tmp_path, "good.yaml", service(OWN))
    code, said = run(capsys, "check", bad, good)
    assert code == 2
    assert words in said
    assert "1 object checked" in said


def test_a_missing_file_exits_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "check", "/nonexistent.yaml")[0] == 2


def test_without_a_tenant_it_says_what_was_not_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "service.yaml", service("203.0.113.9"))
    code, said = run(capsys, "check", file)
    assert code == 0
    assert "not checked: addresses and hostnames" in said


def test_folders_and_stdin_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep", "a.yaml", service(OWN))
    write(tmp_path, "notes.txt", "a: [")
    stdin = io.TextIOWrapper(io.BytesIO(service(OWN).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    sources = [found["source"] for found in as_json(capsys, str(tmp_path), "-")]
    assert sources == [str(tmp_path / "deep" / "a.yaml"), "<stdin>"]


def test_the_ordinary_manifests_have_no_finding(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, str(CASES / "ordinary"))
    assert len(found) > 100
    assert [one for one in found if one["findings"]] == []


@pytest.mark.parametrize(
    ("world", "problem"),
    [
        ("{apiVersion: aup.asergo.com/v1alpha1, kind: Nope}", "there is no kind Nope"),
        ("{apiVersion: aup.asergo.com/v1alpha1, kind: Tenant, metadata: {name: a}}", "Tenant a:"),
        ("a: [", "did not find"),
    ],
)
def test_a_world_that_cannot_be_used_exits_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], world: str, problem: str
) -> None:
    file = write(tmp_path, "world.yaml", world)
    code, said = run(capsys, "check", "--world", file, write(tmp_path, "s.yaml", service(OWN)))
    assert code == 2
    assert said.startswith("aup: ")
    assert problem in said


def test_a_world_of_many_tenants_asks_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "s.yaml", service(OWN))
    code, said = run(capsys, "check", "--world", str(WORLD_FILE), file)
    assert (code, "use --tenant" in said) == (2, True)


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.id)
def test_every_rule_is_explained(capsys: pytest.CaptureFixture[str], rule: Any) -> None:
    code, said = run(capsys, "explain", rule.id)
    assert code == 0
    for part in (rule.id, rule.title, "enforcement: Deny", "clause ", "Allowed", rule.blind):
        assert part in said


def test_an_unknown_rule_is_answered_with_those_near_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(capsys, "explain", "host/nope") == (
        2,
        "aup: there is no rule 'host/nope'; host/namespaces, host/port or host/privileged\n",
    )


def test_the_catalogue_and_the_version_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(run(capsys, "explain")[1].splitlines()) == len(CATALOGUE)
    assert run(capsys, "version")[1].startswith("aup ")
