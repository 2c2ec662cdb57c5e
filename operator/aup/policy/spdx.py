"""SPDX licence expressions as a small frozen tree (SPDX 2.3, annex D).

license-expression knows the grammar and the list of ids. What it makes of bad text (several kinds
of exception) and of names that SPDX leaves to the writer (some become other licences) stays here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from license_expression import Licensing, get_license_index

from aup.text import printable

MAX_LENGTH: Final = 4096
"""Characters of one expression; longer text is refused unread."""

NONE: Final = "NONE"
"""Whoever looked found no licence at all."""
NOASSERTION: Final = "NOASSERTION"
"""Nobody has looked, or nobody could tell."""

_REFERENCE = re.compile(r"(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+", re.ASCII)
_ADDITION = re.compile(r"(DocumentRef-[A-Za-z0-9.-]+:)?AdditionRef-[A-Za-z0-9.-]+", re.ASCII)
_FAMILY = re.compile(
    r"(?P<name>.+?)-(?P<version>\d+(?:\.\d+)*)(?P<rest>(?:-[A-Za-z].*)?)", re.ASCII
)
"""An id with a version in it: ``GFDL-1.2-no-invariants``."""

_UNLISTED: Final = ("RSALv2",)
"""Licences in wide use that SPDX does not list, under the name of their publisher."""


@dataclass(frozen=True, slots=True)
class License:
    """One licence, with its exception if it has one."""

    key: str
    """Canonical id: ``GPL-2.0-only``, ``LicenseRef-Vendor-EULA``, ``NONE``, ``MPL-1.1+``."""
    exception: str = ""
    """Right side of ``WITH``."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``OR``: the customer chooses."""

    branches: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class AllOf:
    """``AND``: every one binds."""

    branches: "tuple[Expression, ...]"


Expression = License | AnyOf | AllOf


@dataclass(frozen=True, slots=True)
class SpdxProblem:
    """Why a text is no SPDX expression."""

    text: str
    """As written, one line."""
    detail: str
    """Completes ``<text>``: ``is no SPDX expression``."""


_DEPRECATED_COMPOUNDS: Final[Mapping[str, License]] = {
    "ecos-2.0": License("GPL-2.0-or-later", "eCos-exception-2.0"),
    "gpl-2.0-with-autoconf-exception": License("GPL-2.0-only", "Autoconf-exception-2.0"),
    "gpl-2.0-with-bison-exception": License("GPL-2.0-or-later", "Bison-exception-2.2"),
    "gpl-2.0-with-classpath-exception": License("GPL-2.0-only", "Classpath-exception-2.0"),
    "gpl-2.0-with-font-exception": License("GPL-2.0-only", "Font-exception-2.0"),
    "gpl-2.0-with-gcc-exception": License("GPL-2.0-only", "GCC-exception-2.0"),
    "gpl-3.0-with-autoconf-exception": License("GPL-3.0-only", "Autoconf-exception-3.0"),
    "gpl-3.0-with-gcc-exception": License("GPL-3.0-only", "GCC-exception-3.1"),
    "wxwindows": License("LGPL-2.0-or-later", "WxWindows-exception-3.1"),
}
"""Ids that held licence and exception in one word (SPDX list, "Deprecated License Identifiers").

A policy that denies GPL-2.0-only must meet them too, so they are taken apart.
"""


def parse(text: str) -> Expression | SpdxProblem:
    """Read an SPDX expression; empty text is ``NOASSERTION``.

    Ids and operators are read in any case and come back canonical; deprecated ids come back as
    what replaced them. ``LicenseRef-…`` is kept to the letter.
    """
    if not text.strip():
        return License(NOASSERTION)
    if len(text) > MAX_LENGTH:
        return SpdxProblem(printable(text), f"is longer than {MAX_LENGTH} characters")
    try:
        tree = _grammar().parse(text, simple=True)
    except Exception:  # noqa: BLE001 - bad text raises AttributeError, TypeError and others
        return SpdxProblem(
            printable(text), "is no SPDX expression; join licence ids with AND, OR and WITH"
        )
    try:
        return _expression(tree)
    except _UnknownIdError as unknown:
        return SpdxProblem(printable(text), unknown.detail)
    except RecursionError:
        return SpdxProblem(printable(text), "is nested too deeply")


def parse_license(text: str) -> str | SpdxProblem:
    """Read one licence id without an exception; return the canonical id."""
    parsed = parse(text)
    if isinstance(parsed, SpdxProblem):
        return parsed
    if isinstance(parsed, License) and not parsed.exception and text.strip():
        return parsed.key
    return SpdxProblem(printable(text), "is not the id of a single licence")


def parse_exception(text: str) -> str | SpdxProblem:
    """Read the id of an exception, as it stands to the right of ``WITH``."""
    try:
        return _exception_id(text.strip())
    except _UnknownIdError as unknown:
        return SpdxProblem(printable(text), unknown.detail)


