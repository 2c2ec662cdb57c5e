"""`aup check`: what it reads, its exit codes, and the words of the webhook."""

import io
import sys
from pathlib import Path

import pytest

from support.commands import ACME, FOREIGN, OWN, REPORT, Commands, service, write
from support.corpus import CASES


def test_a_file_that_would_pass_exits_with_zero(tmp_path: Path, aup: Commands) -> None:
    report = write(tmp_path, "report.yaml", REPORT)
    file = write(tmp_path, "service.yaml", service(OWN))
    said = aup.run("check", "--bundle", report, file)
    assert said.code == 0
    assert said.out.startswith("1 object checked, 0 would be refused\n")


def test_a_file_that_would_be_refused_exits_with_one_and_the_words_of_the_webhook(
    tmp_path: Path, aup: Commands
) -> None:
    report = write(tmp_path, "report.yaml", REPORT)
    file = write(tmp_path, "service.yaml", service(FOREIGN))
    said = aup.run("check", "--bundle", report, file)
    assert said.code == 1
    words = f"[network/assigned-address, clause 6.2] spec.externalIPs[0] {FOREIGN} is not assigned"
    assert words in said.out
    assert "remedy: use an address from 198.51.100.16/28" in said.out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", ":1:5: is not YAML: did not find expected node content"),
        ("kind: Pod", ":1:1: has no apiVersion\n"),
        ("a: 1\n---\n- 1", ":3:1: has no apiVersion and kind"),
        ("a: {{ .Values.a }}", "render templates first: helm template CHART | aup check -"),
        ("a: \x00", ":1:4: is not YAML: is a character that YAML does not know (#x00)"),
    ],
)
def test_what_cannot_be_read_is_named_and_does_not_stop_the_rest(
    tmp_path: Path, aup: Commands, text: str, words: str
) -> None:
    bad = write(tmp_path, "bad.yaml", text)
    good = write(tmp_path, "good.yaml", service(OWN))
    said = aup.run("check", bad, good)
    assert said.code == 2
    assert f"{bad}:" in said.out
    assert words in said.out
    assert "1 object checked" in said.out


def test_a_mistake_in_one_document_costs_no_other(tmp_path: Path, aup: Commands) -> None:
    text = "---\n".join((service(OWN, "a"), "b: [\n", service(OWN, "c")))
    found = aup.check(write(tmp_path, "three.yaml", text))
    assert [one["name"] for one in found["objects"]] == ["a", "c"]
    assert [(one["line"], one["column"]) for one in found["unreadable"]] == [(7, 1)]


def test_a_missing_file_exits_with_two(aup: Commands) -> None:
    said = aup.run("check", "/nonexistent.yaml")
    assert (said.code, "No such file" in said.out) == (2, True)


def test_bytes_that_are_no_text_are_told_by_line_and_column(tmp_path: Path, aup: Commands) -> None:
    file = tmp_path / "picture.yaml"
    file.write_bytes(b"kind: Pod\nname: \xff\xfe")
    assert ":2:7: is not UTF-8" in aup.run("check", str(file)).out


