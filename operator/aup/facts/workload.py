"""The nine core kinds that hold a pod or a template of one.

Pod, PodTemplate, ReplicationController, ReplicaSet, Deployment, StatefulSet, DaemonSet, Job,
CronJob. A subresource that carries a Pod (ephemeralcontainers, resize, status) is read as the Pod
that it would leave behind.
"""

from typing import Final

from msgspec.structs import replace

from aup.facts.cni.pod_status import with_status
from aup.facts.model import Facts, Operation, Subject, Surroundings
from aup.facts.pod import Problems, read_pod
from aup.facts.wire import workload as wire

TEMPLATE_MAKERS = frozenset(
    {
        "system:serviceaccount:kube-system:deployment-controller",
        "system:serviceaccount:kube-system:cronjob-controller",
        # Both of them, where the controllers share the credentials of their process.
        "system:kube-controller-manager",
    }
)
"""Who makes ReplicaSets and Jobs out of Deployments and CronJobs that were admitted before."""

POD_MAKERS = frozenset(
    {
        "system:serviceaccount:kube-system:replicaset-controller",
        "system:serviceaccount:kube-system:replication-controller",
        "system:serviceaccount:kube-system:statefulset-controller",
        "system:serviceaccount:kube-system:daemon-set-controller",
        "system:serviceaccount:kube-system:job-controller",
        "system:kube-controller-manager",
    }
)
"""Who makes Pods out of them. Operators of tenants make Pods as well: those name their owner."""

_ACCOUNT: Final = "system:serviceaccount:"
"""Beginning of the user names of programs."""


def pod(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a Pod; what its status says of addresses counts where the request writes the status."""
    found, problems = wire.POD.read(raw)
    facts = _facts(subject, surroundings, problems, found, "", is_pod=True)
    return with_status(facts, found.status) if found.status else facts


def pod_template(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a PodTemplate."""
    found, problems = wire.POD_TEMPLATE.read(raw)
    return _facts(subject, surroundings, problems, found.template, "template.", found.metadata)


def controller(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a kind with one template at ``spec.template``, such as a Deployment or a Job."""
    found, problems = wire.CONTROLLER.read(raw)
    template = found.spec.template if found.spec else None
    return _facts(subject, surroundings, problems, template, "spec.template.", found.metadata)


def cron_job(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a CronJob."""
    found, problems = wire.CRON_JOB.read(raw)
    job = found.spec.job_template if found.spec else None
    template = job.spec.template if job and job.spec else None
    at = "spec.jobTemplate.spec.template."
    return _facts(subject, surroundings, problems, template, at, found.metadata)


def _facts(
    subject: Subject,
    surroundings: Surroundings,
    problems: Problems,
    template: wire.PodTemplateSpec | None,
    prefix: str,
    maker: wire.Labelled | None = None,
    *,
    is_pod: bool = False,
) -> Facts:
    """Return the facts of the template under ``prefix``."""
    workload, misfits = read_pod(
        template,
        prefix,
        subject.namespace,
        surroundings,
        continues=_goes_on(subject, template if is_pod else None),
        budget_settled=not is_pod or _budget_settled(subject, surroundings),
    )
    if maker and maker.labels:
        said = {key: value for key, value in maker.labels.items() if isinstance(value, str)}
        workload = replace(workload, maker_labels=said)
    return Facts(subject, (workload,), problems=(*problems, *misfits))


def _goes_on(subject: Subject, pod: wire.PodTemplateSpec | None) -> bool:
    """Whether the object is made by a controller, out of one that was admitted before."""
    writer = subject.writer.username if subject.writer else ""
    if pod is None:
        return writer in TEMPLATE_MAKERS
    if writer in POD_MAKERS:
        return True
    owners = (pod.metadata and pod.metadata.owner_references) or ()
    # A person has no Pods to make anew; a file, and what audit finds, has no writer.
    program = not writer or writer.startswith(_ACCOUNT)
    return program and any(owner and owner.controller for owner in owners)


def _budget_settled(subject: Subject, surroundings: Surroundings) -> bool:
    """Whether a quota counts the Pod; one that exists already was counted when it was created."""
    if subject.operation is not Operation.CREATE or subject.subresource:
        return True
    return surroundings.budget_settled(subject.namespace)
