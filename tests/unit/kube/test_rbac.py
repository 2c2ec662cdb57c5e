"""The table behind the chart's RBAC."""

import dataclasses

import pytest

from aup.kube.rbac import GRANTS, WITHOUT_LEDGERS, Call, Grant, Role, uncovered, unused
from aup.kube.resource import LEASES, PODS

WHERE = {"operator_namespace": "aup-system", "fullname": "aup-operator"}
LEAD = Grant(LEASES, ("get",), "lead", names=("{fullname}-controller",), own_namespace=True)
RIGHT = Call("get", "coordination.k8s.io", "leases", "", "aup-system", "aup-operator-controller")


def test_a_grant_covers_exactly_its_calls() -> None:
    assert LEAD.covers(RIGHT, **WHERE)
    for other in (
        {"verb": "update"},
        {"group": ""},
        {"resource": "pods"},
        {"subresource": "status"},
        {"namespace": "acme-prod"},
        {"name": "another"},
    ):
        assert not LEAD.covers(dataclasses.replace(RIGHT, **other), **WHERE), other


def test_a_call_that_no_grant_covers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GRANTS, "controller", (LEAD,))
    extra = Call("delete", "", "pods", "", "acme-prod", "web")
    assert uncovered([RIGHT, extra], "controller", **WHERE) == [extra]


def test_a_grant_that_nothing_needed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    spare = Grant(PODS, ("list", "watch"), "count")
    monkeypatch.setitem(GRANTS, "controller", (LEAD, spare))
    calls = [RIGHT, Call("list", "", "pods")]
    assert unused(calls, "controller", **WHERE) == [(spare, "watch")]


@pytest.mark.parametrize("role", GRANTS)
def test_each_grant_is_sound(role: Role) -> None:
    """Known verbs, a reason; names only where RBAC knows them."""
    rbac_verbs = {"get", "list", "watch", "create", "update", "patch", "delete"}
    for grant in GRANTS[role]:
        assert set(grant.verbs) <= rbac_verbs, grant
        assert grant.why
        if grant.names:
            # For list and watch it knows one by the field selector metadata.name.
            assert "create" not in grant.verbs, grant
        if grant.own_namespace:
            assert grant.resource.namespaced, grant


def test_the_admission_role_changes_nothing_but_the_books() -> None:
    """A replica that answers every tenant's requests may write ledgers, and Leases of its own."""
    written = {
        (grant.resource.plural, grant.subresource)
        for grant in GRANTS["admission"]
        if set(grant.verbs) - {"get", "list", "watch"}
    }
    assert written == {("budgetledgers", "status"), ("leases", "")}
    for grant in WITHOUT_LEDGERS["admission"]:
        assert set(grant.verbs) <= {"get", "list", "watch"}, grant
