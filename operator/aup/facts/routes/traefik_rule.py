"""Traefik's rules: which hostnames a router answers for.

    rule  = all { "||" all }
    all   = term { "&&" term }
    term  = "!" term | "(" rule ")" | name "(" string { "," string } ")"

Versions 2 and 3 differ in what a matcher may be called and takes, not in this. Strings are Go's:
in back quotes as they are, in double quotes with escapes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_LONGEST = 16 * 1024
"""Characters of a rule."""
_DEEPEST = 64
"""Levels of brackets and negations."""

_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_]\w*)|(?P<sign>&&|\|\||[!(),])"
    r"|`(?P<raw>[^`]*)`|\"(?P<quoted>(?:[^\"\\\n]|\\.)*)\")\s*",
    re.ASCII,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

NAMES: Final = frozenset({"host", "hostheader", "hostsni"})
"""Matchers that take hostnames, in lower case: version 2 accepts any."""
PATTERNS: Final = frozenset({"hostregexp", "hostsniregexp"})
"""Matchers that take regular expressions."""


@dataclass(frozen=True, slots=True)
class RuleHost:
    """A hostname in a rule, or an expression for some."""

    text: str
    """As written, without its quotes."""
    value: str
    """Its meaning; differs from the text in what is escaped."""
    is_pattern: bool = False


@dataclass(frozen=True, slots=True)
class HostRule:
    """What a rule says of hostnames."""

    hosts: tuple[RuleHost, ...] = ()
    """Every name that it may match; those behind a ``!`` are none."""
    bounded: bool = False
    """Whether it matches these names only; otherwise any name."""
    problem: str = ""
    """Completes ``<path>``: ``is not a rule of Traefik``."""


def parse_rule(text: str) -> HostRule:
    """Read a rule; whatever the text is, there is an answer."""
    if len(text) > _LONGEST:
        return HostRule(problem=f"is longer than {_LONGEST} characters")
    try:
        return _Parser(text).whole()
    except _UnreadableError:
        return HostRule(problem="is not a rule of Traefik that can be read")


class _UnreadableError(Exception):
    """The text is no rule; never leaves this module."""


class _Parser:
    """Reads a rule from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> HostRule:
        """Read all of the text."""
        found = self._any()
        if self._at < len(self._tokens):
            raise _UnreadableError
        return found

    def _any(self) -> HostRule:
        return self._joined("||", self._all, all)

    def _all(self) -> HostRule:
        return self._joined("&&", self._term, any)

    def _joined(
        self, sign: str, part: Callable[[], HostRule], bounds: Callable[[list[bool]], bool]
    ) -> HostRule:
        """Read parts with a sign between them."""
        parts = [part()]
        while self._take("sign", sign):
            parts.append(part())
        hosts = tuple(host for found in parts for host in found.hosts)
        return HostRule(hosts, bounds([found.bounded for found in parts]))

    def _term(self) -> HostRule:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _UnreadableError
        if self._take("sign", "!"):
            self._term()
            found = HostRule()
        elif self._take("sign", "("):
            found = self._any()
            self._need(")")
        else:
            found = self._matcher()
        self._depth -= 1
        return found

    def _matcher(self) -> HostRule:
        kind, name = self._next()
        if kind != "name":
            raise _UnreadableError
        self._need("(")
        arguments: list[RuleHost] = []
        while not self._take("sign", ")"):
            if arguments:
                self._need(",")
            arguments.append(_host(*self._next(), is_pattern=name.lower() in PATTERNS))
        if name.lower() not in NAMES | PATTERNS:
            return HostRule()
        return HostRule(tuple(arguments), bounded=bool(arguments))

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise _UnreadableError
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, kind: str, text: str) -> bool:
        """Go past a token if it is this one."""
        found = self._at < len(self._tokens) and self._tokens[self._at] == (kind, text)
        self._at += found
        return found

    def _need(self, sign: str) -> None:
        if not self._take("sign", sign):
            raise _UnreadableError


def _tokens(text: str) -> list[tuple[str, str]]:
    """Return the kind and text of each token."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _UnreadableError
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


def _host(kind: str, text: str, *, is_pattern: bool) -> RuleHost:
    """Return the argument of a matcher."""
    if kind == "raw":
        return RuleHost(text, text, is_pattern)
    if kind != "quoted" or any(escaped not in '"\\' for escaped in _ESCAPE.findall(text)):
        raise _UnreadableError
    return RuleHost(text, _ESCAPE.sub(r"\1", text), is_pattern)
