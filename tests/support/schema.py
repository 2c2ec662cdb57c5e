"""Our CRDs as data: loaded, flattened, compared with types, and turned into JSON Schema."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from msgspec import inspect

from support.repository import ROOT

Schema = dict[str, Any]
ENVELOPE = frozenset({"apiVersion", "kind", "metadata"})
"""Fields of every object, which the API server itself defines."""


@dataclass(frozen=True, slots=True)
class Crd:
    """One file under crds/."""

    path: str
    definition: dict[str, Any]

    @property
    def kind(self) -> str:
        """Return the kind that it defines."""
        return str(self.definition["spec"]["names"]["kind"])

    @property
    def version(self) -> dict[str, Any]:
        """Return its only version."""
        (version,) = self.definition["spec"]["versions"]
        return dict(version)

    @property
    def schema(self) -> Schema:
        """Return the structural schema of the whole object."""
        return dict(self.version["schema"]["openAPIV3Schema"])


@cache
def crds() -> tuple[Crd, ...]:
    """Return every CRD, sorted by file name."""
    return tuple(
        Crd(str(path.relative_to(ROOT)), yaml.safe_load(path.read_text()))
        for path in sorted((ROOT / "crds").glob("*.yaml"))
    )


@dataclass(frozen=True, slots=True)
class Field:
    """What schema and type must say alike about one field."""

    type: str
    required: bool
    default: Any = None
    """None where there is none, or where it is empty: absent and empty mean the same to us."""
    enum: tuple[str, ...] = ()


def walk(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema, bool]]:
    """Yield path, schema and whether it is required, of every field below an object.

    Paths read ``spec.rules[].id`` and, for values of a map, ``spec.budget.hard{}``.
    """
    for name, child in schema.get("properties", {}).items():
        at = f"{path}.{name}" if path else name
        yield at, child, name in schema.get("required", ())
        yield from _inner(child, at)


def _inner(schema: Schema, path: str) -> Iterator[tuple[str, Schema, bool]]:
    if "items" in schema:
        yield f"{path}[]", schema["items"], True
        yield from _inner(schema["items"], f"{path}[]")
    elif "additionalProperties" in schema:
        yield f"{path}{{}}", schema["additionalProperties"], True
        yield from _inner(schema["additionalProperties"], f"{path}{{}}")
    else:
        yield from walk(schema, path)


def named_fields(schema: Schema) -> Iterator[tuple[str, Schema, bool]]:
    """Yield the fields that have a name: what ``kubectl explain`` shows."""
    return (found for found in walk(schema) if not found[0].endswith(("[]", "{}")))


def schema_fields(crd: Crd) -> dict[str, Field]:
    """Flatten a CRD."""
    return {
        path: Field(
            type=_schema_type(schema),
            required=required,
            default=_default(schema.get("default"), is_object=_schema_type(schema) == "object"),
            enum=tuple(sorted(schema.get("enum", ()))),
        )
        for path, schema, required in walk(crd.schema)
    }


def _schema_type(schema: Schema) -> str:
    if schema.get("x-kubernetes-int-or-string"):
        return "int-or-string"
    if "additionalProperties" in schema:
        return "map"
    if schema["type"] == "string":
        return str(schema.get("format", "string"))
    return str(schema["type"])


def _default(value: Any, *, is_object: bool) -> Any:
    """Keep ``{}`` of an object: unlike an absent object, its fields take their own defaults."""
    value = list(value) if isinstance(value, tuple) else value
    return value if is_object or value not in ([], {}, None) else None


def struct_fields(struct: type[msgspec.Struct]) -> dict[str, Field]:
    """Flatten one of our types in the same way."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return {path: field for path, field in _struct(info, "") if path not in ENVELOPE}


def _struct(info: inspect.StructType, path: str) -> Iterator[tuple[str, Field]]:
    for field in info.fields:
        at = f"{path}.{field.encode_name}" if path else field.encode_name
        if not path and field.encode_name in ENVELOPE:
            continue
        yield at, _field(field)
        yield from _below(field.type, at)


def _below(info: inspect.Type, path: str) -> Iterator[tuple[str, Field]]:
    info = _present(info)
    if isinstance(info, inspect.StructType):
        yield from _struct(info, path)
    elif isinstance(info, inspect.VarTupleType):
        yield f"{path}[]", _item(info.item_type)
        yield from _below(info.item_type, f"{path}[]")
    elif isinstance(info, inspect.DictType):
        yield f"{path}{{}}", _item(info.value_type)
        yield from _below(info.value_type, f"{path}{{}}")


