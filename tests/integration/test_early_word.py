"""The early word as kubectl prints it: what pods to come would need of a budget, what is left."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
import yaml

from aup.engine.message import WARNING_LIMIT
from aup.kube.rbac import uncovered
from support.audit import asked
from support.installation import Installation, installed
from support.provision import provide, tenant
from support.repository import ROOT
from support.waiting import until

Manifest = dict[str, Any]

NS: Final = "acme-prod"
SAID: Final = "Warning: would violate [resources/budget, clause 1.6] "
"""How kubectl begins what the webhook warns of."""
REST: Final = "; ask for less, delete what is not needed, or ask abuse@asergo.example for more"


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Run the product with two replicas, and a tenant that may run four pods."""
    values = {
        "budgets": {"protocol": "escrow", "apiRequestSeconds": 5, "marginSeconds": 15},
        "policy": {"overrides": {"provider": {"contact": "abuse@asergo.example"}}},
    }
    with installed(values) as installation:
        installation.cluster.nodes(3, {"disk": "ssd"})
        budget = {"hard": {"pods": "4", "requests.cpu": "2"}}
        acme, beta = tenant("acme", budget=budget), tenant("beta", policy="strict", budget=budget)
        provide(installation, strict(), acme, beta)
        pod = manifest("Pod", "v1", "first", **template()["spec"])
        until("the ledger", lambda: run(installation, "create", obj=pod) == "")
        installation.cluster.kubectl("delete", "pod", "first", "-n", NS, "--force")
        probe = web("Deployment", "probe", 5)
        none_used = warning("spec.replicas 5", "5 of pods (4 is left of 4)")
        command = ("create", "--dry-run=server")
        until("its share", lambda: run(installation, *command, obj=probe) == none_used)
        yield installation


def strict() -> Manifest:
    """Return the default preset under another name, which refuses what will not fit."""
    found = yaml.safe_load((ROOT / "operator/aup/presets/asergo.yaml").read_text())
    assert isinstance(found, dict)
    found["metadata"] = {"name": "strict"}
    found["spec"]["resources"]["overBudgetTemplates"] = "Deny"
    return found


def manifest(kind: str, version: str, name: str, **spec: Any) -> Manifest:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def template(cpu: str = "100m", **spec: Any) -> Manifest:
    image = "docker.io/library/nginx:1.29"
    resources = {"requests": {"cpu": cpu, "memory": "1Mi"}, "limits": {"memory": "9Mi"}}
    container = {"name": "c", "image": image, "resources": resources}
    labels = {"metadata": {"labels": {"app": "web"}}}
    return {**labels, "spec": {"containers": [container], **spec}}


def web(kind: str, name: str, replicas: int, **spec: Any) -> Manifest:
    """Return a controller of the group apps."""
    number = {} if kind == "DaemonSet" else {"replicas": replicas}
    selector = {"matchLabels": {"app": "web"}}
    return manifest(
        kind, "apps/v1", name, **number, selector=selector, **{"template": template(), **spec}
    )


def job(name: str, parallelism: int, **spec: Any) -> Manifest:
    made = template(restartPolicy="Never")
    return manifest("Job", "batch/v1", name, parallelism=parallelism, template=made, **spec)


def scaler(most: int, **reference: str) -> Manifest:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "small", **reference}
    return manifest(
        "HorizontalPodAutoscaler", "autoscaling/v2", "web", scaleTargetRef=target, maxReplicas=most
    )


def run(installation: Installation, *command: str, obj: Manifest | None = None) -> str:
    """Run a command; return what it says beside its result."""
    read = ("-f", "-") if obj is not None else ()
    text = None if obj is None else json.dumps(obj)
    whole = (*command, *read, "-n", NS)
    return installation.cluster.kubectl(*whole, input=text, check=False).stderr


def warning(at: str, told: str) -> str:
    """Return the line that is printed."""
    return f"{SAID}{at} needs more than acme has left: {told}{REST}\n"


CRON = manifest(
    "CronJob", "batch/v1", "web", schedule="0 4 * * *", jobTemplate={"spec": job("x", 9)["spec"]}
)
NINE: Final = "9 of pods (4 is left of 4)"


