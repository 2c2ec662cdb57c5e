"""Command lines are read as the kubelet starts them."""

import msgspec
import pytest

from aup.facts import command_line
from aup.facts.wire.security import ExecAction, Handler, Lifecycle
from aup.facts.wire.workload import Container

ENV = [
    {"name": "A", "value": "nmap"},
    {"name": "B", "value": "/bin/$(A)"},
    {"name": "SELF", "value": "$(SELF)"},
    {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    {"name": "LONG", "value": "x" * 257},
    {"name": "NUMBER", "value": 7},
    "A=other",
    None,
]


@pytest.mark.parametrize(
    ("word", "started"),
    [
        ("$(A)", "nmap"),
        ("-x=$(A)$(A)", "-x=nmapnmap"),
        ("$(B)", "/bin/nmap"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$nmap"),
        ("$A ${A} $((1)) $(date) $(", "$A ${A} $((1)) $(date) $("),
        ("$(SELF)$(SECRET)$(NUMBER)", "$(SELF)$(SECRET)$(NUMBER)"),
        ("$(LONG)", "$(LONG)"),
    ],
)
def test_names_stand_for_the_values_that_env_gives_them(word: str, started: str) -> None:
    found = Container(command=["a"], args=["-v", word], env=ENV)
    (line,) = command_line.executed(found, "spec.containers[0]")
    assert line.words == ("a", "-v", started)


@pytest.mark.parametrize("env", [None, {}, "A=nmap", [{"value": "nmap"}]])
def test_without_such_an_environment_words_stay(env: object) -> None:
    (line,) = command_line.executed(Container(command=["$(A)"], env=env), "spec")
    assert list(line.located()) == [("spec.command[0]", "$(A)")]


@pytest.mark.parametrize(
    "raw", [b'[{"name": "A", "value": "nmap"}]', b'[{"name": "A"}, "\\ud800"]']
)
def test_an_environment_may_still_be_bytes(raw: bytes) -> None:
    found = Container(command=["$(A)"], env=msgspec.Raw(raw))
    (line,) = command_line.executed(found, "spec")
    assert line.words == ("nmap" if b"nmap" in raw else "$(A)",)


def test_values_that_double_each_other_stay_short() -> None:
    """Each value names the one before it twice: written out, they would fill all memory."""
    env = [{"name": "V0", "value": "x" * 99}]
    env += [{"name": f"V{i}", "value": f"$(V{i - 1})" * 2} for i in range(1, 64)]
    (line,) = command_line.executed(Container(command=["$(V63)" * 1000], env=env), "spec")
    assert len(line.words[0]) < 16 * 1024


def test_a_word_that_is_all_values_stands_where_the_last_of_them_does() -> None:
    found = Container(command=["$(A)$(B)", "$(A) -sS"], args=["-v"], env=ENV)
    (line,) = command_line.executed(found, "spec.containers[0]")
    assert line.paths == (
        "spec.containers[0].env[1].value",
        "spec.containers[0].command[1]",
        "spec.containers[0].args[0]",
    )


def test_probes_are_expanded_and_hooks_run_as_they_are_written() -> None:
    runs = Handler(exec=ExecAction(command=["$(A)"]))
    found = Container(liveness_probe=runs, lifecycle=Lifecycle(pre_stop=runs), env=ENV)
    assert [line.words for line in command_line.executed(found, "spec")] == [("nmap",), ("$(A)",)]


@pytest.mark.parametrize(
    ("script", "command", "runs"),
    [
        ("nmap a", [], "sh"),
        ("nmap a", ["bash"], "bash"),
        ("#!/bin/bash -e\nnmap a", [], "/bin/bash"),
        ("#!/usr/bin/env bash\nnmap a", ["python3"], "bash"),
        ("#! /usr/bin/env -S -i python3 -u\nprint('nmap')", [], "python3"),
        ("#!\nnmap a", [], "sh"),
    ],
)
def test_a_script_is_run_by_what_its_first_line_names(
    script: str, command: list[str], runs: str
) -> None:
    of_tekton = command_line.executed(Container(script=script, command=command), "spec.steps[0]")
    of_argo = command_line.executed(Container(source=script, command=command), "spec.script")
    for (line,), path in ((of_tekton, "spec.steps[0].script"), (of_argo, "spec.script.source")):
        assert list(line.located()) == [(path, word) for word in (runs, "-c", script)]
