"""Whatever comes as a review is answered: never with a mistake of ours, never by falling silent."""

import json
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from support.mutations import bodies, misfits, reviews, written
from support.reviews import Answer, send

LONGEST = 64 << 10
"""Bytes of an answer beside the uid, whatever was asked."""

thorough = settings(max_examples=600, suppress_health_check=list(HealthCheck))


def check(answer: Answer, body: bytes, path: str) -> None:
    """Fail unless the API server can make something of an answer."""
    assert answer.status in {200, 400, 413}, answer
    if answer.status != 200:
        # Nobody can be answered by name; the API server takes it as a failure of the webhook.
        assert b"allowed" not in answer.body
        return
    response = answer.response
    assert isinstance(response["uid"], str)
    assert len(answer.body) - len(json.dumps(response["uid"])) <= LONGEST
    assert isinstance(response["allowed"], bool)
    uid = response["uid"].replace("-", "")
    if uid.isascii() and uid.isalnum():  # else it may have been written with escapes
        assert response["uid"].encode() in body
    if path == "/advise":
        assert response["allowed"]
    if not response["allowed"]:
        status = response["status"]
        assert status["status"] == "Failure"
        assert 400 <= status["code"] < 500, status
        assert len(status["message"]) > 20
        assert_readable(status["message"].splitlines())
    for warning in response.get("warnings", ()):
        assert len(warning) <= 256
        assert_readable([warning])
    for note in response.get("auditAnnotations", {}).values():
        assert_readable([note])


def assert_readable(lines: list[str]) -> None:
    """Fail where a tenant's value could move the cursor of whoever reads it."""
    for line in lines:
        assert line.isprintable(), repr(line)


@given(bodies(), st.sampled_from(["/validate", "/validate", "/validate", "/advise"]))
@thorough
def test_a_review_with_something_wrong_in_it_is_answered(body: bytes, path: str) -> None:
    (answer,) = send(body, path=path)
    check(answer, body, path)


def test_no_field_of_any_kind_is_too_odd_to_be_judged() -> None:
    """Chance finds few of them: a list where a name is looked up costs an answer."""
    several = list(misfits())
    for start in range(0, len(several), 1000):
        part = several[start : start + 1000]
        answers = send(*(misfit.review for misfit in part), lane=10**6, deadline=60)
        for misfit, answer in zip(part, answers, strict=True):
            try:
                check(answer, written(misfit.review), "/validate")
            except AssertionError as error:
                error.add_note(misfit.what)
                raise


@given(st.binary(max_size=300))
@example(b"")
@example(b"\xff")
@example(b'{"request":{"uid":"u"}}')
@example(b'{"request":{"uid":"u","kind":{"kind":"Pod"},"operation":"CREATE","object":{"spec":')
@settings(max_examples=200)
def test_any_bytes_are_answered(body: bytes) -> None:
    (answer,) = send(body)
    check(answer, body, "/validate")


@given(st.lists(bodies(), min_size=2, max_size=6))
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_one_bad_review_spoils_no_other(several: list[bytes]) -> None:
    """What is wrong with one is told to it alone, and an honest one beside it is judged."""
    honest: dict[str, Any] = reviews()[0]
    alone = send(written(honest))[0]
    *others, last = send(*several, written(honest))
    assert last == alone
    for body, answer in zip(several, others, strict=True):
        check(answer, body, "/validate")


def test_the_reviews_that_all_this_is_made_of_are_judged() -> None:
    """Else the mutations above would all be of something that is refused at the door."""
    verdicts = Counter(answer.allowed for answer in send(*reviews(), lane=10**6))
    assert min(verdicts[True], verdicts[False]) > len(reviews()) // 4
