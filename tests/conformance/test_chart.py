"""The chart: copies are copies, every value is described and checked, names agree with the code."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aup import presets
from aup.api import meta
from aup.controller.quarantine_steps import PROBE_USER
from aup.options import Option, options
from aup.rules import CATALOGUE
from aup.rules.network.platform import NODES
from aup.settings import Settings
from docgen import chart
from docgen.values import described
from support.repository import ROOT

CHART = ROOT / "charts" / "aup-operator"
VALUES = (CHART / "values.yaml").read_text()
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
TEMPLATES = {path.name: path.read_text() for path in sorted((CHART / "templates").iterdir())}
GUARD = {name: text for name, text in TEMPLATES.items() if name.startswith("guard-")}


@pytest.mark.parametrize(
    ("copy", "source"), [("crds", "crds"), ("presets", "operator/aup/presets")]
)
def test_the_chart_carries_copies(copy: str, source: str) -> None:
    """`make sync` makes them; each file, and no other."""
    copies = {path.name: path.read_bytes() for path in (CHART / "files" / copy).iterdir()}
    sources = {path.name: path.read_bytes() for path in (ROOT / source).glob("*.yaml")}
    assert copies == sources


def test_every_preset_can_be_chosen() -> None:
    """By name, or none of them."""
    assert SCHEMA["properties"]["preset"]["enum"] == ["", *presets.names()]


def test_the_readme_is_made_of_the_values() -> None:
    """`make docs` writes it."""
    assert (CHART / "README.md").read_text() == chart.readme(ROOT)


def test_the_list_of_rules_is_made_of_the_catalogue() -> None:
    """`make docs` writes it; who exempts from any other rule is warned by it."""
    assert (ROOT / chart.RULES).read_text() == chart.rules()
    assert yaml.safe_load(chart.rules()) == {"rules": [rule.id for rule in CATALOGUE]}


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of each value; an empty map is one."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    else:
        yield path


def subschema(path: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the schema of a value; None inside of what is Kubernetes' own."""
    schema: dict[str, Any] = SCHEMA
    for key in path:
        if "$ref" in schema:
            return None
        schema = schema["properties"][key]
    return schema


def test_every_value_is_described_and_in_the_schema() -> None:
    """Each leaf has a comment for people and a schema with a description."""
    tree = yaml.compose(VALUES, Loader=yaml.SafeLoader)
    assert isinstance(tree, yaml.MappingNode)
    told = {path for path, _, _ in described(tree, VALUES.splitlines(), "")}
    for leaf in leaves(yaml.safe_load(VALUES)):
        assert any(".".join(leaf[:depth]) in told for depth in range(1, len(leaf) + 1)), leaf
        schema = subschema(leaf)
        if schema is not None and "$ref" not in schema:
            assert schema["description"].endswith("."), leaf


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield each part of the schema that has properties."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_the_schema_refuses_what_it_does_not_know() -> None:
    """But inside the policy, whose schema is that of its definition."""
    overrides = SCHEMA["properties"]["policy"]["properties"]["overrides"]
    for part in objects(SCHEMA):
        if part is not overrides:
            assert part["additionalProperties"] is False, part
    defaults = {leaf[0] for leaf in leaves(yaml.safe_load(VALUES))}
    assert defaults | {"global"} == SCHEMA["properties"].keys()


def test_every_variable_of_the_deployments_is_a_setting() -> None:
    """And the names that the settings make are those of the chart's objects."""
    variables = set(re.findall(r"name: (AUP_\w+)", TEMPLATES["deployments.yaml"]))
    assert variables <= {option.variable for option in options()}
    assert variables >= {"AUP_NAMESPACE", "AUP_FULLNAME", "AUP_PLATFORM_NAMESPACES"}
    settings = Settings(fullname="{{ $name }}")
    for name in (settings.lease_name, settings.certificate_secret, settings.policy_config_map):
        assert f"resourceNames: [{name}]" in TEMPLATES["rbac.yaml"]
    port = next(option for option in options() if option.name == "admission_port")
    assert f"containerPort: {port.default}" in TEMPLATES["deployments.yaml"]


