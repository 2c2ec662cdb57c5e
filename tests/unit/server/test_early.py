"""The early word: what is said to whoever makes more pods than the budget has left."""

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from typing_extensions import override

from aup.admission import review as wire
from aup.api.sections.choice import Enforcement, Unrecognised
from aup.api.sections.resources import DefaultRequests, ResourceTerms
from aup.api.tenant import Budget
from aup.budget.forecast import Forecast, forecast
from aup.budget.meter import meter
from aup.budget.planner import read_budget
from aup.budget.words import Room
from aup.engine import message
from aup.engine.decision import Decision, Outcome
from aup.ledger.amounts import steps
from aup.live.budgets import Held
from aup.policy.terms import Terms
from aup.server.early import foretold
from support.world import terms

HARD = {"pods": "10", "requests.cpu": "4", "requests.storage": "10Gi", "emptydir.memory": "1Gi"}
LEFT = {"pods": Decimal(3), "requests.cpu": Decimal("1.5"), "requests.storage": Decimal(2**30)}
KINDS = {
    "deployments": ("apps", "Deployment"),
    "statefulsets": ("apps", "StatefulSet"),
    "daemonsets": ("apps", "DaemonSet"),
    "replicasets": ("apps", "ReplicaSet"),
    "replicationcontrollers": ("", "ReplicationController"),
    "jobs": ("batch", "Job"),
    "cronjobs": ("batch", "CronJob"),
    "horizontalpodautoscalers": ("autoscaling", "HorizontalPodAutoscaler"),
    "configmaps": ("", "ConfigMap"),
}


@dataclass(frozen=True, slots=True)
class Here:
    """What exists: three of ten pods are left, and two nodes."""

    known: Room | None = None
    there: tuple[str, ...] = ()
    """Pods and claims."""
    targets: dict[str, Forecast] = field(default_factory=dict)
    held: Held | None = None

    def budget(self, tenant: str) -> Held | None:
        """Return what the tenant has."""
        return self.held

    def room(self, tenant: str) -> Room | None:
        """Return how the tenant stands."""
        return self.known

    def names(self, kind: str, namespace: str) -> tuple[str, ...]:
        """Return the pods or the volume claims that there are."""
        kinds = {"pods": "web-", "persistentvolumeclaims": "data-"}
        return tuple(name for name in self.there if name.startswith(kinds[kind]))

    def nodes(self, template: bytes) -> int:
        """Return that a DaemonSet runs everywhere."""
        return 2

    def controller(self, namespace: str, group: str, kind: str, name: str) -> Forecast | None:
        """Return a target by its name."""
        return self.targets.get(f"{kind}/{name}")


def held() -> Held:
    found, problems = meter(terms(), Budget(hard=HARD))
    assert problems == ()
    return Held(found, steps(found.limits))


ROOM = Room(dict(held().meter.limits), LEFT)


def template(cpu: str = "500m", **spec: Any) -> dict[str, Any]:
    container = {"name": "web", "resources": {"requests": {"cpu": cpu}}}
    return {"spec": {"containers": [container], **spec}}


def web(replicas: int, cpu: str = "500m", **spec: Any) -> dict[str, Any]:
    """Return what a controller of so many pods says."""
    return {"replicas": replicas, "template": template(cpu), **spec}


