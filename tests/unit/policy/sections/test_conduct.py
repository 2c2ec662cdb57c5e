"""Section mail, compiled: who may run mail servers, and who may deliver mail itself."""

from collections.abc import Mapping

import pytest

from aup.api.policy import RuleEnforcement
from aup.api.sections.choice import Enforcement, Permission
from aup.policy.compiler import compile_terms
from aup.policy.terms import MailTerms, Terms
from aup.policy.world import compile_world
from aup.rules import RULE_IDS
from support.replacing import replace
from support.world import NOW, PLATFORM_NAMESPACES, terms, world_objects

ALLOWED, FORBIDDEN = Permission.ALLOWED, Permission.FORBIDDEN


def mail(tenant: str, modes: Mapping[str, Enforcement]) -> MailTerms:
    """Return a tenant's section mail where its policy treats some rules in a way of its own."""
    objects = world_objects()
    rules = tuple(RuleEnforcement(id=rule, enforcement=mode) for rule, mode in modes.items())
    policies = tuple(replace(p, spec=replace(p.spec, rules=rules)) for p in objects.policies)
    world = compile_world(
        replace(objects, policies=policies),
        rules=RULE_IDS,
        platform_namespaces=PLATFORM_NAMESPACES,
    )
    compiled = compile_terms(world, tenant, NOW)
    assert isinstance(compiled, Terms)
    return compiled.mail


@pytest.mark.parametrize(
    ("tenant", "servers", "direct"),
    [
        pytest.param("helga", ALLOWED, ALLOWED, id="approved"),
        pytest.param("jonna", ALLOWED, FORBIDDEN, id="a sender that fulfils its duties"),
        pytest.param("ivar", ALLOWED, ALLOWED, id="approved without a contact"),
        pytest.param("acme", FORBIDDEN, FORBIDDEN, id="nobody known"),
    ],
)
def test_who_may_run_a_mail_server(tenant: str, servers: Permission, direct: Permission) -> None:
    """Whoever fulfils a sender's duties may; to deliver past the relay takes an approval."""
    found = terms(tenant).mail
    assert (found.servers, found.direct) == (servers, direct)


@pytest.mark.parametrize(
    ("mode", "servers"),
    [(Enforcement.DENY, ALLOWED), (Enforcement.WARN, ALLOWED), (Enforcement.OFF, FORBIDDEN)],
)
def test_duties_that_a_contract_does_not_ask_for_open_nothing(
    mode: Enforcement, servers: Permission
) -> None:
    assert mail("jonna", {"mail/sender-duties": mode}).servers is servers