def _item(info: inspect.Type) -> Field:
    return Field(_struct_type(info), required=True, enum=_enum(info))


def _field(field: inspect.Field) -> Field:
    default = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    elif default is msgspec.NODEFAULT:
        default = None
    if isinstance(default, msgspec.Struct):
        assert default == msgspec.convert({}, type(default)), f"{field.name}: default is not {{}}"
        default = {}
    return Field(
        type=_struct_type(field.type),
        required=field.required,
        default=_default(
            msgspec.to_builtins(default), is_object=_struct_type(field.type) == "object"
        ),
        enum=_enum(field.type),
    )


def _present(info: inspect.Type) -> inspect.Type:
    """Strip ``| None`` and annotations: both say nothing about what is written."""
    if isinstance(info, inspect.Metadata):
        return _present(info.type)
    if isinstance(info, inspect.UnionType):
        kept = [t for t in info.types if not isinstance(t, inspect.NoneType)]
        return _present(kept[0]) if len(kept) == 1 else inspect.UnionType(tuple(kept))
    return info


def _struct_type(info: inspect.Type) -> str:
    info = _present(info)
    names: tuple[tuple[type[inspect.Type], str], ...] = (
        (inspect.StructType, "object"),
        (inspect.DictType, "map"),
        (inspect.VarTupleType, "array"),
        (inspect.EnumType, "string"),
        (inspect.StrType, "string"),
        (inspect.IntType, "integer"),
        (inspect.DecimalType, "number"),
        (inspect.BoolType, "boolean"),
        (inspect.DateTimeType, "date-time"),
        (inspect.DateType, "date"),
        (inspect.UnionType, "int-or-string"),
    )
    return next(name for type_, name in names if isinstance(info, type_))


def _enum(info: inspect.Type) -> tuple[str, ...]:
    info = _present(info)
    if not isinstance(info, inspect.EnumType):
        return ()
    return tuple(sorted(str(member.value) for member in info.cls))


def differences(
    crd: dict[str, Field], type_: dict[str, Field]
) -> dict[str, tuple[Field | None, Field | None]]:
    """Return what a CRD and a type say of a path, where they do not say the same."""
    return {
        path: (crd.get(path), type_.get(path))
        for path in sorted(crd.keys() | type_.keys())
        if crd.get(path) != type_.get(path)
    }


FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or date.fromisoformat(value) is not None


def validator(schema: Schema) -> Draft202012Validator:
    """Return a validator that also refuses fields which the API server would drop."""
    return Draft202012Validator(json_schema(schema), format_checker=FORMATS)


def json_schema(schema: Schema) -> Schema:
    """Translate an OpenAPI v3 structural schema to JSON Schema as Python understands it."""
    result = {k: v for k, v in schema.items() if not k.startswith("x-")}
    if "pattern" in schema:
        result["pattern"] = python_pattern(schema["pattern"])
    if "items" in schema:
        result["items"] = json_schema(schema["items"])
    if "additionalProperties" in schema:
        result["additionalProperties"] = json_schema(schema["additionalProperties"])
    if "properties" in schema:
        result["properties"] = {k: json_schema(v) for k, v in schema["properties"].items()}
        result["additionalProperties"] = False
    if result.pop("nullable", False):
        result["type"] = [schema["type"], "null"]
    return result


def python_pattern(pattern: str) -> str:
    """Write a pattern of Go (RE2) so that Python means the same: ASCII, ``$`` is the very end."""
    return re.sub(r"\$$", r"\\Z", pattern).replace(r"\d", "[0-9]")


def lost(sent: Any, got: Any, path: str = "") -> list[str]:
    """Return the paths at which something that was sent did not come back."""
    if sent in (None, []):
        return [] if got is None else [path]
    if isinstance(sent, Mapping):
        if not isinstance(got, Mapping):
            return [path]
        return [p for k, v in sent.items() for p in lost(v, got.get(k), f"{path}.{k}")]
    if isinstance(sent, list):
        if not isinstance(got, list) or len(sent) != len(got):
            return [path]
        return [p for i, v in enumerate(sent) for p in lost(v, got[i], f"{path}[{i}]")]
    return [] if sent == got or _same_time(sent, got) else [path]


def _same_time(sent: Any, got: Any) -> bool:
    """Tell whether both are one instant, in whatever form."""
    try:
        return datetime.fromisoformat(sent) == datetime.fromisoformat(got)
    except (TypeError, ValueError):
        return False