def said(
    resource: str,
    spec: dict[str, Any],
    old: dict[str, Any] | None = None,
    *,
    here: Here | None = None,
    under: Terms | None = None,
    sub_resource: str = "",
    dry_run: bool = False,
    holds: Held | None = None,
    **metadata: Any,
) -> Decision:
    """Return what is decided about an object, given its spec before."""
    group, kind = KINDS[resource]

    def whole(spec: Any) -> Any:
        return {"kind": kind, "metadata": {"name": "web", **metadata}, "spec": spec}

    body = {
        "uid": "1",
        "kind": {"group": group, "kind": "Scale" if sub_resource == "scale" else kind},
        "resource": {"group": group, "resource": resource},
        "subResource": sub_resource,
        "operation": "CREATE" if old is None else "UPDATE",
        "namespace": "acme-prod",
        "name": "web",
        "dryRun": dry_run,
        "object": whole(spec),
        "oldObject": None if old is None else whole(old),
    }
    request = wire.decode(json.dumps({"request": body}).encode())
    held_to = under or terms()
    none = Decision(wire.subject(request), "acme", held_to.policy, ())
    present = replace(here or Here(ROOM), held=holds or held())
    return foretold(request, held_to, none, present)


def warned(*args: Any, **options: Any) -> list[str]:
    """Return what the writer is warned of."""
    return message.warnings(said(*args, **options))


def softened(to: Unrecognised) -> Terms:
    found = terms()
    return replace(found, resources=replace(found.resources, over_budget_templates=to))


def test_a_warning_names_rule_clause_need_and_rest_in_one_line() -> None:
    (line,) = warned("deployments", web(5))
    assert line == (
        "would violate [resources/budget, clause 1.6] spec.replicas 5 needs more than acme has "
        "left: 5 of pods (3 is left of 10), 2500m of requests.cpu (1500m is left of 4); ask for "
        "less, delete what is not needed, or ask abuse@asergo.example for more"
    )
    assert len(line) <= message.WARNING_LIMIT


def test_a_denial_has_the_remedy_and_the_link() -> None:
    """Where the policy denies such templates."""
    decision = said("deployments", web(5), under=softened(Unrecognised.DENY))
    assert not decision.allowed
    assert (
        message.denial(decision)
        .splitlines()[1]
        .endswith(
            "; ask for less, delete what is not needed, or ask abuse@asergo.example for more. "
            "See https://docs.asergo.example/aup/rules/resources/budget"
        )
    )


@pytest.mark.parametrize(
    ("under", "outcome"),
    [
        (softened(Unrecognised.ALLOW), None),
        (replace(terms(), modes={"resources/budget": Enforcement.OFF}), None),
        (replace(terms(), modes={"resources/budget": Enforcement.AUDIT}), Outcome.AUDIT),
        (
            replace(softened(Unrecognised.DENY), modes={"resources/budget": Enforcement.WARN}),
            Outcome.WARN,
        ),
        (replace(softened(Unrecognised.DENY), enforcing=False), Outcome.WARN),
        (softened(Unrecognised.DENY), Outcome.DENY),
    ],
    ids=["allowed", "off", "audited", "warned", "noticed", "denied"],
)
def test_the_policy_decides_what_becomes_of_it(under: Terms, outcome: Outcome | None) -> None:
    found = said("deployments", web(5), under=under).findings
    assert [finding.outcome for finding in found] == ([outcome] if outcome else [])


@pytest.mark.parametrize(
    ("resource", "spec", "at"),
    [
        ("replicasets", web(4), "spec.replicas 4 "),
        ("replicationcontrollers", web(4), "spec.replicas 4 "),
        ("statefulsets", web(4), "spec.replicas 4 "),
        ("daemonsets", web(1, "1"), "spec.template needs"),
        ("jobs", {"parallelism": 4, "template": template()}, "spec.parallelism 4 "),
        (
            "cronjobs",
            {"jobTemplate": {"spec": {"parallelism": 4, "template": template()}}},
            "spec.jobTemplate.spec.template needs",
        ),
    ],
)
def test_each_kind_says_where_its_number_is(resource: str, spec: dict[str, Any], at: str) -> None:
    (line,) = warned(resource, spec)
    assert f"] {at}" in line


