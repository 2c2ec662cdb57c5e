"""A shell's script is split as a shell would: into commands, and text that is none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.rules.security.script import lines


def commands(text: str) -> list[tuple[str, ...]]:
    """Return the words of each command."""
    return [command for line in lines(text) for command in line.commands]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("a b\nc", [("a", "b"), ("c",)], id="lines"),
        pytest.param("a;b&&c||d|e&f", [(c,) for c in "abcdef"], id="ends"),
        pytest.param("a \\\n b", [("a", "b")], id="line-that-goes-on"),
        pytest.param("a 'b; c' \"d && e\"", [("a", "b; c", "d && e")], id="ends-in-quotes"),
        pytest.param("\\a b\\ c", [("a", "b c")], id="escapes"),
        pytest.param("a''b \"\"", [("ab", "")], id="empty-quotes"),
        pytest.param("$'a b' $\"c\"", [("a b", "c")], id="dollar-quotes"),
        pytest.param(r"$'\x61\142\u63\t\'' d", [("abc\t'", "d")], id="spelled-characters"),
        pytest.param("# a\nb # c\nd#e", [("b",), ("d#e",)], id="comments"),
        pytest.param("2>/dev/null a >b 2>&1 c", [("a", "c")], id="redirections"),
        pytest.param("a>b", [("a",)], id="redirection-at-a-word"),
        pytest.param("(a; b) && { c; }", [("a",), ("b",), ("{", "c"), ("}",)], id="groups"),
        pytest.param("f() { a; }", [("f",), ("{", "a"), ("}",)], id="function"),
        pytest.param("[[ $1 =~ ^(a|b)$ ]]", [("[[", "$1", "=~", "^$()$", "]]")], id="expression"),
        pytest.param("ls !(a) && b", [("ls", "!$()"), ("b",)], id="extended-pattern"),
        pytest.param("if(a) then(b) fi", [("if",), ("a",), ("then",), ("b",), ("fi",)], id="close"),
        pytest.param("time -p(a); !(b)", [("time", "-p"), ("a",), ("!",), ("b",)], id="timed"),
        pytest.param("x=(a b); c", [("x=$()",), ("c",)], id="array"),
        pytest.param("a $(b c) d", [("b", "c"), ("a", "$()", "d")], id="substitution"),
        pytest.param('a "x$(b)y"', [("b",), ("a", "x$()y")], id="substitution-in-quotes"),
        pytest.param("a `b`", [("b",), ("a", "$()")], id="backquotes"),
        pytest.param("a <(b)", [("b",), ("a", "$()")], id="process-substitution"),
        pytest.param("$(command -v a) b", [("command", "-v", "a"), ("a", "b")], id="asked-path"),
        pytest.param("echo $((1 << 2))\na", [("1", "2"), ("echo", "$()"), ("a",)], id="shift"),
        pytest.param("case $1 in\n(a|b) c;;\nd) e\nesac; f", [("c",), ("e",), ("f",)], id="case"),
        pytest.param("echo case x in; a", [("echo", "case", "x", "in"), ("a",)], id="no-case"),
        pytest.param("'case' x in; a", [("case", "x", "in"), ("a",)], id="quoted-case"),
        pytest.param("if case x in a) b;; esac; then c; fi", [("b",), ("then", "c"), ("fi",)]),
        pytest.param("cat <<E\na; b\nE\nc", [("cat",), ("c",)], id="here-document"),
        pytest.param("cat <<-'E' >f\n\ta\n\tE\nc", [("cat",), ("c",)], id="indented-document"),
        pytest.param('cat <<E"F"\na\nEF\nc', [("cat",), ("c",)], id="delimiter-in-parts"),
        pytest.param("cat <<E\n'$(a)\nE\nb", [("cat",), ("a",), ("b",)], id="expanded"),
        pytest.param("cat <<E\na", [("cat",), ("a",)], id="document-without-an-end"),
        pytest.param("a ) b", [("a",), ("b",)], id="stray-parenthesis"),
        pytest.param("a 'b", [("a", "b")], id="quote-without-an-end"),
        pytest.param("a $(b", [("b",), ("a",)], id="substitution-without-an-end"),
        pytest.param("(" * 100 + "a", [("a",)], id="very-deep"),
    ],
)
def test_a_script_is_split_into_commands(text: str, expected: list[tuple[str, ...]]) -> None:
    assert commands(text) == expected


def test_a_line_knows_what_it_is_fed_with() -> None:
    first, second = lines("cat <<A | sh <<< 'x y'\nbody\nA\nb")
    assert first.fed == ("x y", "body\n")
    assert (second.commands, second.fed) == ((("b",),), ())


@given(st.text(alphabet="ab \n;|&()<>'\"`$#\\{}=!-", max_size=200))
def test_any_text_has_an_end(text: str) -> None:
    """Whatever is written, it is read to its end, and no character becomes two words."""
    assert sum(len(word) for command in commands(text) for word in command) <= 3 * len(text)


def test_here_documents_within_one_another_come_to_an_end() -> None:
    """Of very deep ones each word counts."""
    text = "nmap x"
    for depth in range(400):
        text = f"cat <<a{depth}\n$({text}\n)\na{depth}\n"
    assert "nmap" in {word for command in commands(text) for word in command}


PLAIN = st.text("ab -\n;|&")


@given(PLAIN)
def test_a_script_without_quotes_keeps_all_its_words(text: str) -> None:
    said = "".join(word for command in commands(text) for word in command)
    assert said == "".join(re.findall(r"[ab-]", text))
