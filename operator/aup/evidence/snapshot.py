"""What is taken of an object: its manifest without what is none of our business.

Never taken: values of environment variables (names are kept), data of Secrets and ConfigMaps, and
the same inside of copies that tools keep in annotations. ``managedFields`` only say who wrote.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec

from aup.evidence.record import Item, canonical

REMOVED: Final = "(removed)"
SECRETIVE: Final = frozenset({"Secret", "ConfigMap"})
_DATA: Final = ("data", "stringData", "binaryData")


def scrubbed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest fit to be kept."""
    kept = _scrubbed(manifest)
    metadata = kept.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop("managedFields", None)
        annotations = metadata.get("annotations")
        if isinstance(annotations, dict):
            metadata["annotations"] = {key: _annotation(v) for key, v in annotations.items()}
    if kept.get("kind") in SECRETIVE:
        for field in _DATA:
            if isinstance(kept.get(field), dict):
                kept[field] = dict.fromkeys(kept[field], REMOVED)
    result: dict[str, Any] = kept
    return result


def _scrubbed(value: Any) -> Any:
    """Return a copy in which every list of environment variables has lost its values."""
    if isinstance(value, Mapping):
        return {
            key: _environment(inner) if key == "env" else _scrubbed(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_scrubbed(inner) for inner in value]
    return value


def _environment(value: Any) -> Any:
    """Return environment variables without values; a form that we do not know is removed."""
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        return REMOVED if value else value
    return [
        {key: REMOVED if key == "value" else inner for key, inner in item.items()} for item in value
    ]


def _annotation(value: Any) -> Any:
    """Return an annotation; one that holds JSON, as copies of manifests do, is looked into."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        decoded = msgspec.json.decode(value)
    except msgspec.MsgspecError:
        # Half a manifest may still hold a whole password.
        return REMOVED
    if isinstance(decoded, dict):
        return canonical(scrubbed(decoded)).decode()
    return canonical(_scrubbed(decoded)).decode()


def taken(manifests: Iterable[Mapping[str, Any]]) -> tuple[tuple[Item, bytes], ...]:
    """Return what is kept of objects: an entry for the record, and the bytes."""
    found = []
    for manifest in manifests:
        kept = scrubbed(manifest)
        data = canonical(kept)
        metadata = manifest.get("metadata") or {}
        item = Item(
            api_version=str(manifest.get("apiVersion", "")),
            kind=str(manifest.get("kind", "")),
            namespace=metadata.get("namespace", ""),
            name=metadata.get("name", ""),
            uid=metadata.get("uid", ""),
            resource_version=metadata.get("resourceVersion", ""),
            sha256=sha256(data).hexdigest(),
        )
        found.append((item, data))
    return tuple(found)
