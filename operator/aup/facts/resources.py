"""What of the node's resources a pod asks for, and what it says of volumes without a size."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from aup.facts.json_value import text_of
from aup.facts.model import Resources, Scratch
from aup.facts.wire.volume import Volume

_NONE: Final[Mapping[str, Any]] = {}


def read_resources(found: object, path: str) -> Resources | None:
    """Read ResourceRequirements; ``None`` where nothing is said."""
    if not isinstance(found, dict) or not found:
        return None
    requests, limits = found.get("requests"), found.get("limits")
    return Resources(
        path,
        requests if isinstance(requests, dict) else _NONE,
        limits if isinstance(limits, dict) else _NONE,
    )


def scratch_volumes(volumes: Iterable[Volume | None] | None, path: str) -> Iterator[Scratch]:
    """Yield the volumes that live on the node; pages that containers ask for are none."""
    for i, volume in enumerate(volumes or ()):
        found = volume.empty_dir if volume is not None else None
        if found is None:
            continue
        medium = text_of(found.get("medium"))
        if medium in {"", "Memory"}:
            at = f"{path}.volumes[{i}].emptyDir"
            yield Scratch(at, medium == "Memory", found.get("sizeLimit"))
