"""The times are checked against each other before anything begins."""

from dataclasses import replace

import pytest

from aup.ledger.margins import Margins, problems


def test_the_defaults_fit() -> None:
    assert problems(Margins()) == ()


@pytest.mark.parametrize(
    ("change", "about"),
    [
        pytest.param({"margin": 14.9}, "margin", id="margin-below-15-s"),
        pytest.param({"margin": 20, "commit": 15}, "margin", id="margin-below-its-parts"),
        pytest.param({"webhook": 6}, "webhook", id="webhook-above-5-s"),
        pytest.param({"patience": 5}, "patience", id="patience-as-long-as-the-webhook"),
        pytest.param({"request": 4}, "request", id="request-below-webhook"),
        pytest.param({"commit": 6}, "commit", id="etcd-in-a-hurry"),
        pytest.param({"renew": 7}, "lease", id="one-lost-renewal-kills"),
        pytest.param({"lease": 15.5}, "lease", id="lease-of-half-a-second"),
        pytest.param({"grace": 90}, "grace", id="grace-as-long-as-the-wait"),
        pytest.param({"settle": -1}, "settle", id="negative-pause"),
        pytest.param({"drift": 0}, "drift", id="clocks-that-agree"),
    ],
)
def test_a_time_that_does_not_fit_is_named(change: dict[str, float], about: str) -> None:
    found = problems(replace(Margins(), **change))
    assert [sentence.split()[0].rstrip(",") for sentence in found] == [about]
