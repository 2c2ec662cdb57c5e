"""Who used what, from when to when: intervals that survive restarts."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from aup.abuse.uses import MAX_INTERVALS, Reachable, Target, User, intervals, read_target
from aup.api.address_use import UseInterval

NOW = datetime(2026, 11, 21, tzinfo=UTC)
RETENTION = timedelta(days=400)
WEB = User("acme-prod", "uid-1", "acme", "Service/web")
API = User("acme-prod", "uid-1", "acme", "Service/api")
ANEW = WEB._replace(uid="uid-2")


def use(user: User, from_: int, until: int | None = None) -> UseInterval:
    """Return an interval; times are days before now."""
    return UseInterval(
        namespace=user.namespace,
        uid=user.uid,
        tenant=user.tenant,
        object=user.object,
        from_=NOW - timedelta(days=from_),
        until=None if until is None else NOW - timedelta(days=until),
    )


@pytest.mark.parametrize(
    ("recorded", "users", "found"),
    [
        pytest.param((), [WEB], (use(WEB, 0),), id="new-begins-now"),
        pytest.param((use(WEB, 5),), [WEB], (use(WEB, 5),), id="goes-on-after-a-restart"),
        pytest.param((use(WEB, 5),), [], (use(WEB, 5, 0),), id="over-ends-now"),
        pytest.param(
            (use(WEB, 9, 5),), [WEB], (use(WEB, 9, 5), use(WEB, 0)), id="again-is-another-one"
        ),
        pytest.param(
            (use(WEB, 5),), [ANEW], (use(WEB, 5, 0), use(ANEW, 0)), id="namespace-made-anew"
        ),
        pytest.param(
            (use(WEB, 5),), [WEB, API], (use(WEB, 5), use(API, 0)), id="shared-by-two-objects"
        ),
        pytest.param((use(WEB, 900, 400),), [], (), id="dropped-after-retention"),
        pytest.param((use(WEB, 900),), [WEB], (use(WEB, 900),), id="kept-while-in-use"),
        pytest.param(
            (use(WEB, 5), use(WEB, 4)), [WEB], (use(WEB, 5), use(WEB, 4, 0)), id="doubled-is-ended"
        ),
    ],
)
def test_intervals(
    recorded: tuple[UseInterval, ...], users: list[User], found: tuple[UseInterval, ...]
) -> None:
    assert intervals(recorded, users, NOW, RETENTION) == found
    assert intervals(found, users, NOW, RETENTION) == found


def test_a_full_history_forgets_what_ended_first() -> None:
    history = tuple(use(WEB, 390 - n % 380, 380 - n % 380) for n in range(MAX_INTERVALS))
    found = intervals(history, [API], NOW, RETENTION)
    assert len(found) == MAX_INTERVALS
    assert use(API, 0) in found
    oldest = min(i.until for i in history if i.until)
    assert sum(i.until == oldest for i in found) == sum(i.until == oldest for i in history) - 1


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("198.51.100.20", Target(address="198.51.100.20")),
        ("2001:0DB8:A::1", Target(address="2001:db8:a::1")),
        ("Shop.Acme.Example.", Target(hostname="shop.acme.example")),
        ("*.acme.example", Target(hostname="*.acme.example")),
        ("fe80::1%eth0", None),
        ("", None),
        (None, None),
        ("a..b", None),
        ("under_score.example", None),
        (f"{'a' * 63}." * 4 + "example", None),
    ],
)
def test_targets_are_read_in_canonical_form(text: str | None, target: Target | None) -> None:
    assert read_target(text) == target


@pytest.mark.parametrize(
    ("manifest", "found"),
    [
        pytest.param(
            {
                "spec": {"externalIPs": ["198.51.100.20"], "clusterIP": "10.0.0.1"},
                "status": {
                    "loadBalancer": {"ingress": [{"ip": "198.51.100.21"}, {"hostname": "lb"}]}
                },
            },
            {"198.51.100.20", "198.51.100.21", "lb"},
            id="service",
        ),
        pytest.param(
            {
                "spec": {
                    "rules": [{"host": "a.example"}, {}],
                    "tls": [{"hosts": ["b.example"]}, {}],
                },
                "status": {"loadBalancer": {}},
            },
            {"a.example", "b.example"},
            id="ingress",
        ),
        pytest.param(
            {
                "spec": {"listeners": [{"hostname": "*.acme.example"}, {"port": 80}]},
                "status": {"addresses": [{"type": "IPAddress", "value": "198.51.100.22"}]},
            },
            {"*.acme.example", "198.51.100.22"},
            id="gateway",
        ),
        pytest.param({}, set(), id="nothing-yet"),
    ],
)
def test_an_object_is_reached_by(manifest: dict[str, object], found: set[str]) -> None:
    targets = msgspec.convert(manifest, Reachable).targets
    assert {target.address or target.hostname for target in targets} == found
