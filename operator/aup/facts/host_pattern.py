r"""Hostnames in regular expressions: what all names that match one have in common.

``^[a-z]+\.acme\.example$`` stands for names below acme.example, whatever comes before. What is
not bound to a domain in so plain a way is refused, since a program may read it otherwise: Go,
PCRE and Lua differ in much that can be written.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

from aup.facts.hostname import MAX_NAME, parse_hostname

_UNBOUND = "is an expression that no hostname bounds"
_LONGEST = 2 * MAX_NAME
"""Characters of an expression that is looked at."""

_FLAGS = re.IGNORECASE | re.ASCII
_TEMPLATE = re.compile(
    r"(?:[a-z0-9.-]*\{[a-z_]\w*(?::[^{}|()]+)?\})+(?P<tail>\.[a-z0-9.-]+)", _FLAGS
)
r"""Traefik's older form: ``{name:[a-z]+}.acme.example``, in which a dot is a dot."""
_FORBIDDEN = re.compile(r"\\[QEKbBzZAGC]|\(\*|\(\?(?!:|i\)|P<)|[\s;]")
"""Quoting, assertions, verbs and flags, which change what stands around them."""
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*+(?:\]|\\?\Z)|.", re.DOTALL)
"""A character, an escape, or a class of characters. A class that nothing closes is the whole rest:
to look for its end from each bracket anew would take seconds."""
_LITERAL = re.compile(r"[a-z0-9-]|\\\.", _FLAGS)
"""What matches itself and nothing else."""


@dataclass(frozen=True, slots=True)
class HostPattern:
    """An expression, and the domain in which all names lie that it matches."""

    name: str = ""
    """Canonical; empty with a problem."""
    below: bool = True
    """Whether names below it are meant; otherwise it alone."""
    problem: str = ""
    """Completes ``<path> <text>``."""


def parse_host_pattern(text: str) -> HostPattern:
    """Read a regular expression over hostnames; there is always an answer."""
    domain, below = _common(text) if len(text) <= _LONGEST else ("", True)
    parsed = parse_hostname(domain)
    if parsed.problem:
        return HostPattern(problem=_UNBOUND)
    return HostPattern(parsed.name, below)


def _common(text: str) -> tuple[str, bool]:
    """Return the domain that all matching names end in, and whether they lie below it."""
    if template := _TEMPLATE.fullmatch(text):
        return template["tail"].removeprefix("."), True
    body = text.removeprefix("(?i)")
    pieces = _PIECE.findall(body)
    if _FORBIDDEN.search(body) or not pieces or pieces.pop() != "$" or not _is_one_branch(pieces):
        return "", True
    literal = list(takewhile(_LITERAL.fullmatch, reversed(pieces)))
    head = pieces[: len(pieces) - len(literal)]
    tail = "".join(reversed(literal)).replace("\\.", ".")
    if head == ["^"]:
        return tail, False
    # Up to its first dot the tail may be the end of a longer label.
    return (tail if _ends_in_dot(head) else tail.partition(".")[2]), True


def _is_one_branch(pieces: list[str]) -> bool:
    """Tell whether every match goes through the end of an expression: no alternative beside it."""
    depth = 0
    for piece in pieces:
        depth += (piece == "(") - (piece == ")")
        if depth < 0 or (piece == "|" and depth == 0):
            return False
    return depth == 0


def _ends_in_dot(head: list[str]) -> bool:
    r"""Tell whether an expression ends in a group of whole labels: ``(.+\.)?``."""
    optional = head[-1:] in (["?"], ["*"])
    group = head[:-1] if head[-1:] in (["?"], ["*"], ["+"]) else head
    if group[-2:] != ["\\.", ")"]:
        return False
    depth = 0
    for at in range(len(group) - 1, -1, -1):
        piece = group[at]
        depth += (piece == ")") - (piece == "(")
        if depth == 0:
            return group[:at] == ["^"] or not optional
        if piece == "|" and depth == 1:
            return False
    return False