@pytest.mark.parametrize(
    ("obj", "at", "told"),
    [
        (web("Deployment", "large", 9), "spec.replicas 9", NINE),
        (web("ReplicaSet", "large", 9), "spec.replicas 9", NINE),
        (web("StatefulSet", "large", 9), "spec.replicas 9", NINE),
        (
            manifest("ReplicationController", "v1", "large", replicas=9, template=template()),
            "spec.replicas 9",
            NINE,
        ),
        (job("large", 9), "spec.parallelism 9", NINE),
        (CRON, "spec.jobTemplate.spec.template", NINE),
        (
            web("DaemonSet", "large", 0, template=template("1")),
            "spec.template",
            "3 of requests.cpu (2 is left of 2)",
        ),
        (
            web("Deployment", "large", 5, template=template("500m")),
            "spec.replicas 5",
            "5 of pods (4 is left of 4), 2500m of requests.cpu (2 is left of 2)",
        ),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_a_template_whose_pods_do_not_fit_is_told(
    installation: Installation, obj: Manifest, at: str, told: str
) -> None:
    """In one line, in a dry run like in earnest."""
    said = run(installation, "create", "--dry-run=server", obj=obj)
    assert said == warning(at, told)
    assert len(said) <= len("Warning: ") + WARNING_LIMIT + len("\n")


@pytest.mark.parametrize(
    "obj",
    [
        web("Deployment", "fits", 4),
        web("DaemonSet", "fits", 0),
        web("DaemonSet", "nowhere", 0, template=template("2", nodeSelector={"disk": "hdd"})),
        web("StatefulSet", "fits", 4),
        job("fits", 9, completions=4),
        job("fits", 9, suspend=True),
    ],
    ids=lambda obj: obj["kind"],
)
def test_what_fits_is_told_nothing(installation: Installation, obj: Manifest) -> None:
    assert run(installation, "create", "--dry-run=server", obj=obj) == ""


def test_what_containers_do_not_say_counts_as_they_will_be_given_it(
    installation: Installation,
) -> None:
    """The budget names requests.cpu, so a LimitRange gives 10m to each; a pod takes as much."""
    bare = template()
    del bare["spec"]["containers"][0]["resources"]["requests"]["cpu"]
    told = "201 of pods (4 is left of 4), 2010m of requests.cpu (2 is left of 2)"
    said = warning("spec.replicas 201", told)
    command = ("create", "--dry-run=server")
    obj = web("Deployment", "bare", 201, template=bare)
    assert run(installation, *command, obj=obj) == said
    # What is scaled was watched, and is told of in the same way.
    assert run(installation, "create", obj=web("Deployment", "bare", 0, template=bare)) == ""
    scale = ("scale", "deployment", "bare", "--replicas=201", "--dry-run=server")
    until("a word about the scale", lambda: run(installation, *scale) == said)
    assert run(installation, "delete", "deployment", "bare") == ""
    pod = manifest("Pod", "v1", "bare", **bare["spec"])
    stored = installation.cluster.kubectl(
        *command, "-n", NS, "-f", "-", "-o", "json", input=json.dumps(pod)
    ).stdout
    (container,) = json.loads(stored)["spec"]["containers"]
    assert container["resources"]["requests"]["cpu"] == "10m"


def test_a_policy_may_refuse_such_templates(installation: Installation) -> None:
    """With the remedy, as any denial; what fits passes."""
    command = ("create", "-n", "beta-prod", "-f", "-", "--dry-run=server")

    def said(replicas: int) -> str:
        text = json.dumps(web("Deployment", "large", replicas))
        return installation.cluster.kubectl(*command, input=text, check=False).stderr

    until("a refusal", lambda: said(5))
    *_, found, _ = said(5).splitlines()
    assert found == (
        "[resources/budget, clause 1.6] spec.replicas 5 needs more than beta has left: "
        f"5 of pods (4 is left of 4){REST}. "
        "See https://docs.asergo.example/aup/rules/resources/budget"
    )
    assert said(4) == ""


def test_what_grows_is_told_of_what_it_adds(installation: Installation) -> None:
    """By an edit, by a scale, by an autoscaler; nothing else that is done to it says anything."""
    cluster = installation.cluster
    assert run(installation, "create", obj=web("Deployment", "small", 2)) == ""
    pods = ("get", "pods", "-n", NS, "-l", "app=web", "-o", "name")
    until("its pods", lambda: len(cluster.kubectl(*pods).stdout.split()) == 2)
    fits = ("scale", "deployment", "small", "--dry-run=server")
    # Until a watch has shown the Deployment, nothing is said of its scale.
    more = warning("spec.replicas 5", "3 of pods (2 is left of 4)")
    until("a word", lambda: run(installation, *fits, "--replicas=5") == more)
    assert run(installation, *fits, "--replicas=4") == ""
    assert run(installation, *fits, "--replicas=1") == ""
    patch = ("patch", "deployment", "small", "--type=merge", "-p")
    assert run(installation, *patch, '{"spec":{"replicas":5}}', "--dry-run=server") == more
    autoscaled = warning("spec.maxReplicas 5", "3 of pods (2 is left of 4)")
    assert run(installation, "create", "--dry-run=server", obj=scaler(5)) == autoscaled
    assert run(installation, "create", "--dry-run=server", obj=scaler(4)) == ""
    assert run(installation, "create", "--dry-run=server", obj=scaler(9, name="unknown")) == ""
    old = {**scaler(5), "apiVersion": "autoscaling/v1"}
    assert run(installation, "create", "--dry-run=server", obj=old) == autoscaled

    # Its four pods take all that there is: none of this asks for a fifth.
    assert run(installation, "scale", "deployment", "small", "--replicas=4") == ""
    until("its pods", lambda: len(cluster.kubectl(*pods).stdout.split()) == 4)
    assert run(installation, "label", "deployment", "small", "a=b") == ""
    assert run(installation, *patch, '{"spec":{"minReadySeconds":1}}') == ""
    assert run(installation, *patch, '{"status":{"replicas":9}}', "--subresource=status") == ""
    image = ("set", "image", "deployment", "small", "c=nginx:2", "--dry-run=server")
    assert run(installation, *image) == ""
    careful = '{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":0}}}}'
    assert run(installation, *patch, careful) == ""
    rollout = warning("spec.template", "1 of pods (0 is left of 4)")
    until("a word about the rollout", lambda: run(installation, *image) == rollout)


def test_every_call_was_foreseen(installation: Installation) -> None:
    """Also those that watch what is scaled."""
    mine = [
        one
        for one in asked(installation.cluster)
        if one.account == "aup-operator-admission" and not one.impersonated
    ]
    where = {"operator_namespace": "aup-system", "fullname": "aup-operator"}
    assert {"deployments", "statefulsets"} <= {one.call.resource for one in mine}
    assert uncovered((one.call for one in mine), "admission", **where) == []
