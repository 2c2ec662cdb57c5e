"""Whether one licence expression says nothing against another."""

from functools import lru_cache

from aup.policy.spdx import AllOf, AnyOf, Expression, License, choices


@lru_cache(maxsize=4096)
def agrees(declared: Expression, known: Expression) -> bool:
    """Return whether whoever keeps what is declared also keeps what is known.

    So a declaration may choose among alternatives (MIT of ``MIT OR SSPL-1.0``) and may ask for
    more than is known, but may leave out nothing that binds. Never true of what does not agree;
    of expressions that only logic makes equal it may not find out that they do.
    """
    if isinstance(declared, AnyOf):
        return all(agrees(branch, known) for branch in declared.branches)
    if isinstance(known, AllOf):
        return all(agrees(declared, branch) for branch in known.branches)
    if isinstance(declared, License) and isinstance(known, License):
        return _is_part(declared, known)
    alternatives = known.branches if isinstance(known, AnyOf) else ()
    parts = declared.branches if isinstance(declared, AllOf) else ()
    return any(agrees(declared, found) for found in alternatives) or any(
        agrees(part, known) for part in parts
    )


def _is_part(declared: License, known: License) -> bool:
    """Return whether a licence is the other one, or one of the versions that it leaves open."""
    return declared.exception == known.exception and set(choices(declared.key)) <= set(
        choices(known.key)
    )
