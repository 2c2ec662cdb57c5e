"""A real API server takes the CRDs and the examples, explains each field, and refuses in words."""

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from aup.api import KINDS, Kind
from aup.api.meta import GROUP, VERSION, read
from support.controlplane import ControlPlane
from support.corpus import documents
from support.repository import ROOT
from support.schema import Schema, crds, lost, named_fields, walk

Manifest = dict[str, Any]
CRDS = {crd.kind: crd for crd in crds()}
EXAMPLES = {k.name: documents(ROOT / f"examples/{k.name.lower()}.yaml")[0] for k in KINDS}
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@dataclass(frozen=True, slots=True)
class Edit:
    """A row of crd_edits.yaml."""

    kind: str
    given: Manifest
    then: Manifest | None
    at: str
    says: str
    """Empty where the edit is accepted."""

    @property
    def id(self) -> str:
        """Name the row by what is written."""
        return f"{self.kind}-{json.dumps(self.then or self.given)}"


EDITS = tuple(
    Edit(kind, row.get("given", {}), row.get("then"), row.get("at", ""), row.get("says", ""))
    for kind, rows in yaml.safe_load(
        (ROOT / "tests/integration/crd_edits.yaml").read_text()
    ).items()
    for row in rows
)
REFUSED = tuple(edit for edit in EDITS if edit.says)
ACCEPTED = tuple(edit for edit in EDITS if not edit.says)


@pytest.fixture(scope="module")
def server() -> Iterator[ControlPlane]:
    """Start a control plane of our own: CRDs are cluster-wide, and other tests install them too."""
    with ControlPlane() as control_plane:
        control_plane.kubectl("apply", "--server-side", "-f", ROOT / "crds")
        control_plane.kubectl("wait", "--for=condition=Established", "crd", "--all")
        control_plane.create_namespace("acme-prod")
        wait_for_discovery(control_plane)
        yield control_plane


def wait_for_discovery(server: ControlPlane) -> None:
    """Let kubectl learn of the new kinds: they are served before they are announced."""
    deadline = time.monotonic() + 30
    command = ("api-resources", f"--api-group={GROUP}", "--cached=false", "-o", "name")
    while len(server.kubectl(*command).stdout.split()) < len(KINDS):
        assert time.monotonic() < deadline, "the API server does not announce all our kinds"
        time.sleep(0.2)


def merged(base: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7386)."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(base) if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def get(server: ControlPlane, manifest: Manifest) -> Manifest:
    """Read an object back."""
    name, namespace = manifest["metadata"]["name"], manifest["metadata"].get("namespace", "default")
    plural = next(k.plural for k in KINDS if k.name == manifest["kind"])
    output = server.kubectl("get", plural, name, "-n", namespace, "-o", "json").stdout
    return dict(json.loads(output))


def test_the_server_takes_every_crd_as_structural(server: ControlPlane) -> None:
    """A schema that is not structural is served without pruning and defaults."""
    items = json.loads(server.kubectl("get", "crd", "-o", "json").stdout)["items"]
    ours = [item for item in items if item["spec"]["group"] == GROUP]
    assert {item["spec"]["names"]["kind"] for item in ours} == {kind.name for kind in KINDS}
    for item in ours:
        conditions = {c["type"]: c["status"] for c in item["status"]["conditions"]}
        assert conditions == {"NamesAccepted": "True", "Established": "True"}


def test_every_field_is_explained_by_the_server(server: ControlPlane) -> None:
    """What ``kubectl explain`` reads has our text for each field."""
    schemas = json.loads(server.get(f"/openapi/v3/apis/{GROUP}/{VERSION}"))["components"]["schemas"]
    for kind, crd in CRDS.items():
        served = schemas[f"com.asergo.aup.{VERSION}.{kind}"]
        texts = {path: schema.get("description") for path, schema, _ in named_fields(served)}
        for path, schema, _ in named_fields(crd.schema):
            assert texts[path] == schema["description"], f"{kind} {path}"


def test_kubectl_explain_tells_unit_and_default(server: ControlPlane) -> None:
    """One field as a person sees it."""
    shown = server.kubectl("explain", "aup.spec.changes.noticeDays").stdout
    assert "FIELD: noticeDays <integer>" in shown
    assert "Days between the creation of a Tenant and enforcement" in " ".join(shown.split())
    assert "Default 30." in shown


