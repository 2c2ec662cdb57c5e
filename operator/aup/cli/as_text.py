"""What ``aup check`` says to people: file, line and column, the line with a caret, the remedy."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Final
from unicodedata import combining, east_asian_width

from aup.cli.judge import Advice, Checked, Judged, LeftOut, Located
from aup.cli.place import Spot, at
from aup.cli.sources import Unreadable
from aup.engine import message
from aup.engine.decision import Outcome
from aup.text import join, plural

WIDTH: Final = 100
"""Characters of a line that are shown around the caret: some manifests are one line of JSON."""

PAINT: Final = {"bold": "1", "red": "1;31", "yellow": "1;33", "faint": "2"}

VERDICTS: Final = {
    Outcome.DENY: ("red", "would be refused"),
    Outcome.WARN: ("yellow", "would be admitted with a warning"),
}
"""What people are told about; the other outcomes are not the writer's business."""


class Text:
    """Writes findings as they come, and counts."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._objects = self._refused = 0
        self._left_out: dict[str, None] = {}

    def lines(self, judged: Iterable[Judged], notes: Iterable[str]) -> Iterator[str]:
        """Yield all that is to be said, blocks apart."""
        for one in judged:
            match one:
                case Checked():
                    self._objects += 1
                    self._refused += not one.decision.allowed
                    yield from self._object(one)
                case Unreadable():
                    yield from self._unreadable(one)
                case LeftOut():
                    self._left_out[one.name] = None
        if self._left_out:
            names = join([_plain(name) for name in self._left_out], last="and")
            yield f"left out, being no manifests: {names}"
        yield f"{plural(self._objects, 'object')} checked, {self._refused} would be refused"
        yield from notes

    def _object(self, one: Checked) -> Iterator[str]:
        for located in one.by(Outcome.DENY, Outcome.WARN):
            yield from self._finding(one, located)
        for advice in one.advice:
            yield from self._advice(one, advice)

    def _finding(self, one: Checked, located: Located) -> Iterator[str]:
        """Yield the block of one finding."""
        finding, subject = located.finding, one.decision.subject
        paint, verdict = VERDICTS[finding.outcome]
        place = self._place(one, located.spot)
        where = f" in {one.namespace}" if one.namespace else ""
        name = _plain(f"{subject.kind}/{subject.name}{where}")
        yield f"{place}: {name} {self._paint(paint, verdict)}"
        yield f"  {_plain(message.statement(finding))}"
        yield from self._excerpt(located.spot, paint)
        yield f"  remedy: {_plain(finding.violation.remedy)}"
        yield self._paint("faint", f"  see {_plain(finding.link)}")

    def _advice(self, one: Checked, advice: Advice) -> Iterator[str]:
        place = self._place(one, advice.spot)
        yield f"{place}: {self._paint('yellow', 'warning')}: {_plain(advice.remark.text)}"
        yield from self._excerpt(advice.spot, "yellow")

    def _unreadable(self, one: Unreadable) -> Iterator[str]:
        place = ":".join(str(part) for part in (_plain(one.name), one.line, one.column) if part)
        yield f"{self._paint('bold', place)}: {self._paint('red', _plain(one.problem))}"
        if one.text:
            yield from self._excerpt(at([one.text], 1, one.column), "red", number=one.line)

    def _place(self, one: Checked, spot: Spot | None) -> str:
        """Return where to look, as editors and terminals read it."""
        line, column = (spot.line, spot.column) if spot else (one.line, 1)
        template = f" ({_plain(one.template)})" if one.template else ""
        return self._paint("bold", f"{_plain(one.name)}:{line}:{column}") + template

    def _excerpt(self, spot: Spot | None, paint: str, number: int = 0) -> Iterator[str]:
        """Yield a line of the file, and carets under the part that is meant."""
        if spot is None:
            return
        margin = f"{number or spot.line:>6} | "
        begin = max(0, min(spot.column - 1 - WIDTH // 4, len(spot.text) - WIDTH))
        shown = _plain(spot.text[begin : begin + WIDTH])
        lead = "…" if begin else ""
        before = shown[: spot.column - 1 - begin]
        marked = shown[spot.column - 1 - begin : spot.end - 1 - begin]
        rest = "…" if begin + WIDTH < len(spot.text) else ""
        carets = "^" * max(1, _columns(marked))
        yield f"{margin}{lead}{shown}{rest}"
        yield f"{'':>6} | {' ' * (len(lead) + _columns(before))}{self._paint(paint, carets)}"

    def _paint(self, paint: str, text: str) -> str:
        return f"\033[{PAINT[paint]}m{text}\033[0m" if self._colour else text


def wants_colour() -> bool:
    """Tell whether whoever reads sees colours and wants them (https://no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def _plain(text: str) -> str:
    """Return a line that does nothing to a terminal, character by character."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else " " if c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
