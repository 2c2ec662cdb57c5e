"""The few Markdown shapes that the reference pages are made of."""

from collections.abc import Iterable, Sequence

NOTE = "<!-- Written by `make docs`; change its source instead. -->"


def page(title: str, *blocks: str) -> str:
    """Return a whole page: note, title, then the blocks with a blank line between each."""
    return "\n\n".join([NOTE, f"# {title}", *(block for block in blocks if block)]) + "\n"


def cell(value: str) -> str:
    """Return text that is safe in a table: one line, no column separators."""
    return " ".join(value.split()).replace("|", "\\|")


def prose(value: str) -> str:
    """Return running text in which `<word>` is no HTML, unless it is code already."""
    parts = value.split("`")
    return "`".join(
        part.replace("<", "&lt;") if place % 2 == 0 else part for place, part in enumerate(parts)
    )


def code(value: str) -> str:
    """Return text in code style; nothing for nothing."""
    return f"`{value}`" if value else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; an empty string when there are no rows."""
    body = [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    if not body:
        return ""
    return "\n".join([f"| {' | '.join(header)} |", f"|{'---|' * len(header)}", *body])


def fence(language: str, text: str) -> str:
    """Return a code block."""
    return f"```{language}\n{text.rstrip()}\n```"


def bullets(lines: Iterable[str]) -> str:
    """Return a list."""
    return "\n".join(f"- {line}" for line in lines)