def render(expression: Expression) -> str:
    """Return the canonical text of an expression, with parentheses only where they are needed."""
    match expression:
        case License():
            return " WITH ".join(word for word in (expression.key, expression.exception) if word)
        case AnyOf():
            return " OR ".join(render(branch) for branch in expression.branches)
        case AllOf():
            return " AND ".join(
                f"({render(branch)})" if isinstance(branch, AnyOf) else render(branch)
                for branch in expression.branches
            )


@cache
def choices(key: str) -> tuple[str, ...]:
    """Return the listed licences that an id lets a customer choose from.

    ``GPL-2.0-or-later``: GPL-2.0-only and GPL-3.0-only. ``MPL-1.1+``: MPL-1.1 and MPL-2.0. Any
    other id: itself.
    """
    stem = key.removesuffix("+").removesuffix("-or-later")
    if stem == key or _REFERENCE.fullmatch(key):
        return (key,)
    only = "-only" if key.endswith("-or-later") else ""
    family = _FAMILY.fullmatch(stem)
    if family is None:
        return (stem + only,)
    found = []
    for name in set(_names().licenses.values()):
        other = _FAMILY.fullmatch(name.removesuffix(only))
        same = other and (other["name"], other["rest"]) == (family["name"], family["rest"])
        if other and same and name.endswith(only) and _version(other) >= _version(family):
            found.append((_version(other), name))
    return tuple(name for _, name in sorted(found)) or (stem + only,)


def _version(family: re.Match[str]) -> tuple[int, ...]:
    """Return the version in an id, ready to be compared."""
    return tuple(int(number) for number in family["version"].split("."))


class _UnknownIdError(Exception):
    """An id that no list holds; ``detail`` completes the text that it stands in."""

    def __init__(self, *, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def _expression(tree: Any) -> Expression:
    """Turn the library's tree into ours."""
    if hasattr(tree, "exception_symbol"):
        base = _license(tree.license_symbol.key)
        if base.exception:
            raise _UnknownIdError(detail=f"gives {base.key} two exceptions")
        return License(base.key, _exception_id(tree.exception_symbol.key))
    if hasattr(tree, "key"):
        return _license(tree.key)
    join: Callable[[tuple[Expression, ...]], Expression] = (
        AnyOf if tree.operator.strip() == "OR" else AllOf
    )
    return join(tuple(_expression(branch) for branch in tree.args))


def _license(word: str) -> License:
    """Return the licence that one word of an expression names."""
    if _REFERENCE.fullmatch(word):
        return License(word)
    lower = word.lower()
    if compound := _DEPRECATED_COMPOUNDS.get(lower):
        return compound
    licenses = _names().licenses
    if key := licenses.get(lower):
        return License(key)
    if later := _or_later(licenses.get(lower.removesuffix("+"), NONE)):
        return License(later)
    if lower in _names().exceptions:
        raise _UnknownIdError(detail=f"uses the exception {printable(word)} as a licence")
    raise _UnknownIdError(
        detail=f"names {printable(word)}, which SPDX does not list; write LicenseRef-…"
    )


def _or_later(key: str) -> str:
    """Return the id of a licence "or any later version"; empty where there is no such thing."""
    if key in {NONE, NOASSERTION}:
        return ""
    stem = key.removesuffix("-only").removesuffix("-or-later")
    return f"{key}+" if stem == key else f"{stem}-or-later"


def _exception_id(word: str) -> str:
    """Return the canonical id of an exception."""
    if _ADDITION.fullmatch(word):
        return word
    if key := _names().exceptions.get(word.lower()):
        return key
    raise _UnknownIdError(detail=f"names {printable(word)}, which is no SPDX exception")


@dataclass(frozen=True, slots=True)
class _Names:
    """Lower-case id to canonical id."""

    licenses: Mapping[str, str]
    exceptions: Mapping[str, str]


@cache
def _grammar() -> Any:
    """Return the library's parser without its list of symbols: words stay as they are written."""
    return Licensing()


@cache
def _names() -> _Names:
    """Read the list of SPDX ids that comes with the library; it takes about 20 ms, once."""
    licenses = {name.lower(): name for name in (NONE, NOASSERTION, *_UNLISTED)}
    exceptions: dict[str, str] = {}
    for entry in get_license_index():
        table = exceptions if entry["is_exception"] else licenses
        key = entry["spdx_license_key"] or ""
        # The index adds thousands of LicenseRef names of its own, and maps some of them to listed
        # licences. A LicenseRef means what its writer says, so none of them is taken over.
        own = not key or key.startswith("LicenseRef-")
        if not own:
            table[key.lower()] = key
        for old in entry["other_spdx_license_keys"]:
            if not old.startswith("LicenseRef-") and " " not in old:
                table[old.lower()] = old if own else key
    return _Names(licenses=licenses, exceptions=exceptions)