def test_folders_and_stdin_are_read(
    tmp_path: Path, aup: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = write(tmp_path, "deep/a.yaml", service(OWN))
    write(tmp_path, "notes.txt", "a: [")
    write(tmp_path, ".hidden/b.yaml", "a: [")
    stdin = io.TextIOWrapper(io.BytesIO(service(OWN).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    found = aup.check(str(tmp_path), "-")
    assert [one["source"] for one in found["objects"]] == [deep, "<stdin>"]


@pytest.mark.parametrize("content", [b"", b"\n  \n"])
def test_standard_input_that_is_empty_is_not_a_yes(
    aup: Commands, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    """What stands before the pipe may have failed."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    said = aup.run("check", "-")
    assert said.code == 2
    assert said.out.startswith("<stdin>: is empty; did the command that writes it fail?\n")


def test_standard_input_that_is_closed_is_told(
    aup: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    said = aup.run("check", "-")
    assert (said.code, said.out.splitlines()[0]) == (2, "<stdin>: is closed")


def test_what_is_named_twice_is_read_once(
    tmp_path: Path, aup: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, "s.yaml", service(OWN))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(service(OWN).encode())))
    found = aup.check(file, "-", file, "-")
    assert [one["source"] for one in found["objects"]] == [file, "<stdin>"]


def test_an_empty_name_is_not_the_folder_where_the_command_runs(aup: Commands) -> None:
    """A script that names its file by a variable may have none in it."""
    said = aup.run("check", "")
    assert (said.code, said.out.splitlines()[0]) == (2, "'': names no file")


def test_a_terminal_that_lacks_a_character_shows_another(
    tmp_path: Path, aup: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(out, encoding="cp1252"))
    assert aup.run("check", *ACME, write(tmp_path, "s.yaml", service("'☃'"))).code == 1
    sys.stdout.flush()
    assert b"spec.externalIPs[0] ? " in out.getvalue()


def test_what_is_no_manifest_is_left_out_of_a_folder_and_named(
    tmp_path: Path, aup: Commands
) -> None:
    """Values, workflows and package files lie beside manifests; asked for, they are a mistake."""
    values = write(tmp_path, "values.yaml", "replicas: 3")
    write(tmp_path, "web.yaml", service(OWN))
    said = aup.run("check", str(tmp_path))
    assert (said.code, f"left out, being no manifests: {values}" in said.out) == (0, True)
    assert aup.run("check", values).code == 2


def test_a_document_that_claims_to_be_a_manifest_is_never_left_out(
    tmp_path: Path, aup: Commands
) -> None:
    write(tmp_path, "web.yaml", "kind: Service\napiVersoin: v1\nspec: {}")
    assert aup.run("check", str(tmp_path)).code == 2


def test_a_folder_without_manifests_is_not_a_yes(tmp_path: Path, aup: Commands) -> None:
    said = aup.run("check", str(tmp_path))
    assert (said.code, "holds no *.yaml, *.yml or *.json file" in said.out) == (2, True)


@pytest.mark.parametrize("asked", ["", "Chart.yaml"])
def test_a_chart_is_not_guessed_at(tmp_path: Path, aup: Commands, asked: str) -> None:
    write(tmp_path, "Chart.yaml", "name: shop")
    write(tmp_path, "templates/web.yaml", "a: {{ .Values.a }}")
    said = aup.run("check", str(tmp_path / asked))
    assert said.code == 2
    assert f"is a Helm chart; judge what it renders: helm template {tmp_path} |" in said.out


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_a_kustomization_is_not_guessed_at(tmp_path: Path, aup: Commands, name: str) -> None:
    write(tmp_path, f"prod/{name}", "resources: [web.yaml]")
    write(tmp_path, "prod/web.yaml", service(FOREIGN))
    plain = write(tmp_path, "plain/web.yaml", service(OWN))
    said = aup.run("check", str(tmp_path))
    assert said.code == 2
    assert f"is a kustomization; judge what it renders: kubectl kustomize {tmp_path}/prod" in (
        said.out
    )
    assert [one["source"] for one in aup.check(str(tmp_path))["objects"]] == [plain]


def test_without_a_bundle_it_says_what_was_not_checked(tmp_path: Path, aup: Commands) -> None:
    file = write(tmp_path, "service.yaml", service(FOREIGN))
    said = aup.run("check", file)
    assert said.code == 0
    assert "not checked: addresses and hostnames, since nothing says which are yours" in said.out
    assert "license, " in said.out.splitlines()[-1]


def test_the_ordinary_manifests_have_no_finding(aup: Commands) -> None:
    found = aup.check(str(CASES / "ordinary"))
    assert found["summary"]["objects"] > 100
    assert [one for one in found["objects"] if one["findings"]] == []


def test_the_time_of_judgement_can_be_chosen(tmp_path: Path, aup: Commands) -> None:
    """Before enforcement begins, a file is told what the webhook would tell: a warning."""
    report = write(tmp_path, "report.yaml", f'{REPORT}  enforceFrom: "2027-01-31T00:00:00Z"\n')
    file = write(tmp_path, "service.yaml", service(FOREIGN))
    before = aup.run("check", "--bundle", report, "--at", "2027-01-30T23:59:59Z", file)
    assert (before.code, "would be admitted with a warning" in before.out) == (0, True)
    assert aup.run("check", "--bundle", report, "--at", "2027-01-31", file).code == 1


def test_a_time_that_is_none_is_refused(aup: Commands) -> None:
    with pytest.raises(SystemExit) as raised:
        aup.run("check", "--at", "noon", "x.yaml")
    assert raised.value.code == 2


@pytest.mark.parametrize(
    ("preset", "clause"),
    [("asergo", "1.2"), ("zenlayer", "b17"), ("zetta", "1.4"), ("megalayer", "co.3b")],
)
def test_every_preset_judges_files_by_the_clauses_of_its_document(
    tmp_path: Path, aup: Commands, preset: str, clause: str
) -> None:
    """Without a bundle: what no contract of a tenant has to be known for."""
    pod = (
        "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: acme-prod}, "
        "spec: {hostNetwork: true, containers: [{name: a, image: nginx}]}}"
    )
    said = aup.run("check", "--preset", preset, write(tmp_path, "pod.yaml", pod))
    assert said.code == 1
    assert f"[host/namespaces, clause {clause}] spec.hostNetwork true" in said.out
