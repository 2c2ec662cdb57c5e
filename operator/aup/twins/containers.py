"""CEL that finds pods, templates and containers in the nine kinds that hold some."""

from collections.abc import Mapping
from typing import Final

from aup.twins.model import quoted, short, some

LISTS: Final = ("containers", "initContainers", "ephemeralContainers")
"""Fields of a pod's spec."""
MOST: Final = 500
"""Containers of a pod, and volumes, that are compared: more than any node runs."""
LONG: Final = 50
"""Capabilities of a container that are looked at for signs: more than there are."""
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
        _at_kind(
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
        " + ".join(map(_containers, LISTS)),
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

_IMAGE: Final = short("e.c.?image.orValue('')", 500) + ".split('@')[0]"
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
_MANY: Final = " || ".join(
    f"(has(s.{name}) && s.{name}.size() > {MOST})" for name in (*LISTS, "volumes")
)
SIGHT: Final = (
    f"[{_SPEC}].exists(s, {_MANY} || {{{POD}}}"
    f" || (has(s.volumes) && s.volumes.exists(v, {{{VOLUME}}}))"
    " || [s.?containers, s.?initContainers, s.?ephemeralContainers].exists(l,"
    f" l.orValue(dyn([])).exists(c, {{{CONTAINER}}}"
    f" || (has(c.securityContext) && ({{{SECURITY}}})))))"
)
"""CEL: the pod, its volumes and all its containers, where these are not so many that it is a sign
by itself. Conditions of a match know no variables."""


def each(where: str, told: str) -> str:
    """Return CEL of a finding for each container that a condition holds of."""
    return f"variables.containers{{side}}.filter(e, {where}){some('e', told)}"
