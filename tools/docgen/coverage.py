"""Clause → rule → case for the documents of all providers, one row for each clause."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aup.api.policy import AcceptableUsePolicy, Clause
from docgen.markdown import code, page, prose, table
from docgen.preset import loaded

CASES = Path("tests/cases")


@dataclass(frozen=True, slots=True)
class Document:
    """A text of a provider, and where a preset holds its clauses."""

    id: str
    """Before the slash of a row's id, as in ``zpriv/8``."""
    title: str
    preset: str
    prefix: str = ""
    """Of the clauses in the preset that are of this document; the longest one that fits counts."""


DOCUMENTS = (
    Document("asergo", "Asergo: acceptable use policy", "asergo"),
    Document("zen", "Zenlayer: acceptable use policy", "zenlayer"),
    Document("zpriv", "Zenlayer: privacy policy", "zenlayer", "privacy."),
    Document("zetta", "Zetta.IO: acceptable use policy", "zetta"),
    Document("mega", "Megalayer: terms of service", "megalayer"),
)


def pages(root: Path) -> dict[str, str]:
    """Return the page of all documents."""
    policies = {policy.metadata.name: policy for policy in loaded()}
    sections = [_section(root, document, policies[document.preset]) for document in DOCUMENTS]
    return {
        "coverage.md": page(
            "Coverage",
            "Every clause of every document that a preset was made from, and what serves it: rules "
            "with their cases, reports that watch it (a signal has to come first), or a duty of "
            "people and of the product. What a clause says stands on the page of its preset.",
            *sections,
        )
    }


def rows(
    root: Path, document: Document, policy: AcceptableUsePolicy
) -> Iterator[tuple[str, str, str, str]]:
    """Yield id, rules with cases, watching reports and duty of each clause of a document."""
    off = {rule.id for rule in policy.spec.rules}
    for clause in clauses(document, policy):
        served = "; ".join(_rule(root, rule) for rule in clause.rules if rule not in off)
        watched = ", ".join(clause.watched_by)
        id_ = f"{document.id}/{clause.id.removeprefix(document.prefix)}"
        yield id_, served, watched, prose(clause.duty or "")


def clauses(document: Document, policy: AcceptableUsePolicy) -> Iterator[Clause]:
    """Yield the clauses of a preset that are of a document."""
    others = [d.prefix for d in DOCUMENTS if d.preset == document.preset and d != document]
    longer = tuple(prefix for prefix in others if len(prefix) > len(document.prefix))
    for clause in policy.spec.clauses:
        if clause.id.startswith(document.prefix) and not clause.id.startswith(longer):
            yield clause


def _section(root: Path, document: Document, policy: AcceptableUsePolicy) -> str:
    said = list(rows(root, document, policy))
    enforced = sum(bool(served) for _, served, _, _ in said)
    watched = sum(not served and bool(watched) for _, served, watched, _ in said)
    head = (
        f"[Preset `{document.preset}`](clauses-{document.preset}.md): {len(said)} clauses, "
        f"{enforced} served by rules, {watched} watched, {len(said) - enforced - watched} duties."
    )
    return "\n\n".join(
        [
            f"## {document.title}",
            head,
            table(["Clause", "Rules and their cases", "Watched by", "Duty"], said),
        ]
    )


def _rule(root: Path, rule: str) -> str:
    """Return a rule with the number of its cases, each linked."""
    folder = CASES / rule
    denied, allowed = (len(list((root / folder / v).glob("*.yaml"))) for v in ("denied", "allowed"))
    link = f"[{code(rule)}](rules/{rule}.md)"
    return f"{link} ([{denied} denied, {allowed} allowed](../../{folder.as_posix()}))"
