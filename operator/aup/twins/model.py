"""What a twin is: a rule once more, in the language of the API server's own policies.

Twins hold while the operator is away (mode ``available``). A policy costs the API server by the
policy and not by the check, so all twins that read one kind of request are one policy: a `Group`.
They read what is in force from the stamps of the namespace, so nothing of them grows with tenants.

CEL here is text. What reads the object is computed of both sides, the object as it would be stored
and as it is: findings that stood before, unchanged, refuse nothing, as in the engine. ``{side}``
behind the name of a variable, and ``{object}``, stand for the side that is read; ``{most}`` for how
many findings of a search are put into words there. Both sides are read by the same words: what is
compiled costs the API server as well, whenever a policy is written.

Searching costs most where there is nothing to find, which is nearly always. So each search says
beside it by which signs an object shows that it could find something, and the API server looks
for signs first: once, on the bare object.

Some signs ordinary objects bear, and only few terms mind. They are looked for by a policy of its
own, which is asked in all namespaces but those whose label says that their terms do not mind.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

FIELD: Final = "\\x1f"
RECORD: Final = "\\x1e"
"""Between the parts of a finding, and between findings: CEL for characters that no text needs."""

NEW: Final = 0
OLD: Final = 1
"""Sides of a request."""


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
    """CEL, a list of findings of a side: see `finding`."""
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
class Bound:
    """How much of a list is compared."""

    rules: tuple[str, ...]
    """Ids of those that search the list: what is too long is told as the first that is held."""
    path: str
    """CEL of the list's path."""
    what: str
    """What it lists, in words."""
    count: str
    """CEL of how many entries it has."""
    most: str
    """CEL of how many are compared at most."""
    about: str
    """The same in words, where terms allow little and a tenant's networks are of two lengths."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of an object is compared; see `aup.twins.bounds`."""

    sizes: tuple[Bound, ...]
    """Of lists whose sizes are there to be read."""
    sums: tuple[Bound, ...]
    """Of lists in these. Looked at where none of these is too long."""

    def of(self, rules: set[str]) -> "Bounds":
        """Return the same for some rules only."""
        return Bounds(*(tuple(_of(each, rules)) for each in (self.sizes, self.sums)))


def _of(bounds: tuple[Bound, ...], rules: set[str]) -> Iterator[Bound]:
    """Yield the bounds of lists that some rules search."""
    for bound in bounds:
        if here := tuple(rule for rule in bound.rules if rule in rules):
            yield replace(bound, rules=here)


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
    bounds: Bounds
    """Of lists that have no end of their own."""
    variables: tuple[tuple[str, str], ...] = ()
    """Name and CEL of what does not depend on the side, in order."""
    sided: tuple[tuple[str, str], ...] = field(default=())
    """The same for what is computed of each side."""
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
    return finding_of(quoted(rule), key=key, path=path, value=value, words=words)


def finding_of(rule: str, *, key: str, path: str, value: str, words: str) -> str:
    """Return the same for a rule that is CEL as well."""
    where = plain(f"({path}) + ' ' + ({value})")
    return f"{rule} + '{FIELD}' + {plain(key)} + '{FIELD}' + {where} + ' ' + ({words})"


def short(text: str, most: int) -> str:
    """Return CEL of the beginning of a text: of what is too long to be what it should be."""
    return f"({text}.size() > {most} ? {text}.substring(0, {most}) : {text})"


def each_of(items: str, item: str, holds: str, told: str) -> str:
    """Return CEL of a finding for each element of a list that a condition holds of.

    They are found first, and as many as are compared are put into words then: thousands in words
    would cost more than the API server allows.

    Args:
        items: CEL of the list.
        item: name of an element in ``holds`` and ``told``, where ``i`` is its index.
        holds: CEL of the condition.
        told: CEL of the finding.

    """
    found = f"{items}.transformList(i, {item}, {holds}, i)"
    words = f"[{items}[i]].map({item}, {told})[0]"
    return f"{found}{some('i', words)}"


def some(item: str, told: str) -> str:
    """Return CEL, to stand behind a list, of the findings of its first elements."""
    return f".transformList(nth, {item}, nth < {{most}}, {told})"


def place(*parts: str) -> str:
    """Return CEL of where something was found, in parts: texts without what stands between."""
    return f" + '{FIELD}' + ".join(parts)


def within(lists: str, told: str) -> str:
    """Return CEL of a finding for each of the first places in a list of lists of them.

    The language has no flattening before Kubernetes 1.34, but places are texts: they are joined and
    split again.

    Args:
        lists: CEL of lists of `place`.
        told: CEL of the finding; the parts are ``v[0]``, ``v[1]``, …

    """
    joined = f"({lists}).map(l, l.join('{RECORD}')).join('{RECORD}')"
    places = f"{joined}.split('{RECORD}').filter(f, f != '')"
    words = f"[f.split('{FIELD}')].map(v, {told})[0]"
    return places + some("f", words)


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
