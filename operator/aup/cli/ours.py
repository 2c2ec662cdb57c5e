"""Objects of our own kinds in files: decoded, and searched for fields that nobody reads.

An API server warns about a field that a schema does not have. Here nobody would: a misspelt name
in the provider's own objects would leave a default in force without a word.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import inspect

from aup.api import KINDS
from aup.api.meta import API_VERSION, GROUP, read
from aup.cli.place import steps
from aup.errors import AupError
from aup.facts.wire.shape import WHOLE, misfit

STRUCTS: Mapping[str, type[msgspec.Struct]] = {kind.name: kind.struct for kind in KINDS}
"""Our kinds by name."""

_LOCATED = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)


_UNQUOTED: Final = "; YAML takes Off, On, No and Yes for booleans, so write them in quotes"
"""What helps where a word was meant: a country, or how much is enforced."""


class BundleError(AupError):
    """What the provider's objects say cannot be used."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Remark(NamedTuple):
    """Something that is wrong with one field."""

    path: str
    text: str


def is_ours(manifest: object) -> bool:
    """Tell whether something is an object of our API group, of whatever version."""
    match manifest:
        case {"apiVersion": str(version)}:
            return version.partition("/")[0] == GROUP
        case _:
            return False


def decode_ours(manifest: Mapping[str, Any]) -> msgspec.Struct | Remark:
    """Read an object as its kind, or say why that cannot be done."""
    if (version := manifest.get("apiVersion")) != API_VERSION:
        return Remark("apiVersion", f"there is no {version}, but {API_VERSION}")
    kind = str(manifest.get("kind"))
    if kind not in STRUCTS:
        return Remark("kind", f"there is no kind {kind} in {API_VERSION}")
    try:
        return read(STRUCTS[kind], manifest)
    except msgspec.ValidationError as error:
        match = _LOCATED.fullmatch(str(error))
        what, path = (match["what"], match["path"] or "") if match else (str(error), "")
        value = _value(manifest, path)
        text = f"{path or WHOLE} {misfit(value, what)}"
        if isinstance(value, bool) and text.endswith("a string belongs"):
            text += _UNQUOTED
        return Remark(path, f"{kind} {_name(manifest)}".strip() + f": {text}")


def unknown_fields(manifest: Mapping[str, Any]) -> Iterator[Remark]:
    """Yield the fields of an object that its kind does not have, with what may be meant."""
    struct = STRUCTS.get(str(manifest.get("kind")))
    if struct is not None:
        for path, name, known in _unknown(_type(struct), manifest, ""):
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield Remark(path, f"unknown field {path}{hint}")


@cache
def _type(struct: type[msgspec.Struct]) -> inspect.Type:
    """Return what a kind is made of; asked for once, since finding out takes milliseconds."""
    return inspect.type_info(struct)


def _unknown(
    info: inspect.Type, value: object, path: str
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield path and name of each field that a type does not have, and the names that it has."""
    match _present(info), value:
        case inspect.StructType(fields=fields), dict(found):
            # Metadata are the API server's, and read by us in part only.
            types = {f.encode_name: f.type for f in fields if path or f.encode_name != "metadata"}
            for name, inner in found.items():
                at = f"{path}.{name}" if path else str(name)
                if name in types:
                    yield from _unknown(types[name], inner, at)
                elif at != "metadata":
                    yield at, str(name), tuple(types)
        case inspect.VarTupleType(item_type=item), list(found):
            for index, inner in enumerate(found):
                yield from _unknown(item, inner, f"{path}[{index}]")
        case inspect.DictType(value_type=item), dict(found):
            for name, inner in found.items():
                yield from _unknown(item, inner, f'{path}["{name}"]')
        case _:
            return


def _present(info: inspect.Type) -> inspect.Type:
    """Strip what says nothing about the fields: constraints, and that it may be absent."""
    if isinstance(info, inspect.Metadata):
        return _present(info.type)
    if isinstance(info, inspect.UnionType):
        kept = [t for t in info.types if not isinstance(t, inspect.NoneType)]
        return _present(kept[0]) if len(kept) == 1 else info
    return info


def _value(manifest: Mapping[str, Any], path: str) -> object:
    """Return what stands under a path; nothing where it leads into a map of any keys."""
    found: Any = manifest
    for step in steps(path):
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError):
            return None
    return found


def _name(manifest: Mapping[str, Any]) -> str:
    metadata = manifest.get("metadata")
    return str(metadata.get("name", "")) if isinstance(metadata, dict) else ""
