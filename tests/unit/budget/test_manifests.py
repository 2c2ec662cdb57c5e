"""Allowances as objects, and when they are in force."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from aup.budget.manifests import amounts, is_settled, manifests
from aup.budget.planner import Allowance
from aup.budget.usage import Defaults

LABELS = {"aup.asergo.com/managed": "true", "app.kubernetes.io/managed-by": "aup-operator"}
ALLOWANCE = Allowance(
    hard={"requests.memory": Decimal(160 * 2**30), "requests.cpu": Decimal("0.5")},
    defaults=Defaults({"cpu": Decimal("0.01")}, {}),
)


def test_manifests_are_complete_and_canonical() -> None:
    assert manifests("acme-prod", ALLOWANCE) == [
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "aup-budget", "namespace": "acme-prod", "labels": LABELS},
            "spec": {"hard": {"requests.cpu": "500m", "requests.memory": "160Gi"}},
        },
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": "aup-defaults", "namespace": "acme-prod", "labels": LABELS},
            "spec": {"limits": [{"type": "Container", "defaultRequest": {"cpu": "10m"}}]},
        },
    ]


def test_limits_have_their_default_beside_the_request() -> None:
    defaults = Defaults({"cpu": Decimal("0.01")}, {"cpu": Decimal(1)})
    _, limit_range = manifests("acme-prod", Allowance({"limits.cpu": Decimal(4)}, defaults))
    assert limit_range["spec"]["limits"] == [
        {"type": "Container", "defaultRequest": {"cpu": "10m"}, "default": {"cpu": "1"}}
    ]


def test_without_defaults_there_is_no_limit_range() -> None:
    allowance = Allowance({"pods": Decimal(4)}, Defaults())
    assert [m["kind"] for m in manifests("acme-prod", allowance)] == ["ResourceQuota"]


def test_without_a_quota_there_may_be_defaults_alone() -> None:
    """And with neither there is nothing."""
    allowance = Allowance({}, Defaults({"cpu": Decimal("0.01")}))
    assert [m["kind"] for m in manifests("acme-prod", allowance)] == ["LimitRange"]
    assert manifests("acme-prod", Allowance({}, Defaults())) == []


def test_a_quota_is_settled_once_admission_decides_by_all_of_it() -> None:
    assert is_settled(ALLOWANCE, {"requests.cpu": "0.5", "requests.memory": "160Gi"})
    assert not is_settled(ALLOWANCE, {"requests.cpu": "500m"})
    assert not is_settled(ALLOWANCE, {"requests.cpu": "500m", "requests.memory": "80Gi"})
    assert not is_settled(ALLOWANCE, {})
    assert not is_settled(ALLOWANCE, None)


@given(
    st.dictionaries(
        st.sampled_from(["requests.cpu", "requests.memory", "pods"]),
        st.integers(0, 2**63 - 1).map(Decimal),
        min_size=1,
    )
)
def test_what_is_written_reads_back_and_is_settled(hard: dict[str, Decimal]) -> None:
    allowance = Allowance(hard, Defaults())
    written = manifests("acme-prod", allowance)[0]["spec"]["hard"]
    assert amounts(written) == hard
    assert is_settled(allowance, written)
