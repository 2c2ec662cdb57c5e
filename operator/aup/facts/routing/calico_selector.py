"""Which labels an expression of Calico demands: ``projectcalico.org/name in {'a', 'b'}``.

Read as Calico reads it (libcalico-go/lib/selector): ``!`` binds tightest, then ``&&``, then ``||``.
What Calico would refuse is taken to demand nothing, since Calico then leaves the selector away.
"""

import re
from collections.abc import Iterator
from typing import Final

MAX_TOKENS: Final = 4096
MAX_DEPTH: Final = 32
"""Of parentheses."""

Demand = tuple[tuple[str, str], ...]
"""Label and value of each value that one of the labels must have."""

_TOKEN: Final = re.compile(
    r"""[ \t]*(?:(?P<text>"[^"']*"|'[^"']*')"""
    r"""|(?P<mark>==|!=|&&|\|\||[!(){},])"""
    r"""|(?P<call>has\([ \t]*[\w./-]+[ \t]*\)|(?:all|global)\([ \t]*\))"""
    r"""|(?P<word>[\w./-]+))""",
    re.ASCII,
)
_BLANK: Final = " \t"


class _UnreadableError(Exception):
    """The expression is none."""


def demanded(expression: object, labels: frozenset[str]) -> Demand | None:
    """Return what an expression demands of labels: one of these values; ``None`` when nothing.

    Args:
        expression: as it is written.
        labels: those that count. Of several that all must match, the first one is returned.

    """
    if not isinstance(expression, str):
        return None
    try:
        return _Reader(list(_tokens(expression)), labels).whole()
    except _UnreadableError:
        return None


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    """Yield sort and text of each token; a text with a quote in it is a trick and no label."""
    at, end = 0, len(expression.rstrip(_BLANK))
    for _ in range(MAX_TOKENS):
        if at >= end:
            return
        found = _TOKEN.match(expression, at)
        if found is None or found.lastgroup is None:
            raise _UnreadableError
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()
    raise _UnreadableError


class _Reader:
    """Reads tokens from the left."""

    def __init__(self, tokens: list[tuple[str, str]], labels: frozenset[str]) -> None:
        self._tokens = tokens
        self._labels = labels
        self._at = 0
        self._depth = 0

    def whole(self) -> Demand | None:
        """Read all of it; nothing at all stands for everything."""
        found = self._either() if self._tokens else None
        if self._at < len(self._tokens):
            raise _UnreadableError
        return found

    def _either(self) -> Demand | None:
        """Read operands of ``||``: a demand where each of them has one."""
        found = [self._all()]
        while self._skip("||"):
            found.append(self._all())
        told = [one for one in found if one is not None]
        return sum(told, ()) if len(told) == len(found) else None

    def _all(self) -> Demand | None:
        """Read operands of ``&&``: a demand where one of them has one."""
        found = [self._operation()]
        while self._skip("&&"):
            found.append(self._operation())
        return next((one for one in found if one is not None), None)

    def _operation(self) -> Demand | None:
        """Read one operation; what is negated demands nothing."""
        negated = False
        while self._skip("!"):
            negated = True
        sort, text = self._next()
        if sort == "call":
            return None
        if text == "(" and sort == "mark":
            found = self._nested()
        elif sort == "word":
            found = self._comparison(text)
        else:
            raise _UnreadableError
        return None if negated else found

    def _nested(self) -> Demand | None:
        """Read what stands in parentheses."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _UnreadableError
        found = self._either()
        self._demand(")")
        self._depth -= 1
        return found

    def _comparison(self, label: str) -> Demand | None:
        """Read what is said of a label."""
        sort, operator = self._next()
        if sort == "word" and operator in {"not", "starts", "ends"}:
            operator = f"{operator} {self._word()}"
        values = self._values() if operator in {"in", "not in"} else [self._text()]
        if operator not in {"==", "in", "!=", "not in", "contains", "starts with", "ends with"}:
            raise _UnreadableError
        if operator not in {"==", "in"} or label not in self._labels:
            return None
        return tuple((label, value) for value in values) or None

    def _values(self) -> list[str]:
        """Read a set; a comma may stand behind the last value."""
        self._demand("{")
        values = []
        while not self._skip("}"):
            values.append(self._text())
            if not self._skip(","):
                self._demand("}")
                break
        return values

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise _UnreadableError
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self, mark: str) -> bool:
        """Go past a mark if it comes next."""
        found = self._at < len(self._tokens) and self._tokens[self._at] == ("mark", mark)
        self._at += found
        return found

    def _demand(self, mark: str) -> None:
        if not self._skip(mark):
            raise _UnreadableError

    def _text(self) -> str:
        sort, text = self._next()
        if sort != "text":
            raise _UnreadableError
        return text[1:-1]

    def _word(self) -> str:
        sort, text = self._next()
        if sort != "word":
            raise _UnreadableError
        return text
