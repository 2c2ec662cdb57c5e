"""What an update says as a whole, and beside one part: what stood wrong in it excuses no change.

Outside of namespaces an object may be the platform's, and one that takes in everybody's pods would
else be the tenant's to fill; in a namespace another BGP peer would pass for the one that stood
there. So each finding carries a digest of all that the object says.

Some parts can be mended one by one, since no other part does more when they do less: whom an object
takes in, where that is a list, and the rules that let pass. Their findings carry a digest of that
part, and one of the rest without what may be mended:

    a selection     of a list that takes in what any of its elements selects. The rest is the object
                    without the list, so that another element may be narrowed or go
    a final rule    ends the hearing for what it matches first. The rest is all rules in their
                    order, but not what each does with its traffic: another may pass it on, or deny
    a way for mail  for what a rule lets pass before one that does not. The rest is the rules of
                    egress that let nothing pass, and how many of them are heard before

To go by each of these digests at once would take more than that: a rule that goes makes room for
those behind it, and one that stays behind does not.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec

from aup.facts.json_value import text_of
from aup.facts.model import Operation, Subject
from aup.facts.wire.tree import Tree

Says = tuple[str, ...]
"""Digests; none of what is no update."""

_NOT_SAID: Final = frozenset({"apiVersion", "kind", "metadata", "status"})
_RULES: Final = ("ingress", "egress")
_ENDING: Final = frozenset({"", "accept", "allow", "deny", "drop", "next-tier", "pass", "reject"})
"""Actions after which no further rule of the policy is heard; Calico's ``Log`` is none."""


def statement(tree: Tree, subject: Subject) -> Says:
    """Return a digest of all that an update says."""
    return (_digest(_said(tree)),) if subject.operation is Operation.UPDATE else ()


def by_element(tree: Tree, subject: Subject, lists: Iterable[str]) -> Callable[[str], Says]:
    """Return what tells by its path what a finding says, where elements of lists may be mended.

    Args:
        tree: the object.
        subject: whether it is an update.
        lists: their paths: ``spec.appliedTo``.

    """
    whole = statement(tree, subject)
    places = [path.split(".") for path in lists] if whole else []
    if not places:
        return lambda _: whole
    elements = {}
    rest = _said(tree)
    for place in places:
        for index, element in enumerate(_listed(rest, place)):
            elements[f"{'.'.join(place)}[{index}]"] = element
        rest = _without(rest, place)
    beside = _digest(rest)

    def says(path: str) -> Says:
        at = next((at for at in _around(path) if at in elements), None)
        return whole if at is None else (_digest(elements[at]), beside)

    return says


class Rules:
    """The rules of a policy, of which the first that matches decides."""

    def __init__(self, tree: Tree, passing: Iterable[str]) -> None:
        """Args: ``passing`` are the paths of fields of the rules that let pass."""
        said = _said(tree)
        spec = said.get("spec")
        self._spec: Mapping[str, Any] = spec if isinstance(spec, dict) else {}
        self._lists = {name: _listed(self._spec, [name]) for name in _RULES}
        undecided = {name: [_undecided(rule) for rule in self._lists[name]] for name in _RULES}
        self._undecided = _digest({**said, "spec": {**self._spec, **undecided}})
        let = {_place(path) for path in passing}
        blocking = [
            (at, rule) for at, rule in enumerate(self._lists["egress"]) if ("egress", at) not in let
        ]
        self._before = _counted(len(self._lists["egress"]), {at for at, _ in blocking})
        mute = {"ingress": None, "egress": [rule for _, rule in blocking]}
        self._mute = _digest({**said, "spec": {**self._spec, **mute}})

    def final(self, path: str) -> Says:
        """Return what a rule says that ends the hearing, by the path of a field of it."""
        name, index = _place(path)
        return (_digest(self._lists[name][index]), str(index), self._undecided)

    def mail(self, path: str) -> Says:
        """Return what a rule says that lets mail out, by the path of a field of it."""
        name, index = _place(path)
        return (_digest(self._lists[name][index]), str(self._before[index]), self._mute)


def _place(path: str) -> tuple[str, int]:
    """Return the list and the index of the rule that a field is in: ``spec.egress[3].action``."""
    name, _, below = path.removeprefix("spec.").partition("[")
    return name, int(below.partition("]")[0])


def _undecided(rule: Any) -> Any:
    """Return a rule without what it does with its traffic, unless others are heard as well."""
    if not isinstance(rule, dict) or text_of(rule.get("action")).lower() not in _ENDING:
        return rule
    return {name: value for name, value in rule.items() if name != "action"}


def _counted(many: int, counted: set[int]) -> list[int]:
    """Return for each index how many of some lie before it."""
    found, before = [], 0
    for index in range(many):
        found.append(before)
        before += index in counted
    return found


def _around(path: str) -> Iterable[str]:
    """Yield the elements of lists that a field is in, the outermost first."""
    return (path[: found.end()] for found in re.finditer(r"\[\d+\]", path))


def _listed(members: Mapping[str, Any], place: list[str]) -> list[Any]:
    """Return a list; none where there is something else."""
    value: Any = members
    for name in place:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def _without(members: Mapping[str, Any], place: list[str]) -> Mapping[str, Any]:
    """Return an object without one field."""
    name, *below = place
    value = members.get(name)
    rest = {key: found for key, found in members.items() if key != name}
    if below and isinstance(value, dict):
        rest[name] = _without(value, below)
    return rest


def _said(tree: Tree) -> Mapping[str, Any]:
    return {key: tree.members[key] for key in tree.members.keys() - _NOT_SAID}


def _digest(value: Any) -> str:
    return sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()
