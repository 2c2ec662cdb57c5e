"""Version ranges of the software catalogue, compared with the tags of images.

A tag is free text. What people write is a version, often followed by a variant
(``7.4.1-alpine3.20``), and often only its beginning: ``7`` is whatever 7.x is newest. So a short
tag is in a range only when all that it may stand for is; where that cannot be told the tag
matches no range, and the catalogue says less about the image instead of something wrong.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

_MAX_TEXT: Final = 256
"""Characters of a range; a tag has at most 128."""
_SEPARATORS = re.compile(r"[,\s]+")
_AFTER_OPERATOR = re.compile(r"(?<=[<>=!~])\s+")
_EXACT = 3
"""Numbers of a version from which on it stands for one release only."""
_MOST_PARTS: Final = 6
"""Parts between hyphens that a version may have: ``1-2-rc-3-dev-4`` is one, and the longest."""
_NEWEST: Final = 2**31
"""Above every number that a version has: ``7`` stands for 7 up to 7.2147483648."""


@dataclass(frozen=True, slots=True)
class VersionRange:
    """Comparisons that a version must meet, all of them."""

    text: str
    """Canonical: equal for equal ranges, however they were written."""
    specifiers: SpecifierSet = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> "VersionRange":
        """Read ``>=7.4 <8`` or ``>=7.4, <8``.

        Raises:
            ValueError: the text holds something that is not a comparison.

        """
        if len(text) > _MAX_TEXT:
            raise ValueError(f"is longer than {_MAX_TEXT} characters")
        terms = _SEPARATORS.split(_AFTER_OPERATOR.sub("", text.strip()))
        try:
            specifiers = SpecifierSet(",".join(term for term in terms if term))
        except InvalidSpecifier:
            raise ValueError("is no version range; write it like >=7.4 <8") from None
        return cls(str(specifiers), specifiers)

    @lru_cache(maxsize=4096)  # noqa: B019 - ranges are few, and equal ones share what is kept
    def matches(self, tag: str) -> bool:
        """Return whether everything that the tag may stand for is in the range."""
        version = version_of(tag)
        if version is None or not self._has(version):
            return False
        if len(version.release) >= _EXACT or version.is_prerelease or self._names(version):
            return True
        return self._has(_newest(version))

    def _has(self, version: Version) -> bool:
        # Who runs a pre-release runs the software; PEP 440 would leave it out.
        return self.specifiers.contains(version, prereleases=True)

    def _names(self, version: Version) -> bool:
        """Return whether the range is that one version, as written: ``==16.4`` for tag 16.4."""
        return any(
            term.operator == "==" and term.version == str(version) for term in self.specifiers
        )


@lru_cache(maxsize=4096)  # Each range of a repository asks for it.
def version_of(tag: str) -> Version | None:
    """Return the version that a tag begins with; ``None`` for ``latest``, ``main-4f2c1a9``.

    The longest beginning up to a hyphen that is a version counts, so ``8.0-rc1`` keeps its
    pre-release and ``16.4.0-debian-12-r14`` loses its variant.
    """
    parts = tag.split("-")
    for end in range(min(len(parts), _MOST_PARTS), 0, -1):
        try:
            return Version("-".join(parts[:end]))
        except InvalidVersion:
            continue
    return None


def _newest(version: Version) -> Version:
    """Return an upper end of what a shortened version may stand for."""
    return Version(".".join(str(part) for part in (*version.release, _NEWEST)))