@every_kind
def test_example_is_taken_whole(server: ControlPlane, kind: Kind) -> None:
    """Nothing of an example is dropped or changed, neither in spec nor in status."""
    example = EXAMPLES[kind.name]
    text = json.dumps(example)
    server.kubectl("apply", "--server-side", "--validate=strict", "-f", "-", input=text)
    if "status" in example:
        server.kubectl("apply", "--server-side", "--subresource=status", "-f", "-", input=text)
    stored = get(server, example)
    assert lost(example.get("spec", {}), stored.get("spec", {})) == []
    assert lost(example.get("status", {}), stored.get("status", {})) == []


@every_kind
def test_the_server_fills_in_the_defaults_of_the_type(server: ControlPlane, kind: Kind) -> None:
    """A minimal object means the same before and after the server has completed it."""
    manifest = minimal(EXAMPLES[kind.name], CRDS[kind.name].schema)
    created = server.kubectl(
        "create", "--dry-run=server", "-o", "json", "-f", "-", input=json.dumps(manifest)
    ).stdout
    before, after = (read(kind.struct, data) for data in (manifest, json.loads(created)))
    assert getattr(before, "spec", None) == getattr(after, "spec", None)


def minimal(example: Manifest, schema: Schema) -> Manifest:
    """Keep what the schema requires, and what a validation wants besides."""
    body = _required(example, schema, {"names", "address", "namespaces", "quantity", "users"})
    metadata = {"name": example["metadata"]["name"], "namespace": "default"}
    if CRDS[example["kind"]].definition["spec"]["scope"] == "Cluster":
        metadata = {"name": f"minimal-{secrets.token_hex(3)}"}
    head = {"apiVersion": example["apiVersion"], "kind": example["kind"]}
    return {**head, "metadata": metadata, **body}


def _required(data: Any, schema: Schema, wanted: set[str]) -> Any:
    if "properties" not in schema:
        return data
    return {
        name: _required(data[name], child, wanted)
        for name, child in schema["properties"].items()
        if name in data and name in {*schema.get("required", ()), *wanted}
    }


def attempt(server: ControlPlane, edit: Edit) -> tuple[int, list[str]]:
    """Create the edited example, edit it again if told so, and return what kubectl says last."""
    manifest = merged(EXAMPLES[edit.kind], edit.given)
    if "name" not in edit.given.get("metadata", {}):
        manifest["metadata"] = manifest["metadata"] | {"name": f"edited-{secrets.token_hex(3)}"}
    text = json.dumps(manifest)
    result = server.kubectl("create", "-f", "-", input=text, check=edit.then is not None)
    if edit.then is not None:
        target = f"{edit.kind}/{manifest['metadata']['name']}"
        patch = json.dumps(edit.then)
        where = ("-n", manifest["metadata"].get("namespace", "default"))
        result = server.kubectl("patch", target, *where, "--type=merge", "-p", patch, check=False)
    return result.returncode, result.stderr.splitlines()


@pytest.mark.parametrize("edit", REFUSED, ids=lambda edit: edit.id)
def test_refusal_says_what_to_write(server: ControlPlane, edit: Edit) -> None:
    """The exact path and words of each validation, seen from kubectl."""
    code, said = attempt(server, edit)
    assert code == 1
    start, end = f"{edit.at or '<nil>'}: Invalid value: ", f": {edit.says}"
    lines = [(line.partition(" is invalid: ")[2] or line).lstrip("* ") for line in said]
    assert any(line.startswith(start) and line.endswith(end) for line in lines), lines


@pytest.mark.parametrize("edit", ACCEPTED, ids=lambda edit: edit.id)
def test_what_may_change_can_be_changed(server: ControlPlane, edit: Edit) -> None:
    """Validation and immutability stop at what they protect."""
    assert attempt(server, edit) == (0, [])


