"""From twins to policies of the API server: one for each group, and one for what few terms ask."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from aup.twins.bounds import vast
from aup.twins.model import FIELD, NEW, OLD, Asked, Group, Search, Twin, listed, quoted
from aup.twins.words import STAMPS

Manifest = Mapping[str, Any]

_CHANGES: Final = (
    "request.operation != 'UPDATE' || has(request.subResource)"
    " || !has(object.spec) || !has(oldObject.spec) || object.spec != oldObject.spec"
    " || (has(object.metadata.annotations) ? object.metadata.annotations : {})"
    " != (has(oldObject.metadata.annotations) ? oldObject.metadata.annotations : {})"
)
"""What a twin is asked about: an update that says nothing new refuses nothing, in however many ways
the object breaks rules."""
_PLACE: Final = re.compile(r"\{(\w+)\}")
_RULE_AND_KEY: Final = f".substring(0, {{0}}.lastIndexOf('{FIELD}'))"
_COMPARED: Final = 50
"""Findings that are compared with those before; see decision 0012."""
_MOST: Final = f"(side == {NEW} ? {_COMPARED + 1} : 1000)"
"""Findings that one search puts into words: of the new object, one more than are compared."""
_REMEMBERED: Final = 60_000
"""Characters of what tells findings that stood before from others. Beyond, nothing stood before."""
_CLEAN: Final = "variables.fresh.size() == 0"
_TOLD: Final = 20
"""Findings that a message names: no more fit, and to put thousands into words costs too much."""
_LIMIT: Final = 5000
"""Bytes of a message; the API server shows nothing of one beyond 5 KiB (celconfig)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy of the API server."""

    name: str
    """Ending of its name."""
    purpose: str
    asked: Asked | None
    """Which namespaces it is asked in; ``None``: all that are a tenant's."""
    spec: Manifest


def policies(group: Group, platform: str) -> tuple[Policy, ...]:
    """Return the policies that hold a group, of which at most one searches any object.

    One that is asked for some signs only comes before the group's own: while they are installed, it
    is there before the other leaves these signs to it.

    Args:
        group: what is held.
        platform: CEL of the list of the platform's namespaces.

    """
    searches = (search for twin in group.twins for search in twin.searches)
    beside = (
        Policy(
            f"{group.name}-{asked.allowance}",
            asked.purpose,
            asked,
            _spec(_only(group, asked), _condition(group, asked), platform),
        )
        for asked in dict.fromkeys(s.asked for s in searches if s.asked is not None)
    )
    own = _spec(group, _condition(group, None), platform)
    return (*beside, Policy(group.name, group.purpose, None, own))


def _only(group: Group, asked: Asked) -> Group:
    """Return a group without what is not asked by these terms."""
    twins = tuple(
        replace(twin, searches=tuple(s for s in twin.searches if s.asked == asked))
        for twin in group.twins
    )
    held = tuple(twin for twin in twins if twin.searches)
    rules = {twin.rule for twin in held}
    return replace(group, twins=held, bounds=group.bounds.of(rules))


def _spec(group: Group, condition: Mapping[str, str], platform: str) -> dict[str, Any]:
    """Return the spec of a policy that searches for all of a group."""
    return {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "matchPolicy": "Equivalent",
            "resourceRules": [
                {**{k: list(v) for k, v in rule.items()}, "operations": ["CREATE", "UPDATE"]}
                for rule in group.rules
            ],
        },
        "matchConditions": [dict(condition)],
        "variables": [
            {"name": name, "expression": cel.replace("PLATFORM", platform)}
            for name, cel in _variables(group)
        ],
        "validations": [
            {
                "expression": _CLEAN,
                "reason": "Forbidden",
                "message": "the Acceptable Use Policy is violated in more ways than fit here; "
                "kubectl get tenantreport aup says what the namespace is held to",
                # Evaluated for what is admitted too, with everything that it reads.
                "messageExpression": f"{_CLEAN} ? '' : variables.told",
            }
        ],
    }


def _condition(group: Group, asked: Asked | None) -> dict[str, str]:
    """Return on which condition a policy of a group is asked at all.

    What it does not match costs the API server a third of what it evaluates: objects are made
    ready for a policy's conditions, for its validations, for its messages and for its audit
    annotations, each time anew.
    """
    if not group.sight:
        return {"name": "says-something-new", "expression": _CHANGES}
    shows = f"({shown(group, lambda search: search.asked == asked)})"
    if asked is not None:
        # The group's own policy searches what shows other signs, for this as well.
        shows = f"{shows} && !({shown(group, lambda search: search.asked is None)})"
    return {"name": "could-break-a-rule", "expression": f"{shows} && ({_CHANGES})"}