def test_the_webhooks_timeout_is_what_the_process_counts_on() -> None:
    """Its own deadline lies below it."""
    seconds: Option = next(option for option in options() if option.name == "webhook_seconds")
    assert f"timeoutSeconds: {seconds.default:g}" in TEMPLATES["webhook.yaml"]
    assert f'AUP_WEBHOOK_SECONDS, value: "{seconds.default:g}"' in TEMPLATES["deployments.yaml"]


def test_the_chart_knows_the_nodes_that_the_rules_know() -> None:
    """Nobody asks about a report of theirs; in an outage none of them may wait for us."""
    (chart,) = re.findall(
        r'define "aup.nodeGroups" -}}\n{{- list ([^|]*)\|', TEMPLATES["_helpers.tpl"]
    )
    assert set(re.findall(r"[\w:-]+", chart)) == NODES


def test_the_guard_speaks_of_the_names_of_the_code() -> None:
    """Stamps, claims, objects, verbs and accounts."""
    told = "".join(GUARD.values())
    for name in (
        *(meta.STATE_LABEL, meta.CLAIM_PREFIX, f"'{meta.GROUP}/'", meta.MANAGED_LABEL),
        *(meta.QUOTA_NAME, meta.LIMIT_RANGE_NAME, meta.QUARANTINE_POLICY_NAME),
        *(f"check('{meta.STAMP_VERB}')", f"'{meta.APPROVE_VERB}'", f"'{meta.REPORT_VERB}'"),
        *(f"'{meta.DESK_SOURCE}'", f"'{meta.USAGE_SOURCE}'", f":{meta.SOURCE_ACCOUNT_PREFIX}"),
    ):
        assert name in told, name
    assert f"values: [{meta.NamespaceState.ISOLATED}]" in GUARD["guard-quarantine.yaml"]
    assert f"{meta.TENANT_LABEL}, operator: Exists" in TEMPLATES["webhook.yaml"]
    assert f'resourceNames: ["{PROBE_USER}"]' in TEMPLATES["rbac.yaml"]
    source = SCHEMA["properties"]["abuse"]["properties"]["sources"]["items"]
    assert source["not"] == {"enum": [meta.DESK_SOURCE, meta.USAGE_SOURCE]}


@pytest.mark.parametrize("name", GUARD)
def test_a_policy_of_the_guard_avoids_what_fails_at_run_time(name: str) -> None:
    """What compiles, and then refuses or loses everything (each of them seen)."""
    policy = GUARD[name]
    assert "failurePolicy: Fail" in policy
    conditions = policy.partition("matchConditions:")[2].partition("variables:")[0]
    # Null there, and an error in a condition is a refusal.
    assert "namespaceObject" not in conditions
    # Absent on a main resource.
    for line in policy.splitlines():
        if "request.subResource" in line:
            assert "has(request.subResource)" in line
    # Absent for a deletion of a collection.
    assert not re.search(r"request\.name\b", re.sub(r"(?m)^\s*#.*$", "", policy))
    variables = policy.partition("variables:")[2].partition("validations:")[0]
    if "authorizer" in variables:
        # Not known in a messageExpression: a variable that asks it cannot be told.
        told = policy.partition("messageExpression:")[2]
        assert "variables.passes" not in told


def test_no_template_writes_the_webhooks_authority() -> None:
    """The controller fills it in; a rendered one would be put back at each sync."""
    for name, template in TEMPLATES.items():
        assert "caBundle:" not in template, name


def test_the_definitions_can_be_given_an_annotation() -> None:
    """The template puts it under the first `metadata:`, as text."""
    for path in sorted((CHART / "files" / "crds").iterdir()):
        definition = path.read_text()
        assert definition.count("\nmetadata:\n") == 1, path.name
        assert yaml.safe_load(definition)["metadata"].keys() == {"name"}, path.name


def test_the_paths_of_this_test_exist() -> None:
    """A folder that was moved would make the tests above empty."""
    assert set(GUARD) == {
        f"guard-{name}.yaml"
        for name in ("managed", "namespaces", "objects", "quarantine", "unclaimed")
    }
    assert Path(CHART / "files/quarantine-lock.yaml").is_file()
