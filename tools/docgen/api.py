"""The custom resources, from ``crds/``."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from docgen.markdown import bullets, code, fence, page, prose, table

JSON = dict[str, Any]


def pages(root: Path) -> dict[str, str]:
    """Return the page of the custom resources."""
    definitions = [
        yaml.safe_load(path.read_text()) for path in sorted((root / "crds").glob("*.yaml"))
    ]
    definitions.sort(key=lambda crd: str(crd["spec"]["names"]["kind"]))
    kinds = [crd["spec"]["names"]["kind"] for crd in definitions]
    return {
        "api.md": page(
            "Custom resources",
            "What each field means, as `kubectl explain` tells it too. Fields without *required* "
            "may be left out. `metadata` and `apiVersion` are as everywhere in Kubernetes.",
            bullets(f"[{kind}](#{kind.lower()})" for kind in kinds),
            *(section(crd, example(root, crd)) for crd in definitions),
        )
    }


def example(root: Path, crd: JSON) -> str:
    """Return the example of a kind."""
    path = root / "examples" / f"{crd['spec']['names']['singular']}.yaml"
    return fence("yaml", path.read_text())


def section(crd: JSON, shown: str) -> str:
    """Return the section of one kind, with its example."""
    spec = crd["spec"]
    names = spec["names"]
    version = spec["versions"][0]
    schema = version["schema"]["openAPIV3Schema"]
    facts = [
        f"`apiVersion: {spec['group']}/{version['name']}`, `kind: {names['kind']}`",
        "one for the cluster" if spec["scope"] == "Cluster" else "in a namespace",
        f"`kubectl get {names.get('shortNames', [names['plural']])[0]}`",
    ]
    columns = [
        (c["name"], c["jsonPath"], c.get("description", ""))
        for c in version.get("additionalPrinterColumns", [])
    ]
    return "\n\n".join(
        part
        for part in (
            f"## {names['kind']}",
            schema.get("description", ""),
            " · ".join(facts),
            shown,
            constraints("On the whole object", schema),
            part_of(schema, "spec"),
            part_of(schema, "status"),
            table(["Column", "Reads", "Meaning"], ((n, code(p), d) for n, p, d in columns)),
        )
        if part
    )


def part_of(schema: JSON, name: str) -> str:
    """Return the table of ``spec`` or ``status``; an empty string when the kind has none."""
    part = schema.get("properties", {}).get(name)
    if part is None:
        return ""
    rows = [
        (code(path), kind(field), "required" if needed else shown_default(field), meaning(field))
        for path, field, needed in fields(part, name)
    ]
    head = f"### {schema_title(name)}"
    return "\n\n".join(
        p
        for p in (head, constraints("", part), table(["Field", "Type", "Default", "Meaning"], rows))
        if p
    )


def schema_title(name: str) -> str:
    """Return the heading of a part."""
    return {"spec": "Specification", "status": "Status (written by the operator)"}[name]


def fields(schema: JSON, path: str) -> Iterator[tuple[str, JSON, bool]]:
    """Yield path, schema and whether it is required, for every field below, in written order."""
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        here = f"{path}.{name}"
        yield here, field, name in required
        yield from fields(field, here)
        if "items" in field:
            yield from fields(field["items"], f"{here}[]")
        extra = field.get("additionalProperties")
        if isinstance(extra, dict):
            yield from fields(extra, f"{here}.<key>")


def kind(field: JSON) -> str:
    """Return a field's type in words."""
    if field.get("x-kubernetes-int-or-string"):
        return "quantity"
    if "items" in field:
        keys = field.get("x-kubernetes-list-map-keys")
        return f"list of {kind(field['items'])}" + (f", by {', '.join(keys)}" if keys else "")
    extra = field.get("additionalProperties")
    if isinstance(extra, dict):
        return f"map of {kind(extra)}"
    if "enum" in field:
        return " or ".join(code(value) for value in field["enum"])
    return str(field.get("format") or field.get("type", "object"))


def shown_default(field: JSON) -> str:
    """Return a field's default as JSON; nothing when it has none."""
    return code(json.dumps(field["default"])) if "default" in field else ""


def meaning(field: JSON) -> str:
    """Return a field's description and what its validations ask for."""
    asked = [v["message"] for v in validations(field) if "message" in v]
    text = prose(str(field.get("description", "")))
    return text + "".join(f" *{prose(message)}.*" for message in asked)


def validations(field: JSON) -> Iterator[JSON]:
    """Yield the CEL validations of a field and of its items."""
    yield from field.get("x-kubernetes-validations", [])
    yield from field.get("items", {}).get("x-kubernetes-validations", [])


def constraints(title: str, schema: JSON) -> str:
    """Return what the validations of an object ask for, as a list."""
    messages = [v["message"] for v in schema.get("x-kubernetes-validations", []) if "message" in v]
    if not messages:
        return ""
    return (f"{title}:\n\n" if title else "") + bullets(prose(message) for message in messages)
