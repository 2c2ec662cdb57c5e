"""Bytes of the API server, read whatever they hold."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.meta import ObjectMeta
from aup.errors import (
    AlreadyExistsError,
    ApiError,
    ConflictError,
    ExpiredError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from aup.kube.wire import HEAD, ObjectKey, error_of, query, typed


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (400, "BadRequest", InvalidError),
        (403, "Forbidden", ForbiddenError),
        (404, "NotFound", NotFoundError),
        (409, "Conflict", ConflictError),
        (409, "AlreadyExists", AlreadyExistsError),
        (410, "Expired", ExpiredError),
        (422, "Invalid", InvalidError),
        (500, "InternalError", ApiError),
        (503, "ServiceUnavailable", ApiError),
    ],
)
def test_an_error_has_the_kind_of_its_status(
    status: int, reason: str, kind: type[ApiError]
) -> None:
    body = json.dumps({"message": "no", "reason": reason, "code": status}).encode()
    error = error_of(status, body)
    assert type(error) is kind
    assert (error.status, error.reason, str(error)) == (status, reason, "no")


def test_an_error_event_of_a_watch_brings_its_own_code() -> None:
    """The stream itself answered 200."""
    event = b'{"kind":"Status","code":410,"reason":"Expired","message":"too old"}'
    assert isinstance(error_of(200, event), ExpiredError)


@given(st.integers(400, 599), st.binary(max_size=600))
def test_an_error_with_any_body_is_an_error(status: int, body: bytes) -> None:
    """A proxy in between answers in HTML or not at all."""
    error = error_of(status, body)
    assert error.status == status
    assert str(error)


def test_causes_are_told_one_by_one() -> None:
    cause = {"reason": "FieldValueInvalid", "message": "m", "field": "spec.x"}
    body = json.dumps({"details": {"causes": [cause]}}).encode()
    assert error_of(422, body).causes == [cause]
    assert error_of(422, b"{}").causes == []


def test_a_query_leaves_out_what_is_not_given() -> None:
    assert query(a=None, b="", c=False) == ""
    assert query(limit=500, force=True, labelSelector="a in (b,c)") == (
        "?limit=500&force=true&labelSelector=a+in+%28b%2Cc%29"
    )


class Web(msgspec.Struct, frozen=True):
    port: int = 80
    metadata: ObjectMeta = ObjectMeta()


def test_null_counts_as_absent() -> None:
    """Go writes null for an empty map or time; that is the default, not an error."""
    raw = b'{"port": null, "metadata": {"name": "a", "labels": null, "creationTimestamp": null}}'
    assert typed(Web)(raw) == Web(metadata=ObjectMeta(name="a"))


def test_a_wrong_type_is_told_with_its_path() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"\$\.port"):
        typed(Web)(b'{"port": "http"}')


def test_a_key_is_read_although_the_rest_cannot_be() -> None:
    raw = b'{"metadata": {"name": "web", "namespace": "acme", "labels": 7}, "spec": false}'
    assert HEAD.decode(raw).key == ObjectKey("acme", "web")
    assert HEAD.decode(raw).key.path == "acme/web"
    assert ObjectKey("", "node-1").path == "node-1"
