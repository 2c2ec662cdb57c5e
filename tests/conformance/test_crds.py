"""CRDs and types say the same, and the CRDs explain themselves."""

import copy
import re

import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aup.api import KINDS, Kind
from aup.api.meta import API_VERSION, GROUP, VERSION, read, write
from support.repository import ROOT
from support.schema import (
    ENVELOPE,
    Crd,
    Field,
    Schema,
    crds,
    differences,
    lost,
    named_fields,
    schema_fields,
    struct_fields,
    validator,
    walk,
)
from support.schema_data import data, date_times
from support.sections import sections_of_the_policy

CRDS = {crd.kind: crd for crd in crds()}
every_crd = pytest.mark.parametrize("crd", crds(), ids=lambda crd: crd.kind)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)

HELD_BY_CEL = {("AbuseReport", "spec.observedAt")}
"""Times without ``format: date-time``: its refusal would not say that the offset is missing."""
MATERIAL = ("enforcement", "rules", *sections_of_the_policy())
"""Parts of a policy whose edit makes a new revision …"""
RECORDS = ("export.lists", "mail.relayCIDRs", "security.malwareDigests")
"""… but for these, which record facts: where terms came from, where the relay is, and what is
known to do harm."""


def test_every_kind_has_its_crd_and_every_crd_its_kind() -> None:
    """Names, plural and scope agree, and files are named after them."""
    assert {(k.name, k.plural, k.namespaced) for k in KINDS} == {
        (
            crd.kind,
            crd.definition["spec"]["names"]["plural"],
            crd.definition["spec"]["scope"] == "Namespaced",
        )
        for crd in crds()
    }
    for crd in crds():
        plural = crd.definition["spec"]["names"]["plural"]
        assert crd.path == f"crds/{GROUP}_{plural}.yaml"
        assert crd.definition["metadata"]["name"] == f"{plural}.{GROUP}"


@every_crd
def test_crd_serves_one_version_with_its_status_apart(crd: Crd) -> None:
    """Whoever may write a spec may not thereby write what is in force."""
    assert crd.definition["spec"]["group"] == GROUP
    assert crd.version["name"] == VERSION
    assert crd.version["served"]
    assert crd.version["storage"]
    with_status = "status" in crd.schema["properties"]
    assert crd.version.get("subresources") == ({"status": {}} if with_status else None)
    assert crd.definition["spec"]["names"]["categories"] == ["aup-operator"]


def fields_of_crd(kind: Kind) -> dict[str, Field]:
    """Flatten the CRD; a time that CEL holds counts as the time that it is."""
    found = schema_fields(CRDS[kind.name])
    for name, path in HELD_BY_CEL:
        if name == kind.name:
            found[path] = Field("date-time", found[path].required, found[path].default)
    return found


def fields_of_type(kind: Kind) -> dict[str, Field]:
    """Flatten the type; its default for a missing status is for readers, not for the server."""
    found = struct_fields(kind.struct)
    if "status" in found:
        found["status"] = Field("object", required=False, default=None)
    return found


@every_kind
def test_crd_and_type_agree_field_by_field(kind: Kind) -> None:
    """Compare type, required, default and enum of each path, both ways."""
    assert differences(fields_of_crd(kind), fields_of_type(kind)) == {}


@pytest.mark.parametrize(
    ("path", "edit"),
    [
        pytest.param("spec.extra", {"type": "string"}, id="field-that-the-type-lacks"),
        pytest.param("spec.state", None, id="field-that-the-crd-lacks"),
        pytest.param("spec.cidr", {"type": "integer"}, id="other-type"),
        pytest.param("spec.state", {"default": "Suspended"}, id="other-default"),
        pytest.param("spec.state", {"enum": ["Active"]}, id="other-enum"),
    ],
)
def test_a_difference_is_found_by_name(path: str, edit: Schema | None) -> None:
    """The comparison above would notice."""
    kind = next(kind for kind in KINDS if kind.name == "AddressAssignment")
    crd = Crd("", copy.deepcopy(CRDS[kind.name].definition))
    properties = crd.schema["properties"]["spec"]["properties"]
    name = path.split(".")[1]
    if edit is None:
        del properties[name]
    else:
        properties[name] = properties.get(name, {}) | edit
    assert list(differences(schema_fields(crd), fields_of_type(kind))) == [path]


@every_crd
def test_nullable_fields_are_optional_in_the_type(crd: Crd) -> None:
    """A null that the server stores can be decoded without any preparation."""
    struct = next(k.struct for k in KINDS if k.name == crd.kind)
    types = struct_fields(struct)
    for path, schema, required in named_fields(crd.schema):
        if schema.get("nullable"):
            assert not required
            assert types[path].default is None


@every_crd
def test_every_field_is_explained(crd: Crd) -> None:
    """Descriptions are sentences, and say what an optional field is when it is not written."""
    missing = []
    assert crd.schema["description"].endswith(".")
    for path, schema, required in named_fields(crd.schema):
        text = schema.get("description", "")
        if not text.endswith("."):
            missing.append(f"{path}: no sentence")
        if not path.startswith("spec.") or required:
            continue
        if schema.get("default") not in ({}, None) or "default" not in schema:
            missing += [f"{path}: no default told"] if "efault" not in text else []
        told = schema.get("default")
        words = f"[{', '.join(map(str, told))}]" if isinstance(told, list) else str(told)
        if told not in (None, [], {}) and words.lower() not in text.lower():
            missing.append(f"{path}: the default {told} is not told")
    assert missing == []


