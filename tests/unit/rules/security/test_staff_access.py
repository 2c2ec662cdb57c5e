"""Staff in a tenant's pods: only whom a grant names, and never by their own consent."""

import pytest

from aup.api.sections.security import StaffAccess
from aup.facts.model import Access, Door, Writer
from aup.policy.terms import GrantTerm
from aup.rules.security.staff_access import staff_access
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace

STAFF = Writer("one@asergo.example", ("asergo:support", "system:authenticated"))
TERMS = replace(NEUTRAL.security, staff_groups=frozenset({"asergo:support"}))
NOBODY: frozenset[str] = frozenset()


def grant(
    *,
    namespace: str = "acme-prod",
    users: frozenset[str] = NOBODY,
    groups: frozenset[str] = NOBODY,
    pods: frozenset[str] = NOBODY,
) -> GrantTerm:
    return GrantTerm(namespace, users, groups, pods)


def refused(
    *grants: GrantTerm, door: Door = Door.EXEC, name: str = "web-0", writer: Writer = STAFF
) -> bool:
    access = Access("acme-prod", name, door, writer)
    return bool(list(staff_access(access, replace(TERMS, grants=grants))))


ONE = frozenset({"one@asergo.example"})
SUPPORT = frozenset({"asergo:support"})


@pytest.mark.parametrize("door", list(Door))
def test_staff_need_a_grant_at_every_door(door: Door) -> None:
    assert refused(door=door)


@pytest.mark.parametrize("door", [door for door in Door if door is not Door.GRANT])
def test_a_grant_for_all_pods_opens_every_door(door: Door) -> None:
    assert not refused(grant(users=ONE), door=door)
    assert not refused(grant(groups=SUPPORT), door=door)


def test_a_grant_for_pods_opens_these_and_no_service() -> None:
    some = grant(users=ONE, pods=frozenset({"web-0"}))
    assert not refused(some)
    assert refused(some, name="web-1")
    assert refused(some, name="web-0", door=Door.SERVICE_PROXY)


def test_a_grant_of_another_namespace_or_for_others_opens_nothing() -> None:
    assert refused(grant(namespace="acme-dev", users=ONE))
    assert refused(grant(users=frozenset({"two@asergo.example"})))
    assert refused(grant(groups=frozenset({"asergo:sales"})))
    # A name of a group is none of a user.
    assert refused(grant(users=SUPPORT, groups=ONE))


def test_no_grant_lets_staff_write_one() -> None:
    assert refused(grant(users=ONE), door=Door.GRANT)


def test_whoever_is_no_staff_needs_no_grant() -> None:
    alice = Writer("alice@acme.example", ("tenants:acme", "system:authenticated"))
    assert not any(refused(door=door, writer=alice) for door in Door)


def test_where_the_contract_lets_staff_in_nobody_is_asked() -> None:
    access = Access("acme-prod", "web-0", Door.EXEC, STAFF)
    terms = replace(TERMS, staff_access=StaffAccess.ALLOWED)
    assert list(staff_access(access, terms)) == []


def test_a_name_cannot_write_into_the_terminal() -> None:
    odd = Access("acme-prod", "web-0", Door.EXEC, replace(STAFF, username="a\x1b[31m\nb"))
    (found,) = staff_access(odd, TERMS)
    assert found.detail.isprintable()
