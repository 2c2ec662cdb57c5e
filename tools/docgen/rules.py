"""A page for each rule: catalogue, preset and corpus on one page."""

import inspect
import re
from pathlib import Path
from typing import Any

from aup.api.policy import AcceptableUsePolicy
from aup.engine.evaluate import UNREADABLE
from aup.engine.message import UNREADABLE_MEANS, UNREADABLE_TITLE
from aup.rules import CATALOGUE
from aup.rules.base import Rule
from docgen.markdown import bullets, code, fence, page, prose, table
from docgen.preset import loaded, serving

LABELLED = re.compile(r" {4}(\S.*?) {2,}(.+)")
"""A labelled line under a rule's id, such as ``    Allowed       any port``."""
COMMON = ", for all rules of the section"
"""Follows a label in a module's docstring that counts for each rule in it."""


def pages(root: Path) -> dict[str, str]:
    """Return the overview and the page of each rule."""
    policies = loaded()
    rows = [(link(rule), rule.title, clause_ids(rule, policies)) for rule in CATALOGUE]
    overview = page(
        "Rules",
        "An id is forever: it stands in denials, metrics, reports and exemptions. Whether a rule "
        "denies, warns or only reports is decided by the policy, never by the rule.",
        table(["Rule", "What it holds", "Clauses"], rows),
        f"What cannot be read at all is refused by [{code(UNREADABLE)}]({UNREADABLE}.md).",
    )
    each = {f"rules/{rule.id}.md": rule_page(root, rule, policies) for rule in CATALOGUE}
    return {"rules/README.md": overview, **each, f"rules/{UNREADABLE}.md": unreadable_page()}


def unreadable_page() -> str:
    """Return the page that denials link to where an object, or a field of it, cannot be read."""
    return page(UNREADABLE, f"**{UNREADABLE_TITLE}**", *UNREADABLE_MEANS)


def link(rule: Rule[Any, Any]) -> str:
    """Return a link from the overview to a rule's page."""
    return f"[{code(rule.id)}]({rule.id}.md)"


def clause_ids(rule: Rule[Any, Any], policies: list[AcceptableUsePolicy]) -> str:
    """Return the clauses that a rule serves in each preset."""
    return ", ".join(
        f"{policy.metadata.name} {clause.id}"
        for policy in policies
        for clause in serving(policy, rule.id)
    )


def rule_page(root: Path, rule: Rule[Any, Any], policies: list[AcceptableUsePolicy]) -> str:
    """Return the page of a rule."""
    clauses = [
        (policy.spec.provider.name, clause.id, prose(clause.summary))
        for policy in policies
        for clause in serving(policy, rule.id)
    ]
    return page(
        rule.id,
        f"**{rule.title}**",
        table(["", ""], [(f"**{label}**", prose(text)) for label, text in block(rule).items()]),
        "## Clauses\n\n" + table(["Provider", "Clause", "Says"], clauses) if clauses else "",
        f"## What it cannot see\n\n{prose(rule.blind)}" if rule.blind else "",
        "## What is refused\n\n" + denied(root, rule.id),
        "## What passes\n\n" + allowed(root, rule.id),
    )


def block(rule: Rule[Any, Any]) -> dict[str, str]:
    """Return what a rule's module says of it: label → text, the section's common lines first."""
    said = indented(inspect.cleandoc(inspect.getmodule(rule.check).__doc__ or ""))
    found = {
        heading.removesuffix(COMMON): " ".join(line.strip() for line in lines)
        for heading, lines in said.items()
        if "/" not in heading
    }
    label = ""
    for line in said[rule.id]:
        if labelled := LABELLED.match(line):
            label = labelled[1]
            found[label] = labelled[2]
        else:
            found[label] += f" {line.strip()}"
    return found


def indented(text: str) -> dict[str, list[str]]:
    """Return each line that indented lines follow, with those lines."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith(" "):
            found.setdefault(heading, []).append(line)
        else:
            heading = line
    return found


def denied(root: Path, rule: str) -> str:
    """Return each denied case with the words of its denial."""
    folder = root / "tests" / "cases" / rule / "denied"
    return "\n\n".join(
        f"[{case.stem}]({up(rule)}{case.relative_to(root).as_posix()})\n\n"
        + fence("text", case.with_suffix(".txt").read_text())
        for case in sorted(folder.glob("*.yaml"))
    )


def allowed(root: Path, rule: str) -> str:
    """Return links to the allowed cases."""
    folder = root / "tests" / "cases" / rule / "allowed"
    return bullets(
        f"[{case.stem}]({up(rule)}{case.relative_to(root).as_posix()})"
        for case in sorted(folder.glob("*.yaml"))
    )


def up(rule: str) -> str:
    """Return the way from a rule's page to the root of the repository."""
    return "../" * (3 + rule.count("/"))