@pytest.mark.parametrize(
    ("resource", "spec"),
    [
        ("deployments", web(3)),
        ("deployments", web(0, "99")),
        ("daemonsets", web(1)),
        ("jobs", {"parallelism": 9, "completions": 3, "template": template()}),
        ("jobs", {"parallelism": 9, "suspend": True, "template": template()}),
        ("configmaps", {}),
    ],
)
def test_what_fits_is_told_nothing(resource: str, spec: dict[str, Any]) -> None:
    assert warned(resource, spec) == []


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        (web(8), web(8), ""),
        (web(8), web(8, paused=True), ""),
        (web(8), web(4), ""),
        (web(8), web(11), ""),
        (web(8), web(12), "spec.replicas 12 "),
        (web(8), web(8, "600m"), ""),
        (web(8), web(8, "900m"), "spec.template needs"),
        (web(2), web(2, "400m"), ""),
    ],
)
def test_only_what_an_edit_adds_is_asked_for(
    old: dict[str, Any], new: dict[str, Any], at: str
) -> None:
    """What its pods take already was counted when they were made."""
    assert [f"] {at}" in line for line in warned("deployments", new, old)] == [True] * bool(at)


def test_a_rollout_that_may_miss_no_pod_needs_one_more() -> None:
    full = Here(Room(ROOM.hard, {}))
    (line,) = warned("deployments", web(2, "1m"), web(2, "2m"), here=full)
    assert "] spec.template needs more than acme has left: 1 of pods (0 is left of 10)" in line
    assert warned("deployments", web(8, "1m"), web(8, "2m"), here=full) == []


def test_statuses_are_no_statements() -> None:
    assert warned("deployments", web(99), web(1), sub_resource="status") == []


def test_a_dry_run_is_told_the_same() -> None:
    assert warned("deployments", web(5), dry_run=True) == warned("deployments", web(5))


def test_what_a_controller_made_is_told_nothing() -> None:
    """Its owner was, with what a rollout runs beside each other."""
    owners = [{"kind": "Deployment", "uid": "2", "controller": True}]
    assert warned("replicasets", web(99), ownerReferences=owners) == []
    assert len(warned("replicasets", web(99), ownerReferences=[{"kind": "Shop"}])) == 1


def seen(resource: str, replicas: int, **spec: Any) -> Here:
    """Return that a controller of so many pods is known."""
    group, kind = KINDS[resource]
    raw = json.dumps({"metadata": {"name": "web"}, "spec": web(replicas, **spec)}).encode()
    found = forecast(group, resource, raw)
    assert found is not None
    return Here(ROOM, targets={f"{kind}/web": found._replace(template=b"")})


@pytest.mark.parametrize(
    ("resource", "before", "after", "warns"),
    [
        ("deployments", 2, 5, False),
        ("deployments", 2, 6, True),
        ("statefulsets", 0, 4, True),
        ("deployments", 99, 50, False),
        ("replicasets", 0, 99, False),
    ],
)
def test_a_scale_is_told_of_the_pods_that_it_adds(
    resource: str, before: int, after: int, warns: bool
) -> None:
    """Of a target that no watch has shown nothing is known."""
    known = seen("deployments", 2) if resource == "replicasets" else seen(resource, 2)
    scale = {"replicas": after}
    lines = warned(resource, scale, {"replicas": before}, sub_resource="scale", here=known)
    assert [f"] spec.replicas {after} needs" in line for line in lines] == [True] * warns


def scaler(most: int, name: str = "web") -> dict[str, Any]:
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    return {"scaleTargetRef": reference, "maxReplicas": most}


@pytest.mark.parametrize(
    ("new", "old", "warns"),
    [
        (scaler(5), None, False),
        (scaler(6), None, True),
        (scaler(1), None, False),
        (scaler(99, "unknown"), None, False),
        (scaler(99), scaler(99), False),
        (scaler(98), scaler(99), False),
        (scaler(99), scaler(98), True),
        (scaler(99), scaler(99, "other"), True),
        ({}, None, False),
    ],
)
def test_an_autoscaler_is_told_how_far_it_can_go(
    new: dict[str, Any], old: dict[str, Any] | None, warns: bool
) -> None:
    """Beyond the two pods that there are; nothing is said twice of one number."""
    lines = warned("horizontalpodautoscalers", new, old, here=seen("deployments", 2))
    assert ["] spec.maxReplicas" in line for line in lines] == [True] * warns


