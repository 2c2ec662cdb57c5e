"""``aup explain [RULE]``: what a rule reads, which clause it serves, and what it cannot see."""

import argparse
import inspect
import sys
from collections.abc import Iterator
from typing import Any

from aup import presets
from aup.api.meta import read
from aup.api.policy import AcceptableUsePolicy, PolicySpec
from aup.engine.evaluate import UNREADABLE
from aup.engine.message import UNREADABLE_MEANS, UNREADABLE_TITLE
from aup.errors import AupError
from aup.policy.edition import enforcement_of
from aup.rules import CATALOGUE
from aup.rules.base import Rule
from aup.text import join


class UnknownRuleError(AupError):
    """There is no rule of that id."""

    def __init__(self, *, rule: str) -> None:
        section = rule.partition("/")[0]
        near = [r.id for r in CATALOGUE if r.id.startswith(f"{section}/")]
        hint = (
            f"there are {join(near, last='and', at_most=20)}" if near else "'aup explain' lists all"
        )
        super().__init__(f"there is no rule {rule!r}; {hint}")
        self.rule = rule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.add_argument("rule", nargs="?", metavar="RULE", help="an id; without: list all")
    parser.add_argument("--preset", default=presets.DEFAULT, choices=presets.names())


def run(options: argparse.Namespace) -> int:
    """Print one rule, or the catalogue."""
    if options.rule is None:
        width = max(len(rule.id) for rule in CATALOGUE)
        print("\n".join(f"{rule.id:{width}}  {rule.title}" for rule in CATALOGUE))
        return 0
    if options.rule == UNREADABLE:
        print("\n\n".join((f"{UNREADABLE}: {UNREADABLE_TITLE}", *UNREADABLE_MEANS)))
        return 0
    rule = next((r for r in CATALOGUE if r.id == options.rule), None)
    if rule is None:
        raise UnknownRuleError(rule=options.rule)
    spec = read(AcceptableUsePolicy, presets.load(options.preset)).spec
    print("\n".join(explain(rule, spec)))
    return 0


def explain(rule: Rule[Any, Any], policy: PolicySpec) -> Iterator[str]:
    """Yield what there is to know of a rule under a policy."""
    yield f"{rule.id}: {rule.title}"
    yield f"enforcement: {enforcement_of(policy, rule.id) or policy.enforcement}"
    clauses = [clause for clause in policy.clauses if rule.id in clause.rules]
    yield from (f"clause {clause.id}: {clause.summary}" for clause in clauses)
    if not clauses:
        yield "no clause of this contract names it"
    yield ""
    yield from section(rule)
    yield f"cannot see: {rule.blind}"
    document = policy.document
    yield f"more: {(document.rules_url or document.url).rstrip('/')}/{rule.id}"


def section(rule: Rule[Any, Any]) -> Iterator[str]:
    """Yield what the rule's module says of it: the block of its docstring under the id."""
    text = inspect.cleandoc(sys.modules[rule.check.__module__].__doc__ or "")
    inside = False
    for line in text.splitlines():
        if not line.startswith(" ") and line.strip():
            inside = line.strip() == rule.id
        elif inside:
            yield line.removeprefix("    ")
