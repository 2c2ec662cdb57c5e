"""A shell's script, split into commands: what is said together, and what is only text.

Quotes, escapes, comments, redirections, here-documents, substitutions, subshells and patterns of
``case`` are told apart as POSIX sh and bash do, so that a program's name in a text, in a pattern or
in a file that a script writes is not taken for its start. Nothing is expanded or run. What a shell
would refuse is read as far as it goes, rather as more commands than as fewer.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from aup.rules.security.nesting import Frame
from aup.rules.security.quoting import spelled

_BARE: Final = re.compile(r"[^\s\\'\"`$;&|()<>#]+")
"""Characters that mean themselves."""
_WORD: Final = re.compile(r"[^\s'\"`$;&|()<>]+")
"""What may be a program where nobody looks how it is started."""
_QUOTED: Final = re.compile(r'[^\\"`$]+')
"""The same between double quotes."""
_LITERAL: Final = re.compile(r"'([^']*)'?")
_C_STRING: Final = re.compile(r"\$'((?:[^'\\]|\\.)*)'?", re.DOTALL)
_REDIRECTION: Final = re.compile(r"&>>?|<<<|<<-?|>>|>\||[<>]&|<>|[<>]\(|[<>]")
_DELIMITER: Final = re.compile(r"[ \t]*((?:'[^'\n]*'|\"[^\"\n]*\"|\\.|[^\s;&|()<>'\"\\$`])+)")
_ENDS: Final = re.compile(r";;&?|;&|&&|\|\||\|&|[;&|\n]")
_ASKS: Final = (("command", "-v"), ("type", "-p"), ("which",))
"""What prints the path of the program that is named last."""
UNSAID: Final = "$()"
"""A part of a word that a command would print."""
_DEEPEST: Final = 64
"""Levels of nesting that are told apart; deeper ones end a command and no more."""
_DEEPEST_DOCUMENT: Final = 8
"""Here-documents within one another of which it is read what a shell would run in them."""
_MOST_ENDLESS: Final = 16
"""Here-documents without an end that are looked for; each costs reading to the end."""


class Line(NamedTuple):
    """What stands on one line of a script, and below it what the line is fed with."""

    commands: tuple[tuple[str, ...], ...]
    """Words without their quotes."""
    fed: tuple[str, ...]
    """Here-documents and here-strings."""


class _Document(NamedTuple):
    """A here-document that begins on the next line."""

    end: str
    indented: bool
    expanded: bool


def lines(text: str) -> Iterator[Line]:
    """Yield the lines of a script with their commands, in order."""
    return _Reader(text, 0).lines()


class _Reader:
    """Reads a script once from its beginning to its end."""

    def __init__(self, text: str, documents: int) -> None:
        """Args: ``documents`` is how many here-documents lie around it."""
        self._text = text
        self._depth = documents
        self._at = 0
        self._frames = [Frame()]
        self._commands: list[tuple[str, ...]] = []
        self._fed: list[str] = []
        self._documents: list[_Document] = []
        self._endless = 0

    def lines(self) -> Iterator[Line]:
        """Yield each line."""
        while self._at < len(self._text):
            if self._step():
                yield self._line()
        while self._frames:
            self._end_command(self._frames.pop())
        yield self._line()

    def _line(self) -> Line:
        found = Line(tuple(self._commands), tuple(self._fed))
        self._commands.clear()
        self._fed.clear()
        return found

    def _step(self) -> bool:
        """Read on; tell whether a line has ended."""
        frame, character = self._frames[-1], self._text[self._at]
        if frame.quoted:
            self._within_quotes(frame, character)
        elif found := _BARE.match(self._text, self._at):
            self._add(frame, found[0], found.end())
        elif character == "\n":
            self._end_command(frame)
            self._at += 1
            self._read_documents()
            return True
        elif character.isspace():
            self._end_word(frame)
            self._at += 1
        elif character in "'\"\\$`":
            self._quote(frame, character)
        elif character == "#":
            self._hash(frame)
        elif found := _REDIRECTION.match(self._text, self._at):
            self._redirect(frame, found[0])
        elif character in "()":
            self._parenthesis(frame, character)
        else:
            self._separate(frame)
        return False

    def _add(self, frame: Frame, text: str, at: int, *, plain: bool = True) -> None:
        """Add text to the word that is being read."""
        frame.add(text, plain=plain)
        self._at = at

    def _within_quotes(self, frame: Frame, character: str) -> None:
        """Read on between double quotes."""
        if found := _QUOTED.match(self._text, self._at):
            self._add(frame, found[0], found.end(), plain=False)
        elif character == '"':
            frame.quoted = False
            self._at += 1
        else:
            self._quote(frame, character)

    def _quote(self, frame: Frame, character: str) -> None:
        """Read what a quote, a backslash, a dollar or a backquote begins."""
        text, at = self._text, self._at
        if character == "\\":
            escaped = text[at + 1 : at + 2]
            if escaped == "\n":
                self._at += 2
            else:
                self._add(frame, escaped, at + 2, plain=False)
        elif character == '"':
            self._add(frame, "", at + 1, plain=False)
            frame.quoted = True
        elif not frame.quoted and (found := _LITERAL.match(text, at)):
            self._add(frame, found[1], found.end(), plain=False)
        elif not frame.quoted and (found := _C_STRING.match(text, at)):
            self._add(frame, spelled(found[1]), found.end(), plain=False)
        elif character == "`" and frame.closes == "`":
            self._close(frame)
        elif character == "`":
            self._open(Frame("`", prints=True), 1)
        elif text.startswith("$(", at):
            self._open(Frame(")", prints=True), 2)
        elif not frame.quoted and text.startswith('$"', at):
            self._at += 1  # A text to be translated, for bash.
        else:
            self._add(frame, character, at + 1)

    def _hash(self, frame: Frame) -> None:
        """Read a comment, or a hash within a word."""
        if frame.word is not None:
            self._add(frame, "#", self._at + 1)
        else:
            end = self._text.find("\n", self._at)
            self._at = end if end >= 0 else len(self._text)

    def _redirect(self, frame: Frame, operator: str) -> None:
        """Read a redirection: its word is no argument."""
        if frame.plain and frame.word and "".join(frame.word).isdigit():
            frame.word = None
        self._end_word(frame)
        if operator.endswith("("):
            self._open(Frame(")", prints=True), 2)
            return
        self._at += len(operator)
        if operator not in {"<<", "<<-"}:
            frame.target = operator
        elif not frame.arithmetic and (found := _DELIMITER.match(self._text, self._at)):
            end = re.sub(r"['\"\\]", "", found[1])
            self._documents.append(_Document(end, operator == "<<-", end == found[1]))
            self._at = found.end()

    def _parenthesis(self, frame: Frame, character: str) -> None:
        """Read what opens or closes a subshell, an array or a function, or ends a pattern."""
        if frame.pattern:
            self._end_word(frame)
            frame.pattern = character == "("
            self._at += 1
        elif character == ")" and frame.closes == ")":
            self._close(frame)
        elif character == ")":
            self._end_command(frame)
            self._at += 1
        elif frame.word and (frame.commands or (frame.plain and frame.word[-1].endswith("="))):
            # The values of an array, or a pattern: ``x=(a b)``, ``ls !(*.c)``, ``=~ ^(a|b)$``.
            self._open(Frame(")", prints=True, silent=True), 1)
        else:
            self._end_command(frame)
            before = self._text[max(0, self._at - 1) : self._at]
            self._open(Frame(")", arithmetic=before == "("), 1)

    def _separate(self, frame: Frame) -> None:
        """Read what ends a command."""
        found = _ENDS.match(self._text, self._at)
        ends = found[0] if found else self._text[self._at]
        if frame.pattern and ends == "|":
            self._end_word(frame)
        else:
            self._end_command(frame)
            frame.pattern = frame.cases > 0 and ends in {";;", ";&", ";;&"}
        self._at += len(ends)

    def _open(self, frame: Frame, length: int) -> None:
        """Begin a level of nesting after that many characters, unless there are very many."""
        self._at += length
        if len(self._frames) == _DEEPEST:
            self._end_command(self._frames[-1])
            return
        frame.arithmetic |= self._frames[-1].arithmetic and not frame.prints
        self._frames.append(frame)

    def _close(self, frame: Frame) -> None:
        """End a level of nesting; a substitution becomes a part of the word around it."""
        self._end_word(frame)
        words = tuple(frame.words)
        self._end_command(frame)
        self._frames.pop()
        self._at += 1
        if frame.prints:
            asked = any(words[: len(ask)] == ask and len(words) > len(ask) for ask in _ASKS)
            said = words[-1] if asked else UNSAID
            self._add(self._frames[-1], said, self._at, plain=False)

    def _end_word(self, frame: Frame) -> None:
        """Take down a word, unless it belongs to a redirection or is a pattern."""
        if frame.word is None:
            return
        word, plain = "".join(frame.word), frame.plain
        frame.word, frame.plain = None, True
        if frame.target:
            if frame.target == "<<<":
                self._fed.append(word)
            frame.target = ""
        else:
            frame.take(word, plain=plain)

    def _end_command(self, frame: Frame) -> None:
        """Take down a command."""
        self._end_word(frame)
        if frame.words and not frame.silent:
            self._commands.append(tuple(frame.words))
        frame.forget()
        frame.target = ""

    def _read_documents(self) -> None:
        """Read the here-documents that begin here; one without an end is read as commands."""
        for document in self._documents:
            tabs = "\t*" if document.indented else ""
            end = re.compile(rf"^{tabs}{re.escape(document.end)}\r?$", re.MULTILINE)
            found = end.search(self._text, self._at) if self._endless < _MOST_ENDLESS else None
            if found is None:
                self._endless += 1
                continue
            body = self._text[self._at : found.start()]
            self._fed.append(body)
            if document.expanded and ("$(" in body or "`" in body):
                self._commands.extend(self._within(body))
            self._at = min(found.end() + 1, len(self._text))
        self._documents.clear()

    def _within(self, document: str) -> list[tuple[str, ...]]:
        """Return the commands whose output a here-document holds; of a very deep one all words."""
        if self._depth == _DEEPEST_DOCUMENT:
            return [(word,) for word in _WORD.findall(document)]
        quoted = '"' + document.replace('"', "'") + '"'
        found = _Reader(quoted, self._depth + 1).lines()
        return [command for line in found for command in line.commands][:-1]  # Last, the text.
