"""Quotes within a shell's words: what they hide of a name, and what ``$'…'`` spells."""

import re
import sys
from typing import Final

_ESCAPE: Final = re.compile(
    r"\\(?:x\{([0-9a-fA-F]{1,8})\}?|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})"
    r"|([0-7]{1,3})|(.))",
    re.DOTALL,
)
"""Within ``$'…'``."""
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t"}
_MARKS: Final = ("$'", '$"', "\\\n", "\\", "'", '"')
"""What quotes a part of a word; longer marks before those that they hold."""


def unquoted(text: str) -> str:
    """Return a script without what quotes parts of its words, to look for names in it."""
    meaning = spelled(text) if "$'" in text else ""
    for mark in _MARKS:
        text, meaning = text.replace(mark, ""), meaning.replace(mark, "")
    return f"{text} {meaning}" if meaning else text


def spelled(text: str) -> str:
    r"""Return text with its escapes as ``$'…'`` means them: ``\x6e`` is n."""

    def meant(escape: re.Match[str]) -> str:
        *codes, octal, letter = escape.groups()
        if letter is not None:
            return _CONTROLS.get(letter, letter)
        if octal is not None:
            return chr(int(octal, 8) & 0xFF)
        code = int(next(filter(None, codes)), 16)
        return chr(code) if code <= sys.maxunicode else ""

    return _ESCAPE.sub(meant, text)
