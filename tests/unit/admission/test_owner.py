"""Whose an object outside of namespaces is."""

from collections.abc import Iterable

import pytest

from aup.admission.owner import owners
from aup.facts.model import Writer


def tenant_of(namespace: str) -> str | None:
    return {"acme-prod": "acme"}.get(namespace)


def tenants_of(groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(g.removeprefix("tenants:") for g in groups if g.startswith("tenants:")))


@pytest.mark.parametrize(
    ("writer", "expected"),
    [
        (Writer("alice", ("tenants:acme",)), ("acme",)),
        (Writer("alice", ("tenants:beta", "tenants:acme")), ("acme", "beta")),
        (Writer("alice", ("system:authenticated",)), ()),
        (Writer("system:serviceaccount:acme-prod:ci"), ("acme",)),
        # A ServiceAccount is its namespace's, whatever groups a request claims for it.
        (Writer("system:serviceaccount:kube-system:x", ("tenants:acme",)), ()),
        (Writer("system:serviceaccount:acme-prod", ()), ("acme",)),
        (Writer("system:serviceaccount:", ()), ()),
        (Writer("", ()), ()),
    ],
)
def test_the_writer_tells(writer: Writer, expected: tuple[str, ...]) -> None:
    assert owners(writer, tenant_of, tenants_of) == expected
