"""What is said of a budget."""

from decimal import Decimal

import pytest

from aup.budget.words import Place, Room, closed, early, endless, over, rule_of, text
from aup.rules.base import Violation


def sentence(found: Violation) -> str:
    """Put a violation as a denial does."""
    return " ".join(part for part in (found.path, found.value, found.detail) if part) + (
        f"; {found.remedy}"
    )


@pytest.mark.parametrize(
    ("key", "amount", "expected"),
    [
        ("requests.cpu", "1.5", "1500m"),
        ("namespace/acme-dev:requests.cpu", "0.0001", "1m"),
        ("requests.memory", "4294967296", "4Gi"),
        ("pods", "3", "3"),
        ("gpu@7", "3", "3/7"),
        ("gpu@7", "10", "1 3/7"),
        ("gpu@7", "14", "2"),
        ("gpu@7", "0", "0"),
    ],
)
def test_amounts_are_told_as_people_write_them(key: str, amount: str, expected: str) -> None:
    assert text(key, Decimal(amount)) == expected


def test_a_refusal_says_what_is_asked_left_and_held() -> None:
    found = over(
        "requests.cpu",
        asked=Decimal(4),
        left=Decimal(1),
        hard=Decimal(40),
        tenant="acme",
        in_flight=Decimal(2),
        contact="abuse@asergo.example",
    )
    assert sentence(found) == (
        "spec.containers 4 of requests.cpu is more than the 1 that is left of 40 in the budget of "
        "acme, and 2 in flight; ask for less, delete what is not needed, or ask "
        "abuse@asergo.example for more"
    )


LICENSED = (
    "spec.containers 1 of license/acme-db.cores is more than the 0 that is left for production of 4"
)
OF_ENTITLEMENTS = (
    " that entitlements allow acme in production; stop what else runs of it, or send proof of "
    "licence to the provider"
)
IN_THE_BUDGET = (
    " in the budget of acme; ask for less, delete what is not needed, or ask the provider for more"
)


@pytest.mark.parametrize(
    ("key", "told", "rest"),
    [
        (
            "namespace/acme-dev:pods",
            "metadata.name 1 of pods is more than the 0 that is left to namespace acme-dev of 4",
            IN_THE_BUDGET,
        ),
        (
            "scope/batch:secrets",
            "metadata.name 1 of secrets is more than the 0 that is left to batch of 4",
            IN_THE_BUDGET,
        ),
        (
            "production:license/acme-db.cores",
            LICENSED,
            OF_ENTITLEMENTS,
        ),
        (
            "services.loadbalancers",
            "spec.type 1 of services.loadbalancers is more than the 0 that is left of 4",
            IN_THE_BUDGET,
        ),
    ],
)
def test_a_refusal_names_the_part_of_the_tenant(key: str, told: str, rest: str) -> None:
    """A budget that was lowered below its use has nothing left, not less."""
    found = over(key, asked=Decimal(1), left=Decimal(-3), hard=Decimal(4), tenant="acme")
    assert sentence(found) == told + rest


def test_devices_that_are_closed_are_named() -> None:
    assert sentence(closed("requests.nvidia.com/gpu", tenant="acme")) == (
        "spec.containers requests.nvidia.com/gpu is not named in the budget of acme, which names "
        "all devices that it may use; leave it out, or ask the provider for it"
    )


def test_a_volume_without_a_size_is_named() -> None:
    assert sentence(endless("emptydir.memory", tenant="acme")) == (
        'spec.volumes hold an emptyDir of medium "Memory" without sizeLimit, which counts against '
        "acme; set its sizeLimit"
    )


def amounts(**given: str) -> dict[str, Decimal]:
    """Return amounts by key; two underscores stand for a dot."""
    return {key.replace("__", "."): Decimal(amount) for key, amount in given.items()}


def test_the_early_word_names_need_and_rest_of_all_that_is_short() -> None:
    """Of keys without a limit, and of those that are not short, nothing is said."""
    needs = amounts(pods="9", requests__cpu="4.5", requests__memory="4096", limits__cpu="9")
    hard = amounts(pods="9", requests__cpu="4", requests__memory="2048")
    room = Room(hard, amounts(pods="9", requests__memory="1024"))
    ((rule, found),) = early(needs, room, Place("spec.replicas", "9"), tenant="acme")
    assert rule == "resources/budget"
    assert found.warn
    assert sentence(found) == (
        "spec.replicas 9 needs more than acme has left: 4500m of requests.cpu (0 is left of 4), "
        "4Ki of requests.memory (1Ki is left of 2Ki); ask for less, delete what is not needed, or "
        "ask the provider for more"
    )


def test_what_is_in_flight_may_come_back() -> None:
    """Nobody is told who fits in when it does; whoever does not hears of it."""
    room = Room(amounts(pods="9"), amounts(pods="2"), amounts(pods="3"))
    assert list(early(amounts(pods="5"), room, Place("spec.replicas", "5"), tenant="acme")) == []
    ((_, found),) = early(amounts(pods="6"), room, Place("spec.template"), tenant="acme")
    assert found.detail == (
        "needs more than acme has left: 6 of pods (2 is left of 9, 3 in flight)"
    )


def test_each_rule_has_a_word_of_its_own() -> None:
    """Entitlements answer for products, by namespaces in production too."""
    needs = {"production:license/acme-db.cores": Decimal(4), "namespace/acme-dev:pods": Decimal(2)}
    room = Room(dict.fromkeys(needs, Decimal(1)), {})
    found = dict(early(needs, room, Place("spec.replicas", "4"), tenant="acme", contact="abuse@x"))
    assert sentence(found["license/entitlement"]) == (
        "spec.replicas 4 needs more than entitlements leave acme: 4 of license/acme-db.cores (0 is "
        "left for production of 1); stop what else runs of it, or send proof of licence to abuse@x"
    )
    assert found["resources/budget"].detail == (
        "needs more than acme has left: 2 of pods (0 is left to namespace acme-dev of 1)"
    )


def test_entitlements_answer_for_products() -> None:
    assert rule_of("production:license/acme-db.cores") == "license/entitlement"
    assert rule_of("namespace/acme-dev:pods") == "resources/budget"
