"""The overview of the reference."""

from pathlib import Path

from docgen.markdown import bullets, page
from docgen.preset import loaded


def pages(_root: Path) -> dict[str, str]:
    """Return the overview."""
    names = [policy.metadata.name for policy in loaded()]
    links = [
        "[Custom resources](api.md): every field",
        "[Rules](rules/README.md): what each reads, refuses and cannot see",
        "[Coverage](coverage.md): every clause of every provider's document and what serves it",
        *(f"[Clauses of the preset `{n}`](clauses-{n}.md): what serves each" for n in names),
        "[Vectors](vectors.md): every known way around a check, and the cases that show it",
        "[Twins](twins.md): which rules hold while the operator is away, and how far",
        "[Command line](cli.md)",
        "[Settings of a process](settings.md)",
        "[Chart values](values.md)",
        "[Metrics](metrics.md)",
        "[Fair use](fair-use.md): what is measured, how, and from when on it is reported",
    ]
    return {
        "README.md": page(
            "Reference",
            "Written from the sources that they describe; `make verify` fails when one of these "
            "pages is out of date.",
            bullets(links),
        )
    }
