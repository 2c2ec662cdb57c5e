"""Where the resources of the API are served."""

import pytest

from aup import api
from aup.api import meta
from aup.kube.resource import (
    DEPLOYMENTS,
    NAMESPACES,
    OUR_KINDS,
    PODS,
    TENANT_REPORTS,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (NAMESPACES.path(), "/api/v1/namespaces"),
        (NAMESPACES.path("acme", subresource="finalize"), "/api/v1/namespaces/acme/finalize"),
        (PODS.path(namespace="acme"), "/api/v1/namespaces/acme/pods"),
        (PODS.path(), "/api/v1/pods"),
        (
            DEPLOYMENTS.path("web", namespace="acme", subresource="scale"),
            "/apis/apps/v1/namespaces/acme/deployments/web/scale",
        ),
        (
            TENANT_REPORTS.path("aup", namespace="acme"),
            "/apis/aup.asergo.com/v1alpha1/namespaces/acme/tenantreports/aup",
        ),
    ],
)
def test_a_path_is_what_the_api_server_serves(path: str, expected: str) -> None:
    assert path == expected


@pytest.mark.parametrize(
    ("name", "quoted"),
    [("a/b", "a%2Fb"), ("../x", "..%2Fx"), ("a?b#c", "a%3Fb%23c"), ("a%2fb", "a%252fb")],
)
def test_a_name_cannot_leave_its_segment(name: str, quoted: str) -> None:
    assert PODS.path(name, namespace="acme") == f"/api/v1/namespaces/acme/pods/{quoted}"
    assert PODS.path("x", namespace=name) == f"/api/v1/namespaces/{quoted}/pods/x"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_relative_or_empty_name_is_refused(name: str) -> None:
    """An empty name would be the collection: a delete of one would be a delete of all."""
    with pytest.raises(ValueError, match="is no name"):
        PODS.path(name, namespace="acme")
    with pytest.raises(ValueError, match="is no name"):
        PODS.path("web", namespace=name)


def test_scope_is_checked_before_a_request_is_made() -> None:
    with pytest.raises(ValueError, match="not namespaced"):
        NAMESPACES.path("x", namespace="acme")
    with pytest.raises(ValueError, match="no namespace was given"):
        PODS.path("web")


def test_a_manifest_merges_metadata() -> None:
    assert PODS.manifest("web", namespace="acme", metadata={"labels": {"a": "b"}}, spec={}) == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "acme", "labels": {"a": "b"}},
        "spec": {},
    }


def test_our_kinds_are_those_of_the_api() -> None:
    """Group, version, names and scope agree with the typed structs."""
    assert [(kind.kind, kind.plural, kind.namespaced) for kind in OUR_KINDS] == [
        (kind.name, kind.plural, kind.namespaced) for kind in api.KINDS
    ]
    assert {kind.api_version for kind in OUR_KINDS} == {meta.API_VERSION}
