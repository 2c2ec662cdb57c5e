"""Kinds that run batches of pods: JobSet and its kin, KEDA, Kueue, Volcano, Kubeflow, Ray."""

from typing import Final

from aup.facts.carriers.carrier import Carrier

_REPLICAS: Final = {
    "JAXJob": "jaxReplicaSpecs",
    "MPIJob": "mpiReplicaSpecs",
    "MXJob": "mxReplicaSpecs",
    "PaddleJob": "paddleReplicaSpecs",
    "PyTorchJob": "pytorchReplicaSpecs",
    "TFJob": "tfReplicaSpecs",
    "XGBoostJob": "xgbReplicaSpecs",
}
"""Jobs of Kubeflow's training operator, and where each keeps its replicas by role."""

_JOB_SET: Final = "replicatedJobs[].template.spec.template"


def _ray_cluster(at: str) -> Carrier:
    """Return a Ray cluster whose spec is at a path."""
    return Carrier(
        templates=(f"{at}.headGroupSpec.template", f"{at}.workerGroupSpecs[].template"),
        images=(f"{at}.autoscalerOptions.image",),
    )


def _ray_job(at: str) -> Carrier:
    """Return a Ray job whose spec is at a path."""
    cluster = _ray_cluster(f"{at}.rayClusterSpec")
    submitter = f"{at}.submitterPodTemplate"
    return Carrier(templates=(*cluster.templates, submitter), images=cluster.images)


BATCH: Final[dict[tuple[str, str], Carrier]] = {
    ("jobset.x-k8s.io", "JobSet"): Carrier(templates=(f"spec.{_JOB_SET}",)),
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): Carrier(
        templates=(
            "spec.leaderWorkerTemplate.leaderTemplate",
            "spec.leaderWorkerTemplate.workerTemplate",
        )
    ),
    ("keda.sh", "ScaledJob"): Carrier(templates=("spec.jobTargetRef.template",)),
    ("kueue.x-k8s.io", "Workload"): Carrier(templates=("spec.podSets[].template",)),
    ("batch.volcano.sh", "Job"): Carrier(templates=("spec.tasks[].template",)),
    ("flow.volcano.sh", "JobTemplate"): Carrier(templates=("spec.tasks[].template",)),
    **{
        ("kubeflow.org", kind): Carrier(templates=(f"spec.{field}.*.template",))
        for kind, field in _REPLICAS.items()
    },
    ("kubeflow.org", "Notebook"): Carrier(templates=("spec.template",)),
    ("kubeflow.org", "Experiment"): Carrier(
        fragments=("spec.trialTemplate.trialSpec.spec.template",)
    ),
    ("kubeflow.org", "PodDefault"): Carrier(specs=("spec",), containers=("spec.sidecars[]",)),
    ("trainer.kubeflow.org", "TrainJob"): Carrier(
        fragments=("spec.podTemplateOverrides[]",),
        images=(
            "spec.trainer.image",
            "spec.initializer.dataset.image",
            "spec.initializer.model.image",
        ),
    ),
    **dict.fromkeys(
        (
            ("trainer.kubeflow.org", "TrainingRuntime"),
            ("trainer.kubeflow.org", "ClusterTrainingRuntime"),
        ),
        Carrier(fragments=(f"spec.template.spec.{_JOB_SET}",)),
    ),
    ("ray.io", "RayCluster"): _ray_cluster("spec"),
    ("ray.io", "RayJob"): _ray_job("spec"),
    ("ray.io", "RayCronJob"): _ray_job("spec.jobTemplate"),
    ("ray.io", "RayService"): _ray_cluster("spec.rayClusterConfig"),
}
