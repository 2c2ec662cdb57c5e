"""Levels of nesting in a shell's script, and what has been read of the command in each."""

from dataclasses import dataclass, field
from typing import Final

KEYWORDS: Final = frozenset(
    {"!", "coproc", "do", "elif", "else", "if", "then", "time", "until", "while", "{"}
)
"""Words after which a command begins."""
_MOST_KEYWORDS: Final = 8
"""Before a command."""


@dataclass(slots=True)
class Frame:
    """One level of nesting: the script itself, a subshell, or a substitution."""

    closes: str = ""
    """What ends it."""
    prints: bool = False
    """Whether it stands for a part of a word."""
    silent: bool = False
    """Whether its words are no command: the values of an array."""
    quoted: bool = False
    """Whether reading stands between double quotes."""
    words: list[str] = field(default_factory=list)
    bare: list[bool] = field(default_factory=list)
    """Of each word whether no part of it was quoted."""
    word: list[str] | None = None
    plain: bool = True
    target: str = ""
    """The redirection whose word comes next."""
    cases: int = 0
    """How many ``case`` are open."""
    pattern: bool = False
    """Whether words are patterns of a ``case``."""
    arithmetic: bool = False
    """Whether ``<<`` may be a shift."""

    def forget(self) -> None:
        """Begin another command."""
        self.words.clear()
        self.bare.clear()

    @property
    def commands(self) -> bool:
        """Whether the words name a command already, which patterns may follow."""
        begins = self.words[: _MOST_KEYWORDS + 1]
        return len(begins) > _MOST_KEYWORDS or any(
            word not in KEYWORDS and not word.startswith("-") for word in begins
        )

    def add(self, text: str, *, plain: bool) -> None:
        """Add text to the word that is being read."""
        self.word = self.word if self.word is not None else []
        self.word.append(text)
        self.plain &= plain

    def take(self, word: str, *, plain: bool) -> None:
        """Take down a word of the command, or a pattern."""
        if self.pattern:
            if plain and word == "esac":
                self.pattern = False
                self.cases -= 1
            return
        self.words.append(word)
        self.bare.append(plain)
        if plain and word in {"in", "esac"}:
            self._hear(word)

    def _hear(self, word: str) -> None:
        """Hear whether a word begins or ends a ``case``: only where a command would begin."""
        at = len(self.words) - (3 if word == "in" else 1)
        if not 0 <= at <= _MOST_KEYWORDS or not KEYWORDS.issuperset(self.words[:at]):
            return
        if not all(self.bare[: at + 1]):
            return
        if word == "in" and self.words[at] == "case":
            self.cases += 1
            self.pattern = True
            self.forget()
        elif word == "esac" and self.cases:
            self.cases -= 1
            self.forget()
