"""Clause → rule → case for each preset."""

from pathlib import Path

from aup.api.policy import AcceptableUsePolicy, Clause
from docgen.markdown import code, page, prose, table
from docgen.preset import loaded

CASES = Path("tests/cases")


def pages(root: Path) -> dict[str, str]:
    """Return a page for each preset."""
    return {f"clauses-{p.metadata.name}.md": clauses_page(root, p) for p in loaded()}


def clauses_page(root: Path, policy: AcceptableUsePolicy) -> str:
    """Return the page of a preset's clauses."""
    spec = policy.spec
    rows = [(c.id, prose(c.summary), how(c), cases(root, c)) for c in spec.clauses]
    enforced = sum(bool(clause.rules) for clause in spec.clauses)
    return page(
        f"Clauses of the preset `{policy.metadata.name}`",
        f"[Acceptable Use Policy of {spec.provider.name}]({spec.document.url}), "
        f"revision {spec.revision}: {len(spec.clauses)} clauses in our own words, {enforced} of "
        "them served by rules of this release. *Watched* means that a signal has to come first, "
        "such as a complaint; *duty* is what people do outside the cluster, or what this release "
        "does not enforce yet.",
        table(["Clause", "Says", "Served by", "Cases"], rows),
    )


def how(clause: Clause) -> str:
    """Say what serves a clause."""
    parts = [f"[{code(rule)}](rules/{rule}.md)" for rule in clause.rules]
    if clause.watched_by:
        parts.append("watched: " + ", ".join(clause.watched_by))
    if clause.duty:
        parts.append(f"duty: {prose(clause.duty)}")
    return "; ".join(parts)


def cases(root: Path, clause: Clause) -> str:
    """Count the cases of the corpus that show a clause at work."""
    folders = [root / CASES / rule for rule in clause.rules]
    denied = sum(len(list(folder.glob("denied/*.yaml"))) for folder in folders)
    allowed = sum(len(list(folder.glob("allowed/*.yaml"))) for folder in folders)
    return f"{denied} denied, {allowed} allowed" if clause.rules else ""
