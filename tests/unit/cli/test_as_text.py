"""What people read: place, line, caret, remedy; colour only where it is seen and wanted."""

from pathlib import Path

import pytest

from aup.cli import as_text
from aup.cli.as_text import wants_colour
from support.commands import ACME, FOREIGN, OWN, Commands, service, write

ESCAPE = "\033["


def test_a_finding_in_full(tmp_path: Path, aup: Commands) -> None:
    file = write(tmp_path, "web.yaml", service(FOREIGN))
    assert aup.run("check", *ACME, file).out == (
        f"{file}:4:21: Service/web in acme-prod would be refused\n"
        "  [network/assigned-address, clause 6.2] spec.externalIPs[0] 203.0.113.9 is not assigned "
        "to acme\n"
        "     4 | spec: {externalIPs: [203.0.113.9]}\n"
        "       |                      ^^^^^^^^^^^\n"
        "  remedy: use an address from 198.51.100.16/28 or 2001:db8:a::/64\n"
        "  see https://docs.asergo.example/aup/rules/network/assigned-address\n"
        "1 object checked, 1 would be refused\n"
    ).replace("4:21", "4:22")


def test_what_lies_in_no_namespace_is_said_to_lie_in_none(tmp_path: Path, aup: Commands) -> None:
    """Whose it is, the namespace of the command line tells; where it is, its kind."""
    text = (
        "apiVersion: networking.k8s.io/v1\nkind: IPAddress\nmetadata: {name: 203.0.113.9}\n"
        "spec: {parentRef: {resource: services, namespace: acme-prod, name: web}}\n"
    )
    file = write(tmp_path, "address.yaml", text)
    said = aup.run("check", *ACME, file).out
    assert f"{file}:3:18: IPAddress/203.0.113.9 would be refused\n" in said
    (one,) = aup.check(*ACME, file)["objects"]
    assert one["namespace"] == ""


def test_what_helm_rendered_names_the_template(tmp_path: Path, aup: Commands) -> None:
    text = (
        f"---\n# Source: shop/templates/web.yaml\n# more\n{service(FOREIGN)}---\n{service(FOREIGN)}"
    )
    said = aup.run("check", *ACME, write(tmp_path, "all.yaml", text)).out.splitlines()
    places = [line.partition(" Service")[0] for line in said if "would be refused" in line]
    assert places[0].endswith("all.yaml:7:22 (shop/templates/web.yaml):")
    assert places[1].endswith("all.yaml:12:22:")


def test_a_long_line_is_shown_around_the_value(tmp_path: Path, aup: Commands) -> None:
    padding = ", ".join([OWN] * 200)
    text = f"{service(OWN)}".replace(OWN, f"{padding}, {FOREIGN}, {padding}")
    said = aup.run("check", *ACME, write(tmp_path, "web.yaml", text)).out.splitlines()
    shown = next(line for line in said if line.startswith("     4 | "))
    carets = said[said.index(shown) + 1]
    assert len(shown) < 120
    assert shown[carets.index("^") : carets.rindex("^") + 1] == FOREIGN


def test_tabs_and_wide_characters_keep_the_caret_in_place(tmp_path: Path, aup: Commands) -> None:
    text = service(FOREIGN).replace("spec: {", 'spec: {name: "日本",\t').replace("web", "web")
    said = aup.run("check", *ACME, write(tmp_path, "web.yaml", text)).out.splitlines()
    shown = next(line for line in said if line.startswith("     4 | "))
    carets = said[said.index(shown) + 1]
    # Each of the two characters takes two columns of a terminal.
    assert carets.index("^") == shown.index(FOREIGN) + 2
    assert "\t" not in shown


def test_a_file_cannot_write_to_the_terminal(tmp_path: Path, aup: Commands) -> None:
    text = service(FOREIGN).replace("name: web", 'name: "\\e[2Jweb"') + "# \u202e\n"
    said = aup.run("check", *ACME, write(tmp_path, "web.yaml", text)).out
    assert ESCAPE not in said


def test_an_unreadable_line_is_shown_with_a_caret(tmp_path: Path, aup: Commands) -> None:
    file = write(tmp_path, "bad.yaml", "kind: Pod\nspec: a: b\n")
    assert aup.run("check", *ACME, file).out == (
        f"{file}:2:8: is not YAML: mapping values are not allowed in this context\n"
        "     2 | spec: a: b\n"
        "       |        ^\n"
        "0 objects checked, 0 would be refused\n"
    )


@pytest.mark.parametrize(
    ("terminal", "environment", "colour"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    environment: dict[str, str],
    colour: bool,
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_colour() is colour


def test_colours_change_no_word(
    tmp_path: Path, aup: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, "web.yaml", service(FOREIGN))
    plain = aup.run("check", *ACME, file).out
    monkeypatch.setattr(as_text, "wants_colour", lambda: True)
    coloured = aup.run("check", *ACME, file).out
    assert f"{ESCAPE}1;31mwould be refused{ESCAPE}0m" in coloured
    for code in (*(f"{ESCAPE}{paint}m" for paint in as_text.PAINT.values()), f"{ESCAPE}0m"):
        coloured = coloured.replace(code, "")
    assert coloured == plain


EXEMPTION = """\
apiVersion: aup.asergo.com/v1alpha1
kind: Exemption
metadata: {name: b}
spec:
  tenant: elsewhere
  rules: [network/nope]
  scope: {namespaces: [b-prod]}
  reason: TICKET-1
  requestedBy: desk
  startsAt: "2026-11-01T00:00:00Z"
  expiresAt: "2026-11-30T00:00:00Z"
"""
"""Of a Tenant that lies in another file, which is no mistake of this one."""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (EXEMPTION, ["rules: network/nope is no rule"]),
        (EXEMPTION.replace("network/nope", "network/hostname"), []),
    ],
)
def test_what_does_not_count_in_our_own_kinds_is_said_where_they_are_the_file(
    tmp_path: Path, aup: Commands, text: str, said: list[str]
) -> None:
    file = write(tmp_path, "ours.yaml", text)
    done = aup.run("check", *ACME, file)
    warnings = [line for line in done.out.splitlines() if "warning" in line]
    assert (done.code, warnings) == (0, [f"{file}:1:1: warning: {text}" for text in said])
