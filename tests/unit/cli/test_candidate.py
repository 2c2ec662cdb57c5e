"""A candidate policy from a file: one, whole, and with what nobody reads of it told."""

import json
from pathlib import Path

import pytest

from aup import presets
from aup.cli.candidate import CandidateError, read_candidate
from aup.documents import read_documents

ASERGO = Path(presets.__file__).parent / "asergo.yaml"
OTHER = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"


def written(folder: Path, *texts: str) -> Path:
    path = folder / "candidate.yaml"
    path.write_text("".join(texts))
    return path


def test_a_preset_is_a_candidate_beside_whatever_else_the_file_holds(tmp_path: Path) -> None:
    warnings: list[str] = []
    found = read_candidate(written(tmp_path, ASERGO.read_text(), OTHER), warnings)
    assert (found.metadata.name, warnings) == ("asergo", [])


def test_it_is_found_in_a_list_as_kubectl_writes_one(tmp_path: Path) -> None:
    (policy,) = read_documents(ASERGO.read_bytes())
    path = tmp_path / "candidate.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [policy]}))
    assert read_candidate(path, []).metadata.name == "asergo"


@pytest.mark.parametrize(
    ("term", "warning"),
    [
        ("podSecurty: restricted", "candidate.yaml:9:17: unknown field spec.security.podSecurty"),
        (
            "podSecurity: baseline\n    podSecurity: restricted",
            "candidate.yaml:10:5: spec.security.podSecurity is written more than once",
        ),
    ],
    ids=["misspelt", "twice"],
)
def test_what_would_not_be_judged_by_is_told(tmp_path: Path, term: str, warning: str) -> None:
    text = (
        "apiVersion: aup.asergo.com/v1alpha1\nkind: AcceptableUsePolicy\n"
        "metadata: {name: mine}\n"
        "spec:\n  revision: a\n  provider: {name: Us, contact: a@us.example}\n"
        '  document: {url: https://us.example/aup, effectiveFrom: "2026-01-01"}\n'
        f"  security:\n    {term}\n"
    )
    warnings: list[str] = []
    read_candidate(written(tmp_path, text), warnings)
    (told,) = warnings
    assert warning in told


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (OTHER, "holds 0 AcceptableUsePolicy objects, not one"),
        ("a: [", "did not find expected node content"),
        ("apiVersion: aup.asergo.com/v1alpha1\nkind: AcceptableUsePolicy\n", "has no metadata"),
    ],
    ids=["none", "no-yaml", "nothing-in-it"],
)
def test_what_is_no_candidate_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(CandidateError, match=problem):
        read_candidate(written(tmp_path, text), [])


def test_two_candidates_are_none(tmp_path: Path) -> None:
    text = ASERGO.read_text()
    with pytest.raises(CandidateError, match="holds 2"):
        read_candidate(written(tmp_path, text, "\n---\n", text), [])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CandidateError, match=r"nowhere\.yaml"):
        read_candidate(tmp_path / "nowhere.yaml", [])
