"""What a person is told who cannot be connected."""

from pathlib import Path

import pytest

from support.commands import Commands, write

NOWHERE = """
apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: a, user: {token: b}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
current-context: a
"""
"""Of an API server that does not answer."""


@pytest.mark.parametrize(
    "command", [("budget",), ("impact", "acme"), ("export", "acme"), ("teardown", "--dry-run")]
)
def test_an_api_server_that_does_not_answer_is_named_at_once(
    tmp_path: Path, aup: Commands, command: tuple[str, ...]
) -> None:
    said = aup.run(*command, "--kubeconfig", write(tmp_path, "config", NOWHERE))
    assert said.code == 2
    problem = "aup: cannot reach the Kubernetes API server (https://127.0.0.1:1): "
    assert said.err.startswith(problem)
    assert said.err.count("\n") == 1


def test_a_kubeconfig_that_is_no_yaml_is_told_on_one_line(tmp_path: Path, aup: Commands) -> None:
    path = write(tmp_path, "config", "a: [")
    said = aup.run("budget", "--kubeconfig", path)
    assert said.code == 2
    assert said.err.startswith(
        f"aup: cannot reach the Kubernetes API server (kubeconfig {path}): while parsing "
    )
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("command", [("budget",), ("impact", "acme")])
def test_whoever_has_no_kubeconfig_is_told_where_it_was_looked_for(
    aup: Commands, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("KUBECONFIG", "/nonexistent/a:/nonexistent/b")
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    said = aup.run(*command)
    assert said.code == 2
    assert said.all == (
        "aup: cannot reach the Kubernetes API server (default configuration): there is no file "
        "/nonexistent/a or /nonexistent/b; give --kubeconfig\n"
    )
