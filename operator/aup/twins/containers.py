"""CEL that finds pods, templates and containers in the nine kinds that hold some."""

from collections.abc import Mapping
from typing import Final

from aup.twins.model import quoted, some

_TEMPLATES: Final[Mapping[str, str]] = {
    "Pod": "",
    "PodTemplate": "template",
    "CronJob": "spec.jobTemplate.spec.template",
}
"""Where a kind keeps its template; all others at ``spec.template``."""


def _at_kind(values: Mapping[str, str], other: str) -> str:
    """Return CEL that chooses by the kind of the object."""
    chosen = "".join(f"variables.kind == '{kind}' ? {cel} : " for kind, cel in values.items())
    return f"({chosen}{other})"


def _containers(name: str) -> str:
    """Return CEL of one list of containers, each with its path."""
    return (
        f"variables.spec{{side}}.?{name}.orValue(dyn([])).transformList(i, c, "
        f"{{'p': dyn(variables.at + '.{name}[' + string(i) + ']'), 'c': dyn(c)}})"
    )


SIDED: Final = (
    (
        "template",
        "{object} == null ? dyn({}) : "
        + _at_kind(
            {
                "Pod": "dyn({object})",
                "PodTemplate": "dyn({object}.?template.orValue(dyn({})))",
                "CronJob": "dyn({object}.?spec.?jobTemplate.?spec.?template.orValue(dyn({})))",
            },
            "dyn({object}.?spec.?template.orValue(dyn({})))",
        ),
    ),
    ("spec", "variables.template{side}.?spec.orValue(dyn({}))"),
    (
        "containers",
        " + ".join(map(_containers, ("containers", "initContainers", "ephemeralContainers"))),
    ),
)

AT: Final = (
    ("kind", "request.kind.kind"),
    (
        "at",
        _at_kind(
            {kind: quoted(f"{path}.spec".lstrip(".")) for kind, path in _TEMPLATES.items()},
            quoted("spec.template.spec"),
        ),
    ),
)

_IMAGE: Final = "e.c.?image.orValue('').split('@')[0]"
REPOSITORY: Final = (
    f"({_IMAGE}.lastIndexOf(':') > {_IMAGE}.lastIndexOf('/') ?"
    f" {_IMAGE}.substring(0, {_IMAGE}.lastIndexOf(':')) : {_IMAGE})"
)
"""CEL: the image of container ``e.c`` without tag and digest, which names it in ratchet keys."""

POD: Final = "pod"
VOLUME: Final = "volume"
CONTAINER: Final = "container"
SECURITY: Final = "security"
"""Places of signs: ``s`` is the pod's spec, ``v`` each volume, ``c`` each container; the
last is for containers that have a ``c.securityContext``."""

_SPEC: Final = (
    "(request.kind.kind == 'Pod' ? object.?spec"
    " : request.kind.kind == 'PodTemplate' ? object.?template.?spec"
    " : request.kind.kind == 'CronJob' ? object.?spec.?jobTemplate.?spec.?template.?spec"
    " : object.?spec.?template.?spec).orValue(dyn({}))"
)
SIGHT: Final = (
    f"[{_SPEC}].exists(s, {{{POD}}} || (has(s.volumes) && s.volumes.exists(v, {{{VOLUME}}}))"
    " || [s.?containers, s.?initContainers, s.?ephemeralContainers].exists(l,"
    f" l.orValue(dyn([])).exists(c, {{{CONTAINER}}}"
    f" || (has(c.securityContext) && ({{{SECURITY}}})))))"
)
"""CEL: the pod, its volumes and all its containers. Conditions of a match know no variables."""


def each(where: str, told: str) -> str:
    """Return CEL of a finding for each container that a condition holds of."""
    return f"variables.containers{{side}}.filter(e, {where}){some('e', told)}"
