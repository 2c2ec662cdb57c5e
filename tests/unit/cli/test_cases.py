"""`aup test`: a provider's own cases pass or fail, and say how."""

from pathlib import Path

import pytest

from support.commands import ACME, FOREIGN, OWN, Commands, service, write
from support.corpus import CASES, cases

DENIAL = """\
violates 1 rule of the Acceptable Use Policy of Asergo ApS (revision 2023-06-01)
[network/assigned-address, clause 6.2] spec.externalIPs[0] 203.0.113.9 is not assigned to acme; \
use an address from 198.51.100.16/28 or 2001:db8:a::/64. \
See https://docs.asergo.example/aup/rules/network/assigned-address
what you are held to: kubectl get tenantreport aup -n acme-prod -o yaml
"""


def test_our_own_corpus_passes(aup: Commands) -> None:
    """With the words of every denial, in its world and its cluster."""
    said = aup.run(
        "test", str(CASES), *ACME[:2], "--bundle", str(CASES / "cluster.yaml"), *ACME[4:]
    )
    assert said.out == f"{len(cases())} cases, 0 not as they must be\n"
    assert (said.code, said.err) == (0, "")


def test_cases_that_are_as_they_must_be_exit_with_zero(tmp_path: Path, aup: Commands) -> None:
    write(tmp_path, "mine/allowed/own.yaml", service(OWN))
    write(tmp_path, "mine/denied/foreign.yaml", service(FOREIGN))
    write(tmp_path, "mine/denied/foreign.txt", DENIAL)
    write(
        tmp_path,
        "mine/denied/also.json",
        '{"apiVersion": "v1", "kind": "Service", "spec": {"externalIPs": ["203.0.113.9"]}}',
    )
    said = aup.run("test", *ACME, str(tmp_path))
    assert (said.code, said.out) == (0, "3 cases, 0 not as they must be\n")


def test_a_refusal_without_words_beside_it_need_only_be_one(tmp_path: Path, aup: Commands) -> None:
    write(tmp_path, "denied/foreign.yaml", service(FOREIGN))
    assert aup.run("test", *ACME, str(tmp_path)).code == 0


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("allowed/a.yaml", service(FOREIGN), f"is refused:\n{DENIAL}"),
        ("denied/a.yaml", service(OWN), "is admitted\n"),
        (
            "host/port/denied/a.yaml",
            service(FOREIGN),
            "is refused by network/assigned-address and not by host/port\n",
        ),
    ],
)
def test_a_case_that_is_not_as_it_must_be_exits_with_one_and_says_how(
    tmp_path: Path, aup: Commands, name: str, text: str, says: str
) -> None:
    path = write(tmp_path, name, text)
    said = aup.run("test", *ACME, str(tmp_path))
    assert said.code == 1
    assert f"{path}: {says}" in said.out
    assert said.out.endswith("1 case, 1 not as they must be\n")


def test_other_words_are_shown_as_a_difference(tmp_path: Path, aup: Commands) -> None:
    write(tmp_path, "denied/a.yaml", service(FOREIGN))
    write(tmp_path, "denied/a.txt", DENIAL.replace("not assigned", "not at all assigned"))
    said = aup.run("test", *ACME, str(tmp_path))
    assert said.code == 1
    removed = [line for line in said.out.splitlines() if line.startswith("-[")]
    assert ["not at all assigned" in line for line in removed] == [True]


def test_update_writes_the_words_down(tmp_path: Path, aup: Commands) -> None:
    write(tmp_path, "denied/a.yaml", service(FOREIGN))
    golden = tmp_path / "denied" / "a.txt"
    assert aup.run("test", "--update", *ACME, str(tmp_path)).code == 0
    assert golden.read_text() == DENIAL
    assert aup.run("test", *ACME, str(tmp_path)).code == 0


def test_update_does_not_make_an_admission_right(tmp_path: Path, aup: Commands) -> None:
    write(tmp_path, "denied/a.yaml", service(OWN))
    assert aup.run("test", "--update", *ACME, str(tmp_path)).code == 1
    assert not (tmp_path / "denied" / "a.txt").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "line 1, column 5: did not find"),
        ("", "holds no object"),
        ("a: 1", "has no apiVersion and kind"),
        (
            service(OWN).replace("{name: web}", "{name: web, annotations: {case/subresuorce: a}}"),
            "there is no annotation case/subresuorce; there are ",
        ),
    ],
)
def test_a_case_that_cannot_be_read_exits_with_two(
    tmp_path: Path, aup: Commands, text: str, says: str
) -> None:
    path = write(tmp_path, "allowed/a.yaml", text)
    said = aup.run("test", *ACME, str(tmp_path))
    assert (said.code, f"{path}: {says}" in said.out) == (2, True)


def test_no_cases_are_not_a_yes(tmp_path: Path, aup: Commands) -> None:
    write(tmp_path, "web.yaml", service(OWN))
    assert aup.run("test", *ACME, str(tmp_path)).code == 2


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, aup: Commands) -> None:
    said = aup.run("test", str(tmp_path / "nope"), *ACME)
    assert said.code == 2
    assert said.out.splitlines() == [
        f"{tmp_path / 'nope'}: is no folder",
        "cases are files in folders named allowed or denied: there are none",
        "0 cases, 0 not as they must be",
    ]


def test_a_case_in_a_namespace_of_nobody_costs_no_other(tmp_path: Path, aup: Commands) -> None:
    stray = service(OWN).replace("{name", "{namespace: lost, name")
    file = write(tmp_path, "allowed/a.yaml", stray)
    write(tmp_path, "allowed/b.yaml", service(OWN))
    without_tenant = [word for word in ACME if word not in {"--tenant", "acme"}]
    said = aup.run("test", str(tmp_path), *without_tenant)
    assert said.code == 2
    assert said.out.startswith(f"{file}: is in namespace lost, which is not of acme, beta, ")
    assert said.out.endswith("2 cases, 0 not as they must be\n")


def test_a_case_is_judged_as_written_through_its_subresource(tmp_path: Path, aup: Commands) -> None:
    """A status that names a foreign address is nobody's claim, until somebody writes the status."""
    text = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: web, annotations: {SAID}}\n"
        "spec: {type: LoadBalancer}\nstatus: {loadBalancer: {ingress: [{ip: 203.0.113.9}]}}\n"
    )
    write(tmp_path, "allowed/a.yaml", text.replace("SAID", ""))
    write(tmp_path, "denied/b.yaml", text.replace("SAID", "case/subresource: status"))
    assert aup.run("test", *ACME, str(tmp_path)).code == 0
