"""``aup test DIR``: a provider's own cases, judged by the engine of the webhook.

A case is a file in a folder ``allowed`` or ``denied``, at any depth. Where the folders above are
the id of a rule (``network/assigned-address/denied/``), the refusal must be by that rule. The words
of a refusal stand beside it in a file ``.txt``, if they matter.
"""

import argparse
import difflib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs

from aup.cli import arguments
from aup.text import plural

if TYPE_CHECKING:
    from aup.cli.bundle import Bundle
    from aup.engine.decision import Decision

ALLOWED: Final = "allowed"
DENIED: Final = "denied"

SUBRESOURCE: Final = "case/subresource"
"""Annotation of an object: it is written through this subresource."""
USER: Final = "case/user"
"""Annotation of an object: name of the user who writes it, or opens it; default: the tenant's."""
GROUPS: Final = "case/groups"
"""Annotation of an object: groups of that user, separated by commas."""
BUDGET: Final = "case/budget"
"""Annotation of an object: ``unsettled``, if the quota of its namespace is not in force."""
OFFLINE: Final = "case/offline"
"""Annotation of an object: why a file alone, without a cluster, is judged in another way."""
AUDIT: Final = "case/audit"
"""Annotation of an object: why it is judged in another way once it is stored."""
ANNOTATIONS: Final = frozenset({SUBRESOURCE, USER, GROUPS, BUDGET, OFFLINE, AUDIT})


@dataclass(frozen=True, slots=True)
class Case:
    """A file and what must become of it."""

    path: Path
    verdict: str
    rule: str
    """Empty where the folders name none."""

    @property
    def golden(self) -> Path:
        """Return the file with the words of the refusal."""
        return self.path.with_suffix(".txt")


class _CaseError(Exception):
    """A case cannot be judged."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.description = (
        "Judge every manifest in folders 'allowed' and 'denied', at any depth, and compare the "
        "refusal with the file .txt beside it. Exit code 0: all as they must be; 1: some are not; "
        "2: something could not be read, or there are no cases."
    )
    parser.add_argument(
        "folders", nargs="+", metavar="DIR", type=Path, help="folder with cases in it or below it"
    )
    arguments.add_terms(parser)
    parser.add_argument(
        "--update", action="store_true", help="write the refusals down as they are; read the diff"
    )


def run(options: argparse.Namespace) -> int:
    """Judge every case, and say which are not as they must be."""
    from aup.cli.bundle import load

    bundle = load(arguments.wanted(options))
    for warning in bundle.warnings:
        print(f"aup: {warning}", file=sys.stderr)
    count = failed = unreadable = 0
    for folder in options.folders:
        if not folder.is_dir():
            unreadable += 1
            print(f"{folder}: is no folder")
    for case in find(options.folders):
        count += 1
        try:
            problem = check(case, bundle, options.namespace, update=options.update)
        except _CaseError as error:
            unreadable += 1
            print(f"{case.path}: {error}")
            continue
        if problem:
            failed += 1
            print(f"{case.path}: {problem}")
    if not count:
        print(f"cases are files in folders named {ALLOWED} or {DENIED}: there are none")
    print(f"{plural(count, 'case')}, {failed} not as they must be")
    return 2 if unreadable or not count else 1 if failed else 0


def find(folders: list[Path]) -> Iterator[Case]:
    """Yield every case in the folders, sorted."""
    from aup.cli.sources import SUFFIXES
    from aup.rules import RULE_IDS

    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in SUFFIXES and path.parent.name in {ALLOWED, DENIED}:
                *_, section, name, verdict, _ = ("", "", *path.absolute().parts)
                rule = f"{section}/{name}"
                yield Case(path, verdict, rule if rule in RULE_IDS else "")


def check(case: Case, bundle: "Bundle", namespace: str, *, update: bool = False) -> str:
    """Return what is wrong with a case; empty when it is as it must be.

    Args:
        case: the file.
        bundle: what it is judged by.
        namespace: of objects that do not say theirs.
        update: write the words of the refusal down instead of comparing them.

    """
    from aup.engine import message

    decisions = list(judge(case, bundle, namespace))
    refused = [decision for decision in decisions if not decision.allowed]
    words = "\n".join(f"{message.denial(decision)}\n" for decision in refused)
    if case.verdict == ALLOWED:
        if refused:
            return f"is refused:\n{words}"
        warned = [f for d in decisions for f in d.warnings if f.rule == case.rule]
        return f"is warned about:\n{message.warning(warned[0])}\n" if warned else ""
    if not refused:
        return "is admitted"
    rules = {finding.rule for decision in refused for finding in decision.denials}
    if case.rule and case.rule not in rules:
        return f"is refused by {', '.join(sorted(rules))} and not by {case.rule}"
    return _words(case, words, update=update)


def judge(case: Case, bundle: "Bundle", namespace: str) -> Iterator["Decision"]:
    """Judge the objects of a case as the webhook would, for somebody of the tenant.

    Raises:
        _CaseError: the file holds something else than objects.

    """
    from aup.cli.bundle import UnclaimedError
    from aup.documents import InvalidDocumentError, decode, read_documents
    from aup.engine.evaluate import evaluate
    from aup.facts.extract import extract_object, subject_of
    from aup.facts.model import Problem, Writer

    try:
        objects = list(read_documents(decode(case.path.read_bytes())))
    except (OSError, InvalidDocumentError) as error:
        raise _CaseError(str(error)) from error
    if not objects:
        raise _CaseError("holds no object")
    for obj in objects:
        subject = subject_of(obj, namespace)
        if isinstance(subject, Problem):
            raise _CaseError(subject.detail)
        said = _annotations(obj)
        subject = structs.replace(
            subject,
            subresource=said.get(SUBRESOURCE, ""),
            writer=Writer(
                said.get(USER, "user@tenant.example"),
                tuple(said.get(GROUPS, "system:authenticated").split(",")),
            ),
        )
        unsettled = {subject.namespace} if said.get(BUDGET) == "unsettled" else set()
        around = replace(bundle.nearby, unsettled=bundle.nearby.unsettled | unsettled)
        try:
            terms = bundle.terms(subject.namespace)
        except UnclaimedError as error:
            raise _CaseError(error.problem) from error
        facts = extract_object(obj, subject, around)
        yield evaluate(facts, terms, rules=bundle.rules)


def _annotations(obj: dict[str, Any]) -> dict[str, str]:
    """Return what an object says about its case.

    Raises:
        _CaseError: an annotation that means nothing here, and would be passed over.

    """
    metadata = obj.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    said = {k: v for k, v in (annotations or {}).items() if k.startswith("case/")}
    if unknown := said.keys() - ANNOTATIONS:
        known = ", ".join(sorted(ANNOTATIONS))
        raise _CaseError(f"there is no annotation {', '.join(sorted(unknown))}; there are {known}")
    return said


def _words(case: Case, words: str, *, update: bool) -> str:
    """Compare the words of a refusal, or write them down."""
    if update:
        case.golden.write_text(words, encoding="utf-8")
        return ""
    if not case.golden.is_file():
        return ""
    wanted = case.golden.read_text(encoding="utf-8")
    if wanted == words:
        return ""
    before, after = wanted.splitlines(), words.splitlines()
    diff = difflib.unified_diff(before, after, str(case.golden), "now", lineterm="")
    return "is refused in other words:\n" + "\n".join(diff)
