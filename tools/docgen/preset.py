"""The presets as the pages read them: by the product's own loader and types."""

from collections.abc import Iterator

from aup import presets
from aup.api.meta import read
from aup.api.policy import AcceptableUsePolicy, Clause


def loaded() -> list[AcceptableUsePolicy]:
    """Return every preset, by name."""
    return [read(AcceptableUsePolicy, presets.load(name)) for name in presets.names()]


def serving(policy: AcceptableUsePolicy, rule: str) -> Iterator[Clause]:
    """Yield the clauses of a policy that a rule serves."""
    return (clause for clause in policy.spec.clauses if rule in clause.rules)
