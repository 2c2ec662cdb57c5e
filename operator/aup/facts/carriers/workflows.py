"""Kinds that run steps one after the other: Argo Workflows and Events, Tekton.

A step is a container and not yet a pod: what it leaves out, its workflow or its task may say.
"""

from typing import Final

from aup.facts.carriers.carrier import Carrier


def _workflow(at: str) -> Carrier:
    """Return a workflow of Argo whose spec is at a path.

    A step may hold its template inline, which holds no further one.
    """
    templates = (
        f"{at}.templates[]",
        f"{at}.templates[].steps[][].inline",
        f"{at}.templates[].dag.tasks[].inline",
        f"{at}.templateDefaults",
    )
    single = ("container", "script", "sidecars[]", "containerSet.containers[]")
    return Carrier(
        fragments=templates,  # for their metadata
        specs=(at, *templates),
        containers=tuple(f"{template}.{field}" for template in templates for field in single),
    )


def _task(*at: str) -> Carrier:
    """Return tasks of Tekton whose specs are at paths."""
    single = ("steps[]", "sidecars[]", "stepTemplate")
    return Carrier(
        specs=at,
        containers=tuple(f"{task}.{field}" for task in at for field in single),
    )


def _pipeline(at: str) -> tuple[str, ...]:
    """Return where a pipeline, whose spec is at a path, keeps tasks of its own."""
    return (f"{at}.tasks[].taskSpec", f"{at}.finally[].taskSpec")


def _with_pods(tasks: Carrier, *pods: str) -> Carrier:
    """Return a run of tasks, which says at some paths what all pods have in common."""
    return Carrier(specs=(*tasks.specs, *pods), containers=tasks.containers)


_WORKFLOW: Final = _workflow("spec")
_EVENTS: Final = Carrier(specs=("spec.template",), containers=("spec.template.container",))

WORKFLOWS: Final[dict[tuple[str, str], Carrier]] = {
    **dict.fromkeys(
        (
            ("argoproj.io", "Workflow"),
            ("argoproj.io", "WorkflowTemplate"),
            ("argoproj.io", "ClusterWorkflowTemplate"),
        ),
        _WORKFLOW,
    ),
    ("argoproj.io", "CronWorkflow"): _workflow("spec.workflowSpec"),
    ("argoproj.io", "Sensor"): _EVENTS,
    ("argoproj.io", "EventSource"): _EVENTS,
    ("tekton.dev", "Task"): _task("spec"),
    ("tekton.dev", "ClusterTask"): _task("spec"),
    ("tekton.dev", "StepAction"): Carrier(containers=("spec",)),
    ("tekton.dev", "TaskRun"): _with_pods(_task("spec.taskSpec"), "spec.podTemplate"),
    ("tekton.dev", "Pipeline"): _task(*_pipeline("spec")),
    ("tekton.dev", "PipelineRun"): _with_pods(
        _task(*_pipeline("spec.pipelineSpec")),
        "spec.podTemplate",
        "spec.taskRunTemplate.podTemplate",
        "spec.taskRunSpecs[].podTemplate",
        "spec.taskRunSpecs[].taskPodTemplate",
    ),
}
