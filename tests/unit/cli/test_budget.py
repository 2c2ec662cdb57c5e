"""`aup budget`: what people read of a budget. Reading it from a cluster: tests/integration."""

from datetime import timedelta

from aup.api.budget_use import BudgetUse, NamespaceUse, OutageBound, OwnerUse
from aup.cli.budget import Told, as_text
from support.world import NOW

USE = BudgetUse(
    hard={"requests.cpu": "40", "pods": "10", "scope/batch:pods": "4"},
    used={"requests.cpu": "31", "pods": "12"},
    in_flight={"requests.cpu": "500m"},
    left={"requests.cpu": "8500m", "pods": "0", "scope/batch:pods": "4"},
    over={"pods": "2", "namespace/acme-dev:requests.cpu": "1"},
    counting=("scope/batch:pods",),
    namespaces=(
        NamespaceUse(name="acme-old", used={"pods": "1"}, terminating=True),
        NamespaceUse(name="acme-prod", used={"requests.cpu": "22", "pods": "10"}),
        NamespaceUse(name="acme-dev", used={"requests.cpu": "9"}, hard={"requests.cpu": "8"}),
    ),
    namespaces_total=3,
    owners=(
        OwnerUse(key="requests.cpu", namespace="acme-prod", owner="Deployment/web", used="12"),
        OwnerUse(key="requests.cpu", namespace="acme-prod", owner="StatefulSet/db", used="8"),
    ),
    outage=OutageBound(hard={"pods": "30"}, unlimited=("addresses",)),
    updated_at=NOW,
)


def said(told: Told, age: int = 12) -> list[str]:
    return list(as_text(told, NOW + timedelta(seconds=age)))


def test_a_budget_is_a_table_and_where_it_goes() -> None:
    assert said(Told("acme", "", USE)) == [
        f"budget of acme in all its namespaces, as of {NOW.isoformat()} (12 s ago)",
        "",
        "KEY                  BUDGET  USED  IN FLIGHT  LEFT",
        "requests.cpu         40      31    500m       8500m",
        "pods                 10      12    0          0      2 too much, nothing more is admitted",
        "pods in scope batch  4       0     0          4      new, still being counted",
        "requests.cpu in namespace acme-dev: 1 too much, nothing more is admitted",
        "",
        "KEY           NAMESPACES                  LARGEST",
        "requests.cpu  acme-prod 22                Deployment/web 12 in acme-prod",
        "              acme-dev 9 of 8             StatefulSet/db 8 in acme-prod",
        "pods          acme-old 1 (being deleted)",
        "              acme-prod 10",
        "",
        "while the admission service does not answer, only quotas of namespaces hold,",
        "  together: pods 30; no bound: addresses",
    ]


def test_a_report_names_owners_of_its_own_namespace() -> None:
    lines = said(Told("acme", "acme-prod", USE))
    assert "KEY           NAMESPACES                  LARGEST IN acme-prod" in lines
    assert "requests.cpu  acme-prod 22                Deployment/web 12" in lines


def test_of_many_namespaces_the_largest_are_named() -> None:
    many = tuple(NamespaceUse(name=f"acme-{n}", used={"pods": "1"}) for n in range(9))
    lines = said(Told("acme", "", BudgetUse(hard={"pods": "9"}, namespaces=many)))
    assert [line.strip() for line in lines[-6:]] == [
        "pods  acme-0 1",
        *(f"acme-{n} 1" for n in range(1, 5)),
        "and 4 more",
    ]


def test_old_figures_say_how_old_they_are() -> None:
    assert "(10 min ago)" in said(Told("acme", "", USE), age=605)[0]
