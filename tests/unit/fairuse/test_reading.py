"""What Prometheus answers is bounded, believed only when whole, and attributed by our own map."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.errors import PrometheusError
from aup.fairuse.reading import (
    MAX_SERIES,
    Answers,
    by_namespace,
    instant,
    jobs,
    read_answer,
    scalar,
)

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECONDS = AT.timestamp()
MS = instant(AT)


def answer(*series: dict[str, Any], **fields: Any) -> bytes:
    """Return an answer to a range query."""
    data = {"resultType": "matrix", "result": list(series)}
    return json.dumps({"status": "success", "data": data, **fields}).encode()


def one(value: str, **labels: str) -> dict[str, Any]:
    """Return a series with one number."""
    return {"metric": labels, "values": [[SECONDS, value]]}


def test_a_number_is_of_the_namespace_that_is_claimed_and_of_no_other() -> None:
    """A label leads to nobody by itself."""
    series = read_answer(
        answer(
            one("4", namespace="acme-prod"),
            one("9", namespace="nobody"),
            one("9", namespace="ACME-PROD"),
            one("9", namespace="acme-prod/../bolt"),
            one("9", namespace="x" * 5000),
            one("9"),
        )
    )
    found, nobody = by_namespace(series, {"acme-prod", "bolt-prod", "acme-prod/../bolt"})
    assert found == {MS: {"acme-prod": 4.0}}
    assert nobody == 5


def test_jobs_are_named_once_and_a_few_of_them() -> None:
    """In a log and in reports: what a target calls itself is no text to be trusted."""
    many = [one("1", job=f"job-{n:02}") for n in range(15)]
    series = read_answer(answer(one("1", job="a\nb"), one("2", job="kubelet"), one("3"), *many))
    found = jobs(series)
    assert len(found) == 10
    assert found[:2] == ("a\N{REPLACEMENT CHARACTER}b", "job-00")
    assert jobs(read_answer(answer(one("1", job="kubelet"), one("9", job="kubelet")))) == (
        "kubelet",
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "malformed", id="empty"),
        pytest.param(b"<html>", "malformed", id="a-login-page"),
        pytest.param(b"[" * 100_000, "malformed", id="nested-deeply"),
        pytest.param(b'{"status":"error","error":"bad query"}', "refused", id="error"),
        pytest.param(answer(warnings=["store is away"]), "incomplete", id="partial"),
        pytest.param(
            b'{"status":"success","data":{"resultType":"vector","result":[]}}',
            "malformed",
            id="vector",
        ),
        pytest.param(
            answer(*[{"metric": {}, "values": []}] * (MAX_SERIES + 1)), "too_large", id="flood"
        ),
        pytest.param(
            answer({"metric": {"namespace": 7}, "values": []}), "malformed", id="no-label"
        ),
    ],
)
def test_what_is_no_whole_answer_is_none(body: bytes, reason: str) -> None:
    with pytest.raises(PrometheusError) as caught:
        read_answer(body)
    assert caught.value.reason == reason


def test_a_namespace_that_comes_twice_is_not_believed() -> None:
    twice = read_answer(answer(one("1", namespace="a", pod="x"), one("2", namespace="a", pod="y")))
    with pytest.raises(PrometheusError, match="namespace a comes twice"):
        by_namespace(twice, {"a"})


def test_a_number_that_comes_twice_is_not_believed() -> None:
    with pytest.raises(PrometheusError, match="2 series instead of one number"):
        scalar(read_answer(answer(one("1", a="x"), one("2", a="y"))))


def answers(**over: Any) -> Answers:
    """Return what is known about two namespaces."""
    whole: dict[str, Any] = {
        "use": {MS: {"acme-prod": 4.0, "acme-test": 1.0}},
        "share": {MS: {"acme-prod": 0.4, "acme-test": 0.1}},
        "contention": {MS: 0.9},
        "health": {MS: 12.0},
        **over,
    }
    return Answers(**whole)


def test_a_tenants_namespaces_are_added() -> None:
    found = answers().reading(AT, ["acme-test", "acme-prod", "acme-empty"], 150)
    assert found is not None
    assert (found.used, found.share, found.contention) == (5.0, 0.5, 0.9)
    assert found.namespaces == (("acme-prod", 4.0), ("acme-test", 1.0))


@pytest.mark.parametrize(
    "over",
    [
        pytest.param({"health": {}}, id="no-target-is-there"),
        pytest.param({"health": {MS: 151.0}}, id="a-scrape-is-too-old"),
        pytest.param({"health": {MS: math.inf}}, id="a-target-is-down"),
        pytest.param({"contention": {}}, id="contention-is-missing"),
        pytest.param({"use": {}}, id="the-tenants-series-are-missing"),
        pytest.param({"use": {MS: {"acme-prod": math.nan, "acme-test": 1.0}}}, id="no-number"),
        pytest.param({"use": {MS: {"acme-prod": math.inf}}}, id="endless"),
    ],
)
def test_what_is_not_whole_is_not_known(over: dict[str, Any]) -> None:
    assert answers(**over).reading(AT, ["acme-prod", "acme-test"], 150) is None


def test_a_share_of_nothing_is_none() -> None:
    """Where no node is contended Prometheus divides zero by zero."""
    found = answers(share={MS: {"acme-prod": math.nan, "acme-test": math.nan}})
    reading = found.reading(AT, ["acme-prod", "acme-test"], 150)
    assert reading is not None
    assert reading.share is None


@given(st.binary(max_size=200) | st.text(max_size=80).map(str.encode))
def test_any_bytes_are_an_answer_or_an_error_of_ours(body: bytes) -> None:
    try:
        found = read_answer(body)
    except PrometheusError:
        return
    assert len(found) <= MAX_SERIES


@given(st.text(max_size=100))
def test_any_text_is_a_number_or_none(text: str) -> None:
    value = scalar(read_answer(answer(one(text))))
    assert all(number >= 0 for number in value.values())
