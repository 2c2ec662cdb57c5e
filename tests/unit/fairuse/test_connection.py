"""Settings of the connection to Prometheus that cannot be used."""

import pytest

from aup.fairuse.connection import conflicts


@pytest.mark.parametrize(
    "matchers", ["", 'cluster="eu-1"', 'job=~"kubelet|node-exporter",cluster!="test"']
)
def test_matchers_of_promql_pass(matchers: str) -> None:
    assert not list(conflicts("https://p", matchers, token=True, seconds=60, window=300))


@pytest.mark.parametrize(
    ("url", "matchers", "token", "window", "told"),
    [
        ("p:9090", "", False, 300, "must be an http or https URL"),
        ("http://", "", False, 300, "must be an http or https URL"),
        ("http://p", "", True, 300, "needs an https URL"),
        ("http://p", "cluster=eu", False, 300, "must be written like"),
        ("http://p", 'a="b"} or up{c="d"', False, 300, "must be written like"),
        ("http://p", 'a="$M"', False, 300, "must be written like"),
        ("http://p", "", False, 30, "must not exceed"),
    ],
)
def test_what_cannot_be_asked_is_told(
    url: str, matchers: str, token: bool, window: float, told: str
) -> None:
    (problem,) = conflicts(url, matchers, token=token, seconds=60, window=window)
    assert told in problem
