"""A tenant's objects and their sum."""

from aup.ledger.cache import ABSENT, Cache


def test_sums_follow_every_change_and_old_news_change_nothing() -> None:
    cache = Cache()
    cache.observed("Pod", "a", 5, {"cpu": 2})
    cache.observed("Pod", "b", 6, {"cpu": 1, "pods": 1})
    cache.observed("Pod", "a", 4, {"cpu": 9})
    assert cache.total("Pod") == {"cpu": 3, "pods": 1}
    cache.observed("Pod", "a", 7, {"cpu": 1})
    cache.deleted("Pod", "b")
    cache.deleted("Pod", "b")
    assert cache.total("Pod") == {"cpu": 1}
    assert (cache.version("Pod", "a"), cache.version("Pod", "b")) == (7, ABSENT)
    assert cache.total("Claim") == {}


def test_an_object_may_be_measured_anew() -> None:
    cache = Cache()
    cache.observed("Pod", "a", 5, {"cpu": 2})
    cache.observed("Pod", "a", 5, {"cpu": 2, "gpus": 1})
    assert cache.size("Pod", "a") == cache.total("Pod") == {"cpu": 2, "gpus": 1}
