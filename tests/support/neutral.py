"""Terms of a tenant that has nothing, under a policy that says nothing beyond its defaults.

Tests of rules say with ``dataclasses.replace`` what they are about; new terms need no new builder.
"""

from aup.policy.compiler import compile_terms
from aup.policy.terms import Terms
from aup.policy.world import Objects, compile_world
from support.provider import DAY, policy, tenant


def _compiled() -> Terms:
    world = compile_world(Objects(policies=(policy(),), tenants=(tenant(),)), rules=frozenset())
    terms = compile_terms(world, "acme", DAY)
    assert isinstance(terms, Terms), terms
    return terms


TERMS = _compiled()
"""Of tenant ``acme``, whose contact is ``abuse@asergo.example``; enforcement has begun."""
