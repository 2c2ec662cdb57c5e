"""THE reader of hostnames that tenants write. Nothing else canonicalises one.

Two spellings of one name become equal, and two names that only look alike stay different:
``ACME.Example.`` and ``acme。example`` are ``acme.example``; ``exаmple.com`` with a Cyrillic ``а``
is ``xn--exmple-4nf.com``.
"""

import re
from dataclasses import dataclass

import idna

from aup.facts.json_value import text_of, type_of

MAX_NAME = 253
"""Characters of a whole name in A-labels, without the trailing dot (RFC 1035)."""
MAX_LABEL = 63
"""Characters of one label (RFC 1035)."""
_MAX_INPUT = MAX_NAME + 1
"""Characters: the mapping, which is slow, need not look at more than a name with its last dot."""

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
"""Letters, digits, hyphens; and underscores, which DNS has (``_acme-challenge``), IDNA not."""
_WILDCARD = "*."
_TOO_LONG = "is too long for a hostname"


@dataclass(frozen=True, slots=True)
class ParsedHostname:
    """A hostname as written, and what it is."""

    text: str
    name: str = ""
    """Canonical: lower case, A-labels, no trailing dot, no ``*.``; empty with a problem."""
    wildcard: bool = False
    """Whether a leading ``*.`` stood before the name."""
    problem: str = ""
    """Completes ``<path> <text>``: ``is not a hostname``; empty when it can be read."""


def parse_hostname(value: object) -> ParsedHostname:
    """Read one hostname; whatever the value is, there is an answer and never an exception."""
    if not isinstance(value, str):
        return ParsedHostname(
            text_of(value), problem=f"is {type_of(value)} where a hostname belongs"
        )
    wildcard = value.startswith(_WILDCARD)
    try:
        name = _canonical(value.removeprefix(_WILDCARD))
    except _UnreadableError as error:
        return ParsedHostname(value, wildcard=wildcard, problem=str(error))
    return ParsedHostname(value, name, wildcard)


class _UnreadableError(Exception):
    """Why a text is no hostname; never leaves this module."""


def _canonical(text: str) -> str:
    """Return a name in A-labels.

    Raises:
        _UnreadableError: the text is no hostname.

    """
    if not text:
        raise _UnreadableError("is empty where a hostname belongs")
    if len(text) > _MAX_INPUT:
        raise _UnreadableError(_TOO_LONG)
    mapped = _mapped(text).removesuffix(".")
    if len(mapped) > MAX_NAME:  # A-labels are longer still
        raise _UnreadableError(_TOO_LONG)
    labels = [_label(label) for label in mapped.split(".")]
    name = ".".join(labels)
    if len(name) > MAX_NAME:
        raise _UnreadableError(_TOO_LONG)
    if labels[-1].isdigit():
        # No top-level domain is a number: resolvers take such a text for an IPv4 address.
        raise _UnreadableError("ends in a number, as no hostname does")
    return name


def _mapped(text: str) -> str:
    """Return the text in lower case, other alphabets' case, width and full stops included."""
    if text.isascii():
        return text.lower()
    try:
        return idna.uts46_remap(text, std3_rules=False)
    except idna.IDNAError:
        raise _UnreadableError("has characters that no hostname may have") from None


def _label(label: str) -> str:
    """Return one label in ASCII."""
    if not label.isascii() and len(label) <= MAX_LABEL:  # an A-label is longer still
        try:
            label = idna.alabel(label).decode("ascii")
        except idna.IDNAError:
            raise _UnreadableError("has characters that no hostname may have") from None
    if not label:
        raise _UnreadableError("has an empty label")
    if len(label) > MAX_LABEL:
        raise _UnreadableError(f"has a label of more than {MAX_LABEL} characters")
    # An A-label is compared as it is: that is what the name server sees, whatever it decodes to.
    if not _LABEL.fullmatch(label):
        raise _UnreadableError("is not a hostname")
    return label