def test_claims_that_are_there_are_not_asked_for_again() -> None:
    """A database that is installed again finds its volumes."""
    claims = [
        {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}
    ]
    spec = web(3, "1m", volumeClaimTemplates=claims)
    assert len(warned("statefulsets", spec)) == 1
    names = ("data-web-0", "data-web-1")
    assert warned("statefulsets", spec, here=Here(ROOM, names)) == []


def test_pods_that_it_takes_over_are_not_asked_for_again() -> None:
    """A StatefulSet that was deleted without its pods, to be made again with other claims."""
    there = ("web-0", "web-1", "web-backup-7", "web-2x")
    assert warned("statefulsets", web(5), here=Here(ROOM, there)) == []
    (line,) = warned("statefulsets", web(6), here=Here(ROOM, there))
    assert "4 of pods (3 is left of 10)" in line
    assert len(warned("deployments", web(5), here=Here(ROOM, there))) == 1


def test_what_no_amount_would_help_is_told_with_its_path() -> None:
    """Devices that the budget does not name, and volumes without an end."""
    volumes = [{"name": "tmp", "emptyDir": {"medium": "Memory"}}]
    spec = template(volumes=volumes)
    spec["spec"]["containers"][0]["resources"]["limits"] = {"nvidia.com/gpu": "1"}
    job = {"jobTemplate": {"spec": {"template": spec}}}
    at = "] spec.jobTemplate.spec.template.spec"
    found = warned("cronjobs", job, here=Here())
    assert [line.partition(at)[2].split(",")[0] for line in found] == [
        ".containers requests.nvidia.com/gpu is not named in the budget of acme",
        '.volumes hold an emptyDir of medium "Memory" without sizeLimit',
    ]


def silent(replicas: int, **spec: Any) -> dict[str, Any]:
    """Return what a controller says whose pods do not say what they need."""
    return {"replicas": replicas, "template": {"spec": {"containers": [{"name": "web"}]}}, **spec}


def giving(cpu: str, memory: str = "32Mi") -> Held:
    """Return the budget under a policy that gives so much."""
    asked = ResourceTerms(default_requests=DefaultRequests(cpu=cpu, memory=memory))
    native, problems = read_budget(Budget(hard=HARD), asked)
    assert problems == ()
    return replace(held(), native=native)


def test_what_pods_do_not_say_counts_as_it_will_be_given() -> None:
    (line,) = warned("deployments", silent(3), holds=giving("1"))
    assert "spec.replicas 3 needs more than acme has left: 3 of requests.cpu" in line
    assert warned("deployments", silent(3), holds=giving("500m")) == []
    assert warned("deployments", web(3), holds=giving("1")) == [], "they say it"
    assert warned("deployments", silent(3)) == [], "nobody gives anything"


def test_an_edit_is_asked_for_what_it_adds_to_what_was_given() -> None:
    assert warned("deployments", silent(8), silent(7), holds=giving("1")) == []
    (line,) = warned("deployments", silent(9), silent(7), holds=giving("1"))
    assert "2 of requests.cpu (1500m is left of 4)" in line
    assert warned("deployments", web(2, "400m"), silent(2), holds=giving("500m")) == []