@every_crd
def test_every_number_says_its_unit(crd: Crd) -> None:
    """A bare number in a spec is a count of something that name or text names."""
    for path, schema, _ in named_fields(crd.schema):
        if path.startswith("spec.") and schema.get("type") in {"integer", "number"}:
            words = f"{path} {schema['description']}".lower()
            units = r"days|seconds|percent|share|hour|many|port"
            assert re.search(units, words), path


@every_crd
def test_every_validation_says_what_to_write(crd: Crd) -> None:
    """The API server would print the bare expression otherwise."""
    schemas = [("", crd.schema, True), *walk(crd.schema)]
    rules = [(p, r) for p, s, _ in schemas for r in s.get("x-kubernetes-validations", ())]
    for path, rule in rules:
        assert len(rule.get("message", "")) > 20, f"{path}: {rule['rule']}"
        assert "\n" not in rule["message"], f"{path}: {rule['rule']}"


@every_crd
def test_everything_a_person_writes_is_bounded(crd: Crd) -> None:
    """Unbounded text or lists would make the validations too costly to be accepted."""
    unbounded = [
        path
        for path, schema, _ in walk(crd.schema)
        if path.startswith("spec")
        and not (
            {"maxLength", "enum", "maxItems", "properties", "maxProperties", "maximum"}
            & schema.keys()
            or schema.get("type") == "boolean"
        )
    ]
    assert unbounded == []


@every_crd
def test_every_list_says_how_it_merges(crd: Crd) -> None:
    """Server-side apply needs to know what one entry is."""
    for path, schema, _ in walk(crd.schema):
        if schema.get("type") == "array":
            assert schema.get("x-kubernetes-list-type") in {"set", "map", "atomic"}, path
        keys = set(schema.get("x-kubernetes-list-map-keys", ()))
        assert keys <= set(schema.get("items", {}).get("required", ())), path


@every_crd
def test_printer_columns_show_fields_that_exist(crd: Crd) -> None:
    """A column of a misspelt path would stay empty for ever."""
    known = {path for path, _, _ in walk(crd.schema)} | {"metadata.creationTimestamp"}
    for column in crd.version["additionalPrinterColumns"]:
        path = re.sub(r"\[[^]]*\]", "[]", column["jsonPath"]).removeprefix(".")
        assert path in known, column
        condition = re.search(r'@\.type=="(\w+)"', column["jsonPath"])
        if condition:
            told = crd.schema["properties"]["status"]["properties"]["conditions"]["description"]
            assert condition[1] in told, column


def test_every_material_term_is_named_by_the_revision_rule() -> None:
    """A term that the rule forgot could be changed behind a revision's back."""
    spec = CRDS["AcceptableUsePolicy"].schema["properties"]["spec"]
    rules = " ".join(rule["rule"] for rule in spec["x-kubernetes-validations"])
    compared = set(re.findall(r"self\.([\w.]+) == oldSelf\.\1(?![\w.])", rules))
    terms = {p: schema for p, schema in leaves(spec) if p.split(".")[0] in MATERIAL}
    assert terms.keys() - set(RECORDS) == compared
    # Reading a field that may be absent would refuse every edit, whatever it says.
    optional = set(re.findall(r"has\(self\.([\w.]+)\) == has\(oldSelf\.\1\)", rules))
    assert {p for p in terms if "default" not in terms[p]} - set(RECORDS) == optional


def leaves(schema: Schema, path: str = "") -> list[tuple[str, Schema]]:
    """Return the fields of objects in objects; a list or a map is one leaf."""
    found: list[tuple[str, Schema]] = []
    for name, child in schema["properties"].items():
        at = f"{path}.{name}" if path else name
        found += leaves(child, at) if "properties" in child else [(at, child)]
    return found


@every_kind
@given(draw=st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_what_the_crd_accepts_the_type_reads_and_writes_back(
    kind: Kind, draw: st.DataObject
) -> None:
    """Nothing valid is lost or refused, and what the type writes is valid again."""
    schema = body_schema(kind)
    written = draw.draw(data(schema))
    for name, path in HELD_BY_CEL:
        if name == kind.name:
            parent, field = path.split(".")
            written[parent][field] = draw.draw(date_times())
    check = validator(schema)
    check.validate(written)

    value = read(
        kind.struct, {"apiVersion": API_VERSION, "kind": kind.name, "metadata": {}, **written}
    )
    again = {k: v for k, v in write(value).items() if k not in ENVELOPE}

    check.validate(again)
    assert lost(written, again) == []


def body_schema(kind: Kind) -> Schema:
    """Return the schema of an object without what every object has."""
    schema = CRDS[kind.name].schema
    return {k: v for k, v in schema.items() if k != "x-kubernetes-validations"}


@every_kind
def test_every_kind_has_one_example_that_schema_and_type_understand(kind: Kind) -> None:
    """Examples hold no field that the server would drop."""
    text = (ROOT / "examples" / f"{kind.name.lower()}.yaml").read_text()
    example = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text only: dates stay text
    assert (example["apiVersion"], example["kind"]) == (API_VERSION, kind.name)
    example = yaml.safe_load(text)
    body = {k: v for k, v in example.items() if k not in ENVELOPE}
    validator(body_schema(kind)).validate(body)
    assert isinstance(read(kind.struct, example), msgspec.Struct)


def test_there_is_no_other_example() -> None:
    """A file that no kind owns would be checked by nothing."""
    found = {path.name for path in (ROOT / "examples").glob("*.yaml")}
    assert found == {f"{kind.name.lower()}.yaml" for kind in KINDS}
