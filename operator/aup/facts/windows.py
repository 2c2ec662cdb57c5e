"""Whether a pod asks for Windows nodes.

Fields read   os.name; nodeSelector; affinity.nodeAffinity.required…nodeSelectorTerms
Asks          os.name `windows`; the label of the operating system, or its deprecated alias, `In`
              values with `windows` or `NotIn` some with the only other system; the label of the
              Windows build, which no other node has
Does not      a toleration, which chooses no node; preferences; values with `linux` alone beside it
"""

from collections.abc import Iterator, Mapping
from typing import Final

from aup.facts.model import WindowsGround
from aup.facts.wire import workload as wire

OS_LABELS: Final = ("kubernetes.io/os", "beta.kubernetes.io/os")
BUILD_LABEL: Final = "node.kubernetes.io/windows-build"
WINDOWS: Final = "windows"
_OTHER: Final = "linux"


def windows_ground(
    spec: wire.PodSpec, selector: Mapping[str, str], path: str
) -> WindowsGround | None:
    """Return the first value that asks for Windows nodes, for the pod spec at ``path``.

    ``selector`` is the spec's nodeSelector, its values checked.
    """
    if spec.os and spec.os.name:
        return WindowsGround(f"{path}.os.name", WINDOWS) if spec.os.name == WINDOWS else None
    if any(selector.get(label, WINDOWS) != WINDOWS for label in OS_LABELS):
        return None
    for label in (*OS_LABELS, BUILD_LABEL):
        if label in selector:
            return WindowsGround(f'{path}.nodeSelector["{label}"]', selector[label])
    affinity = spec.affinity.node_affinity if spec.affinity else None
    if affinity is None or affinity.required is None:
        return None
    at = (
        f"{path}.affinity.nodeAffinity"
        ".requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
    )
    for i, term in enumerate(affinity.required.node_selector_terms or ()):
        found = list(_grounds((term and term.match_expressions) or (), f"{at}[{i}]"))
        if found and all(found):
            return found[0]
    return None


def _grounds(
    requirements: list[wire.NodeRequirement | None] | tuple[()], path: str
) -> Iterator[WindowsGround | None]:
    """Yield, for each requirement on the system, what asks for Windows; ``None``: it forbids it."""
    for i, found in enumerate(requirements):
        at = f"{path}.matchExpressions[{i}]"
        values = (found and found.values) or []
        match found and (found.key, found.operator):
            case (key, "In") if key in OS_LABELS:
                index = values.index(WINDOWS) if WINDOWS in values else None
                named = WindowsGround(f"{at}.values[{index}]", WINDOWS)
                yield named if index is not None else None
            case (key, "NotIn") if key in OS_LABELS and WINDOWS in values:
                yield None
            case (key, "NotIn") if key in OS_LABELS and _OTHER in values:
                yield WindowsGround(f"{at}.operator", "NotIn")
            case (key, "In") if key == BUILD_LABEL and values:
                yield WindowsGround(f"{at}.values[0]", values[0] or "")
            case (key, "Exists") if key == BUILD_LABEL:
                yield WindowsGround(f"{at}.operator", "Exists")
            case _:
                pass
