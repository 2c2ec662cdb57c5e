"""What a twin is: a rule once more, in the language of the API server's own policies.

Twins hold while the operator is away (mode ``available``). A policy costs the API server by the
policy and not by the check, so all twins that read one kind of request are one policy: a `Group`.
They read what is in force from the stamps of the namespace, so nothing of them grows with tenants.

CEL here is text. ``{side}`` stands for ``New`` (the object as it would be stored) or ``Old`` (as it
is): findings that stood before, unchanged, refuse nothing, as in the engine.

Searching costs most where there is nothing to find, which is nearly always. So each search says
beside it by which signs an object shows that it could find something, and the API server looks
for signs first: once, on the bare object.

Some signs ordinary objects bear, and only few terms mind. They are looked for by a policy of its
own, which is asked in all namespaces but those whose label says that their terms do not mind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

FIELD: Final = "\\x1f"
RECORD: Final = "\\x1e"
"""Between the parts of a finding, and between findings: CEL for characters that no text needs."""

NEW: Final = "New"
OLD: Final = "Old"
OBJECTS: Final[Mapping[str, str]] = {NEW: "object", OLD: "oldObject"}
"""The variable of the API server that holds each side; null where there is none."""


ALWAYS: Final[Mapping[str, str]] = {"always": "true"}
"""Signs of a search for what ordinary objects have as well: looking first would save nothing.

A group that holds such a search has no sight.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What only some terms ask for, and ordinary objects do not do."""

    allowance: str
    """By which the stamp says that terms ask, and without which nothing is found."""
    label: str
    """Of the Namespace, by which a policy of its own is selected."""
    unasked: str
    """Its value where terms do not ask. Any other, and none, has the policy asked: a namespace that
    an older version stamped is held to all that its stamp says."""
    purpose: str
    """A sentence for who lists the policies."""


@dataclass(frozen=True, slots=True)
class Search:
    """One search of a twin."""

    finds: str
    """CEL, a list of findings: see `finding`. Reads ``variables.…{side}`` and the stamps."""
    signs: Mapping[str, str]
    """Place in the group's sight to CEL that is true there wherever this search could find
    something. Reads the object only, builds nothing, and holds for no object by failing: an error
    would refuse it. Where it is true without need, it costs time; where it is not true and should
    be, nobody is refused what the rule forbids."""
    asked: Asked | None = None
    """Its signs alone have not the group's policy asked, but one beside it. The group's policy,
    asked for other signs, searches for this too: one answer names every finding."""


@dataclass(frozen=True, slots=True)
class Twin:
    """The twin of one rule for one group of kinds."""

    rule: str
    searches: tuple[Search, ...]
    leaves: str = ""
    """What the rule sees and the twin does not, with the reason; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Group:
    """Twins that one policy of the API server holds, for the kinds that it matches."""

    name: str
    """Ending of the policy's name, lower case."""
    purpose: str
    """A sentence for who lists the policies."""
    rules: tuple[Mapping[str, tuple[str, ...]], ...]
    """What is matched: ``resourceRules`` of the API server without their operations."""
    twins: tuple[Twin, ...]
    variables: tuple[tuple[str, str], ...] = ()
    """Name and CEL of what does not depend on the side, in order."""
    sided: tuple[tuple[str, str], ...] = field(default=())
    """The same for what is computed of each side; names get the side's ending."""
    sight: str = ""
    """CEL that goes through the new object, with ``{place}`` where signs are looked for; empty when
    every object is searched."""


def finding(rule: str, *, key: str, path: str, value: str, words: str) -> str:
    """Return CEL for one finding, a text; all arguments but the rule are CEL of type string.

    Args:
        rule: id of the rule.
        key: what stays the same when lists are reordered: the ratchet's key.
        path: of the field.
        value: as written.
        words: what is wrong, and after a semicolon what to do. Nothing of the object: what a tenant
            wrote is made plain, which costs by the character, and these are long.

    """
    where = plain(f"({path}) + ' ' + ({value})")
    return f"'{rule}{FIELD}' + {plain(key)} + '{FIELD}' + {where} + ' ' + ({words})"


def each_of(items: str, item: str, holds: str, told: str, index: str = "i") -> str:
    """Return CEL of a finding for each element of a list that a condition holds of.

    They are found first, and as many as are compared are put into words then: thousands in words
    would cost more than the API server allows.

    Args:
        items: CEL of the list.
        item: name of an element in ``holds`` and ``told``.
        holds: CEL of the condition.
        told: CEL of the finding.
        index: name of its index in both.

    """
    found = f"{items}.transformList({index}, {item}, {holds}, {index})"
    words = f"[{items}[{index}]].map({item}, {told})[0]"
    return f"{found}{some(index, words)}"


def some(item: str, told: str) -> str:
    """Return CEL, to stand behind a list, of the findings of its first elements."""
    return f".transformList(nth, {item}, nth < variables.most{{side}}, {told})"


def flat(lists: str) -> str:
    """Return CEL of one list of findings out of a list of lists.

    The language has no flattening before Kubernetes 1.34, but findings are text without the
    characters that stand between them.
    """
    whole = f"({lists}).map(l, l.join('{RECORD}')).join('{RECORD}')"
    return f"{whole}.split('{RECORD}').filter(f, f != '')"


def plain(text: str) -> str:
    """Return CEL for a text on one line, and without what stands between findings."""
    unwanted = ("\\n", "\\r", FIELD, RECORD)
    return f"({text})" + "".join(f".replace('{c}', ' ')" for c in unwanted)


def quoted(text: str) -> str:
    """Return a text as a CEL literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def listed(texts: tuple[str, ...] | list[str]) -> str:
    """Return a list of texts as a CEL literal."""
    return f"[{', '.join(map(quoted, texts))}]"
