"""Kinds that roll workloads out and serve them: Rollouts, Knative, OpenKruise, OpenShift, games.

A Rollout with ``workloadRef`` has no template: the Deployment that it names is judged itself.
"""

from typing import Final

from aup.facts.carriers.carrier import Carrier, Reference

_TEMPLATE: Final = Carrier(templates=("spec.template",))
_GAME_SERVERS: Final = Carrier(templates=("spec.template.spec.template",))
_JOBS: Final = ("jobTemplate", "broadcastJobTemplate")
_UNITED: Final = (
    "statefulSetTemplate",
    "advancedStatefulSetTemplate",
    "cloneSetTemplate",
    "deploymentTemplate",
)
_ANALYSIS: Final = Carrier(templates=("spec.metrics[].provider.job.spec.template",))
_BUILD: Final = Carrier(
    images=(
        Reference("spec.strategy.*.from", of_kind="DockerImage"),
        Reference("spec.source.images[].from", of_kind="DockerImage"),
    )
)

ROLLOUTS: Final[dict[tuple[str, str], Carrier]] = {
    ("argoproj.io", "Rollout"): _TEMPLATE,
    ("argoproj.io", "Experiment"): Carrier(templates=("spec.templates[].template",)),
    **dict.fromkeys(
        (
            ("argoproj.io", "AnalysisTemplate"),
            ("argoproj.io", "ClusterAnalysisTemplate"),
            ("argoproj.io", "AnalysisRun"),
        ),
        _ANALYSIS,
    ),
    ("serving.knative.dev", "Service"): _TEMPLATE,
    ("serving.knative.dev", "Configuration"): _TEMPLATE,
    ("serving.knative.dev", "Revision"): Carrier(templates=("",)),
    ("sources.knative.dev", "ContainerSource"): _TEMPLATE,
    **dict.fromkeys(
        (
            ("apps.kruise.io", "CloneSet"),
            ("apps.kruise.io", "StatefulSet"),
            ("apps.kruise.io", "DaemonSet"),
            ("apps.kruise.io", "BroadcastJob"),
        ),
        _TEMPLATE,
    ),
    ("apps.kruise.io", "AdvancedCronJob"): Carrier(
        templates=tuple(f"spec.template.{job}.spec.template" for job in _JOBS)
    ),
    ("apps.kruise.io", "UnitedDeployment"): Carrier(
        templates=tuple(f"spec.template.{kind}.spec.template" for kind in _UNITED)
    ),
    ("apps.kruise.io", "SidecarSet"): Carrier(specs=("spec",)),
    ("apps.kruise.io", "EphemeralJob"): Carrier(specs=("spec.template",)),
    ("apps.kruise.io", "ImagePullJob"): Carrier(images=("spec.image",)),
    ("apps.kruise.io", "ImageListPullJob"): Carrier(images=("spec.images[]",)),
    ("agones.dev", "GameServer"): _TEMPLATE,
    ("agones.dev", "GameServerSet"): _GAME_SERVERS,
    ("agones.dev", "Fleet"): _GAME_SERVERS,
    ("machinelearning.seldon.io", "SeldonDeployment"): Carrier(
        fragments=("spec.predictors[].componentSpecs[]",)
    ),
    ("apps.openshift.io", "DeploymentConfig"): _TEMPLATE,
    ("build.openshift.io", "BuildConfig"): _BUILD,
    ("build.openshift.io", "Build"): _BUILD,
}