def test_what_is_scaled_counts_as_it_will_be_given() -> None:
    """As it was watched, its pods say nothing."""
    raw = json.dumps({"metadata": {"name": "web"}, "spec": silent(1)}).encode()
    found = forecast("apps", "deployments", raw)
    assert found is not None
    here = Here(ROOM, targets={"Deployment/web": found._replace(template=b"")})
    scale = {"sub_resource": "scale", "here": here, "holds": giving("1")}
    assert warned("deployments", {"replicas": 2}, {"replicas": 1}, **scale) == []
    (line,) = warned("deployments", {"replicas": 3}, {"replicas": 1}, **scale)
    assert "2 of requests.cpu (1500m is left of 4)" in line
    (line,) = warned("horizontalpodautoscalers", scaler(3), here=here, holds=giving("1"))
    assert "spec.maxReplicas 3 needs more than acme has left: 2 of requests.cpu" in line


def test_while_the_ledger_is_not_known_nothing_is_said() -> None:
    assert warned("deployments", web(99), here=Here()) == []


def test_what_cannot_be_read_is_left_to_the_rules() -> None:
    assert warned("deployments", {"replicas": "many"}) == []


IN_PLACE = {"strategy": {"type": "Recreate"}}
CEILING = {"acme-prod": {"pods": "3", "requests.cpu": "100"}}


def whole() -> tuple[Held, Here]:
    """Return a budget of which it is not known what is left, and what there is to say of it."""
    hard = {**HARD, "count/deployments.apps": "1", "license/db.cores": "1"}
    found, problems = meter(terms(), Budget(hard=hard, namespace_ceilings=CEILING))
    assert problems == ()
    by_quota = Held(found, steps(found.limits)).by_quota
    return Held(found, steps(found.limits)), Here(Room(by_quota, by_quota, whole=True))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (None, web(3), []),
        (None, web(4, "1m"), ["4 of pods (3 is the ceiling of namespace acme-prod)"]),
        (None, web(2, "2500m"), ["5 of requests.cpu (4 is the budget)"]),
        (web(2, "2500m"), web(2, "2500m", paused=True), []),
        (web(9, "1m"), web(8, "1m"), []),
        (web(2, "2500m"), web(1, "2500m"), []),
        # It adds a pod, and none of the cores that are too many.
        (web(1, "9", **IN_PLACE), web(2, "4500m", **IN_PLACE), []),
        (
            web(1, "9", **IN_PLACE),
            web(2, "4600m", **IN_PLACE),
            ["9200m of requests.cpu (4 is the budget)"],
        ),
    ],
)
def test_without_a_ledger_only_what_never_fits_is_told(
    old: dict[str, Any] | None, new: dict[str, Any], told: list[str]
) -> None:
    held, here = whole()
    lines = warned("deployments", new, old, holds=held, here=here)
    end = "; ask for less, or ask abuse@asergo.example for more"
    more = " needs more than acme may ever have: "
    assert [line.partition(more)[2] for line in lines] == [f"{one}{end}" for one in told]


def test_without_a_ledger_nothing_is_told_that_nobody_would_refuse() -> None:
    """What no native quota counts: volumes that grow without end, in memory above all."""
    held, here = whole()
    assert not any(key.startswith(("emptydir", "license")) for key in held.by_quota)
    volumes = [{"name": "tmp", "emptyDir": {"medium": "Memory"}}]
    spec = {"replicas": 1, "template": template(volumes=volumes)}
    assert warned("deployments", spec, holds=held, here=here) == []
    assert len(warned("deployments", spec)) == 1


def test_without_a_ledger_claims_that_are_there_count_like_any() -> None:
    """All of them have to fit, whenever they were made."""
    claims = [
        {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "4Gi"}}}}
    ]
    held, here = whole()
    spec = web(3, "1m", volumeClaimTemplates=claims)
    (line,) = warned("statefulsets", spec, holds=held, here=here)
    assert "12Gi of requests.storage (10Gi is the budget)" in line


class Nobody(Here):
    """Where the tenant has no budget."""

    @override
    def budget(self, tenant: str) -> Held | None:
        """Return none."""
        return None


def test_without_a_budget_nothing_is_said() -> None:
    assert warned("deployments", web(99), here=Nobody(ROOM)) == []