def test_every_validation_was_seen_to_refuse() -> None:
    """The table above has a row for each validation of each CRD."""
    seen = {(edit.kind, generic(edit.at), edit.says) for edit in REFUSED}
    places = {(kind, at) for kind, at, _ in seen}
    for kind, crd in CRDS.items():
        for path, schema in [("", crd.schema), *((p, s) for p, s, _ in walk(crd.schema))]:
            for rule in schema.get("x-kubernetes-validations", ()):
                assert (kind, path) in places, f"{kind} {path}: {rule['message']}"
                if "messageExpression" not in rule:
                    assert (kind, path, rule["message"]) in seen


def generic(path: str) -> str:
    """Turn ``spec.budget.hard[pods]`` and ``spec.rules[0]`` into paths of the schema."""
    return re.sub(r"\[[^\]]+\]", "{}", re.sub(r"\[\d+\]", "[]", path))


TYPO = merged(EXAMPLES["AcceptableUsePolicy"], {"spec": {"network": {"nodePort": "Forbidden"}}})


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (("create",), 'unknown field "spec.network.nodePort"'),
        (("apply",), 'unknown field "spec.network.nodePort"'),
        (("apply", "--server-side"), ".spec.network.nodePort: field not declared in schema"),
        (
            ("apply", "--server-side", "--validate=false"),
            ".spec.network.nodePort: field not declared in schema",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_misspelt_term_is_refused(server: ControlPlane, how: tuple[str, ...], told: str) -> None:
    """A term that nobody reads would be relied on; server-side apply never takes one."""
    manifest = TYPO | {"metadata": {"name": f"typo-{secrets.token_hex(3)}"}}
    done = server.kubectl(*how, "-f", "-", input=json.dumps(manifest), check=False)
    assert done.returncode == 1
    assert told in done.stderr


def test_whoever_does_not_ask_is_warned_of_a_misspelt_term(server: ControlPlane) -> None:
    """Other clients are told by the server itself, and the term is not stored."""
    manifest = TYPO | {"metadata": {"name": f"typo-{secrets.token_hex(3)}"}}
    done = server.kubectl("create", "--validate=warn", "-f", "-", input=json.dumps(manifest))
    assert done.stderr.splitlines() == ['Warning: unknown field "spec.network.nodePort"']
    assert "nodePort" not in get(server, manifest)["spec"]["network"]


AWAITING = {
    "type": "InForce",
    "status": "False",
    "reason": "AwaitingApproval",
    "message": "Nobody has approved it.",
    "lastTransitionTime": "2026-11-21T00:00:00Z",
}


@pytest.mark.parametrize(
    ("kind", "status", "shown"),
    [
        pytest.param(
            "AddressAssignment",
            {"inForce": True},
            ["198.51.100.16/28", "acme", "true"],
            id="assignment",
        ),
        pytest.param(
            "AddressUse",
            EXAMPLES["AddressUse"]["status"],
            ["acme-prod", "acme", "Service/web"],
            id="last-use-of-an-address",
        ),
        pytest.param(
            "Exemption", {"conditions": [AWAITING]}, ["False", "AwaitingApproval"], id="exemption"
        ),
    ],
)
def test_columns_answer_whether_it_is_in_force(
    server: ControlPlane, kind: str, status: Manifest, shown: list[str]
) -> None:
    """A person sees it without opening the object."""
    example = EXAMPLES[kind]
    server.kubectl("apply", "--server-side", "-f", "-", input=json.dumps(example))
    target = f"{kind}/{example['metadata']['name']}"
    patch = json.dumps({"status": status})
    server.kubectl("patch", target, "--subresource=status", "--type=merge", "-p", patch)
    words = server.kubectl("get", target, "--no-headers").stdout.split()
    assert [word for word in words if word in shown] == shown


def test_the_world_of_the_corpus_and_the_presets_are_valid(server: ControlPlane) -> None:
    """What other tests and the chart rely on is accepted by the server, with no unknown field."""
    paths = [ROOT / "tests/cases/world.yaml", *(ROOT / "operator/aup/presets").glob("*.yaml")]
    for path in paths:
        for number, manifest in enumerate(documents(path)):
            named = manifest | {"metadata": {"name": f"world-{number}-{secrets.token_hex(3)}"}}
            server.kubectl("create", "--dry-run=server", "-f", "-", input=json.dumps(named))
