"""NetworkAttachmentDefinition: a network that pods may be plugged into, as JSON in a string."""

from typing import Any, Final

from aup.facts import claims
from aup.facts.cni.go_json import Members, UnreadableJSONError, read_json
from aup.facts.cni.notes import few_ranges
from aup.facts.cni.plugin_config import plugin_leaves
from aup.facts.json_value import text_of, type_of
from aup.facts.model import ClaimSource, Facts, PlatformSetting, Reach, Subject, Surroundings
from aup.facts.wire.shape import Shape, Wire

_PATH: Final = "spec.config"


class _Spec(Wire, frozen=True):
    """NetworkAttachmentDefinition k8s.cni.cncf.io/v1, spec."""

    config: Any = None


class _Definition(Wire, frozen=True):
    """NetworkAttachmentDefinition k8s.cni.cncf.io/v1."""

    spec: _Spec | None = None


_SHAPE = Shape(_Definition)


def attachment_definition(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a NetworkAttachmentDefinition.

    One without a configuration stands for a file on each node that has its name.
    """
    found, problems = _SHAPE.read(raw)
    config = found.spec.config if found.spec else None
    if claims.is_absent(config):
        leaf = _refused(
            "", "is empty, so that a file of the node counts", "write the network there"
        )
        return claims.exposed(subject, problems, [leaf])
    if not isinstance(config, str):
        leaf = _refused(text_of(config), f"is {type_of(config)} where a string belongs")
        return claims.exposed(subject, problems, [leaf])
    try:
        decoded = read_json(config)
    except UnreadableJSONError as error:
        return claims.exposed(subject, problems, [_refused(config, str(error))])
    if not isinstance(decoded, Members) or not any(decoded.all("type", "plugins")):
        return claims.exposed(subject, problems, [_refused(config, "names no plugin")])
    return claims.exposed(subject, problems, few_ranges(plugin_leaves(decoded, _PATH), _PATH))


def _refused(text: str, detail: str, instead: str = "write one JSON object") -> PlatformSetting:
    """Return a configuration that nobody can judge."""
    return PlatformSetting(text, _PATH, ClaimSource.SPEC, Reach.ROUTING, detail, instead=instead)


KINDS: Final = {("k8s.cni.cncf.io", "NetworkAttachmentDefinition"): attachment_definition}