def shown(group: Group, which: Callable[[Search], bool]) -> str:
    """Return CEL that tells whether the new object shows a sign of some searches of a group."""
    signs: dict[str, list[str]] = {place: [] for place in _PLACE.findall(group.sight)}
    for search in (search for twin in group.twins for search in twin.searches if which(search)):
        for place, sign in search.signs.items():
            if f"({sign})" not in signs[place]:
                signs[place].append(f"({sign})")
    return _PLACE.sub(lambda m: f"({' || '.join(signs[m[1]]) or 'false'})", group.sight)


def _variables(group: Group) -> Iterator[tuple[str, str]]:
    """Yield the variables of a policy, each after those that it reads."""
    yield from STAMPS
    yield from group.variables
    yield "objects", "[object, oldObject]"
    yield "sides", f"oldObject == null ? [{NEW}] : [{NEW}, {OLD}]"
    for name, cel in group.sided:
        yield name, _sided(cel)
    yield "vast", _sided(vast(group.bounds))
    for twin in group.twins:
        yield _name(twin), _sided(_held(twin))
    found = f"variables.vast[{NEW}]"
    # What is too long is not gone through.
    yield "found", f"{found}.size() > 0 ? {found} : {_all(group, NEW)}"
    yield "stood", _stood(group)
    yield "fresh", _fresh()
    yield "lines", _lines()
    rules = listed([twin.rule for twin in group.twins])
    count = f"{rules}.filter(r, variables.fresh.exists(f, f.startsWith(r + '{FIELD}'))).size()"
    head = (
        f"'violates ' + ({count} == 1 ? '1 rule' : string({count}) + ' rules')"
        " + ' of the Acceptable Use Policy of ' + variables.provider"
        " + (variables.revision.size() == 2 ? ' (revision ' + variables.revision[1] + ')' : '')"
        " + ': ' + variables.lines.join(' | ')"
        f" + (variables.fresh.size() > {_TOLD} ? ' | and more' : '')"
    )
    yield "whole", head
    short = "variables.whole.substring(0, 1200) + ' …'"
    yield "told", f"bytes(variables.whole).size() <= {_LIMIT} ? variables.whole : {short}"


def _name(twin: Twin) -> str:
    """Return the name of the variable of a twin: ``hostPort`` of ``host/port``."""
    first, *others = twin.rule.replace("/", "-").split("-")
    return first + "".join(word.title() for word in others)


def _sided(cel: str) -> str:
    """Return CEL of a list of what is computed of each side."""
    said = cel.replace("{side}", "[side]").replace("{object}", "variables.objects[side]")
    return f"variables.sides.map(side, {said.replace('{most}', _MOST)})"


def _held(twin: Twin) -> str:
    """Return CEL of a twin's findings where its rule is held, and the side is not too long."""
    found = " + ".join(f"({search.finds})" for search in twin.searches)
    held = f"variables.held.exists(h, h.startsWith({quoted(twin.rule + '=')}))"
    return f"{held} && variables.vast{{side}}.size() == 0 ? {found} : []"


def _all(group: Group, side: int) -> str:
    """Return CEL of the findings of all twins about a side."""
    return " + ".join(f"variables.{_name(twin)}[{side}]" for twin in group.twins)


def _stood(group: Group) -> str:
    """Return CEL of rule and key of each finding in the old object.

    Nothing, where these are too many to compare with: then more is told, and never less.
    """
    keys = f"({_all(group, OLD)}).map(f, f{_RULE_AND_KEY.format('f')})"
    few = f"[{keys}].map(ks, ks.join('').size() > {_REMEMBERED} ? [] : ks)[0]"
    return f"oldObject == null ? [] : {few}"


def _fresh() -> str:
    """Return CEL of the findings of which there are more than before.

    Comparing costs by the square of their number, so beyond some all count as new: an edit of an
    object with so many standing violations waits for the webhook, or mends them.
    """
    f, g = _RULE_AND_KEY.format("f"), _RULE_AND_KEY.format("g")
    new, old = "variables.found", "variables.stood"
    before = f"{old}.filter(g, g == rk).size()"
    risen = f"[f{f}].exists(rk, {new}.filter(g, g{g} == rk).size() > {before})"
    # What stood before is not looked at where there is nothing to compare it with.
    compared = f"{new}.size() == 0 || {new}.size() > {_COMPARED} || {old}.size() == 0"
    return f"{compared} ? {new} : {new}.filter(f, {risen})"


def _lines() -> str:
    """Return CEL of the findings in words: rule, clause, sentence and link."""
    clause = (
        "variables.held.filter(h, h.startsWith(f[0] + '=')).map(h, h.substring(f[0].size() + 1))"
    )
    few = f"variables.fresh.transformList(i, f, i < {_TOLD}, f.split('{FIELD}'))"
    return (
        f"{few}.map(f, '[' + f[0] + {clause}.map(c,"
        " c == '' ? '' : ', clause ' + c).join('') + '] ' + f[2] + '. See ' + variables.rulesURL"
        " + '/' + f[0])"
    )
