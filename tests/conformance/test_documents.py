"""Documents: links lead somewhere, code blocks parse, and what they call exists."""

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

from aup.api.meta import GROUP
from aup.cli.main import parser
from aup.rules import CATALOGUE
from support.repository import ROOT, text, tracked
from support.schema import crds, validator

DOCUMENTS = [path for path in tracked() if path.suffix == ".md"]
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", flags=re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
SHELL = {"sh", "console"}
STOPS = {"|", "||", "&&", "&", ";", ">", ">>", "2>", "<"}
"""Words after which another command or a file follows."""


class Loader(yaml.SafeLoader):
    """Reads YAML as the API server's clients do: dates stay text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


CRDS = {crd.kind: crd for crd in crds()}
ENVELOPE = {"apiVersion", "kind", "metadata"}


def blocks(path: Path) -> Iterator[tuple[str, str]]:
    """Yield language and content of each fenced block."""
    return ((match[1], match[2]) for match in FENCE.finditer(text(path)))


def prose(path: Path) -> str:
    """Return a document without its code; what stands in code style is blotted out."""
    return re.sub(r"`[^`\n]*`", "code", FENCE.sub("", text(path)))


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text(path)), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings}


def commands(path: Path) -> list[list[str]]:
    """Return the commands of the shell blocks, as words; comments and here-documents left out."""
    shell = "\n".join(content for language, content in blocks(path) if language in SHELL)
    shell = re.sub(r"(<<'?(\w+)'?.*)\n(?:.*\n)*?\s*\2$", r"\1", shell, flags=re.MULTILINE)
    joined = re.sub(r"\\\n\s*", " ", shell)
    lines = [line.strip().removeprefix("$ ") for line in joined.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def calls(program: str) -> list[tuple[Path, list[str]]]:
    """Return where a program is called with which arguments, up to a pipe or a redirection."""
    return [
        (path, list(takewhile(lambda word: word not in STOPS, arguments)))
        for path in DOCUMENTS
        for called, *arguments in commands(path)
        if called == program
    ]


def call_id(value: object) -> str:
    """Return the name of a call in a test's id."""
    return " ".join(value) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_a_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    """Links to other sites are not followed: tests need no internet."""
    for target in LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (ROOT / path.parent / name).resolve() if name else ROOT / path
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file.relative_to(ROOT)), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_yaml_in_a_document_is_yaml_and_our_objects_are_ours(path: Path) -> None:
    """An example that the operator could not read would teach the wrong thing."""
    for language, content in blocks(path):
        if language == "yaml":
            for obj in yaml.load_all(content, Loader=Loader):
                if str(obj.get("apiVersion", "")).startswith(GROUP):
                    own = {key: obj[key] for key in obj.keys() - ENVELOPE}
                    wrong = validator(CRDS[obj["kind"]].schema).iter_errors(own)
                    assert [error.message for error in wrong] == []


def test_every_make_target_that_a_document_names_exists() -> None:
    """In shell blocks and in running text."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", text(Path("Makefile")), flags=re.MULTILINE))
    named = {
        word
        for path in DOCUMENTS
        for said in re.findall(r"`make ([a-z -]+?)[`=A-Z]", text(path))
        for word in said.split()
    }
    called = {a for _, arguments in calls("make") for a in arguments if re.fullmatch("[a-z-]+", a)}
    assert {"demo", "test"} <= called
    assert named | called <= targets


def test_the_readme_lists_the_rules_that_there_are() -> None:
    """Neither a promise nor a gap."""
    listed = re.findall(r"^\| `(\w+/[\w-]+)` \|", text(Path("README.md")), flags=re.MULTILINE)
    assert listed == [rule.id for rule in CATALOGUE]


def test_every_page_can_be_reached_from_the_readme() -> None:
    """A page that nothing links to is not read."""
    start = Path("README.md")
    seen, waiting = {start}, [start]
    while waiting:
        page = waiting.pop()
        for target in LINK.findall(prose(page)):
            file = (ROOT / page.parent / target.partition("#")[0]).resolve()
            if file.suffix == ".md" and file.is_relative_to(ROOT):
                linked = file.relative_to(ROOT)
                if linked not in seen and file.exists():
                    seen.add(linked)
                    waiting.append(linked)
    pages = {p for p in DOCUMENTS if p.parts[0] == "docs" or len(p.parts) == 1}
    assert pages - seen == set()


@pytest.mark.parametrize(("path", "words"), calls("aup"), ids=call_id)
def test_a_command_of_ours_that_a_document_shows_is_understood(
    path: Path, words: list[str]
) -> None:
    """By the parser itself; flags that there are not end it."""
    assert parser().parse_args(words).run, path


@pytest.mark.parametrize(("path", "words"), calls("helm"), ids=call_id)
def test_a_value_that_a_document_sets_is_one_of_the_chart(path: Path, words: list[str]) -> None:
    """Each key of ``--set`` leads somewhere in values.yaml."""
    chart = yaml.safe_load(text(Path("charts/aup-operator/values.yaml")))
    for option, setting in pairwise(words):
        if option == "--set":
            value: Any = chart
            for key in re.split(r"(?<!\\)\.", setting.partition("=")[0]):
                assert key in value, f"{path}: {setting}"
                value = value[key]
