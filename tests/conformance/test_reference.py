"""The generated reference: complete, and as its sources are."""

import re
from typing import Any

import pytest

from aup import metrics
from aup.engine.evaluate import UNREADABLE
from aup.options import options
from aup.rules import CATALOGUE, RULE_IDS
from aup.rules.base import Rule
from docgen import api, rules, settings, values
from docgen import metrics as metrics_page
from docgen.preset import loaded, serving
from support.repository import ROOT
from support.schema import crds, walk


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.id)
def test_a_rule_says_what_it_reads_allows_and_cannot_see(rule: Rule[Any, Any]) -> None:
    """Its module's docstring says so under its id, and its page shows it."""
    said = rules.block(rule)
    assert {"Fields read", "Allowed"} <= said.keys()
    assert rule.blind
    page = rules.rule_page(ROOT, rule, loaded())
    assert all(heading in page for heading in ("What it cannot see", "What is refused"))


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.id)
def test_a_rule_serves_a_clause_of_the_default_preset(rule: Rule[Any, Any]) -> None:
    """A rule that no contract asks for has no place."""
    served = [clause.id for policy in loaded() for clause in serving(policy, rule.id)]
    assert served


def test_every_link_of_a_denial_leads_to_a_page() -> None:
    """That of what cannot be read, too, which is no rule of the catalogue."""
    assert {f"rules/{id_}.md" for id_ in (*RULE_IDS, UNREADABLE)} < rules.pages(ROOT).keys()


def test_every_field_of_every_kind_has_a_row() -> None:
    """With a meaning in it."""
    page = api.pages(ROOT)["api.md"]
    for crd in crds():
        section = page.split(f"\n## {crd.kind}\n")[1].split("\n## ")[0]
        rows = dict(re.findall(r"^\| `([^`]+)` \| .* \| (.*) \|$", section, flags=re.MULTILINE))
        wanted = {
            path.replace("{}", ".<key>")
            for path, _, _ in walk(crd.schema)
            if path not in {"spec", "status"} and not path.endswith(("[]", "{}"))
        }
        assert wanted <= rows.keys(), crd.kind
        assert not [path for path in wanted if not rows[path].strip()], crd.kind


def test_every_metric_has_a_row() -> None:
    """Those of the registry, which is what `/metrics` answers."""
    page = metrics_page.pages(ROOT)["metrics.md"]
    counted = {"counter": "_total"}
    names = {m.name + counted.get(m.type, "") for m in metrics.REGISTRY.collect()}
    assert names == set(re.findall(r"^\| `(\w+)`", page, flags=re.MULTILINE))


def test_every_setting_has_a_row() -> None:
    """As flag and as variable."""
    page = settings.pages(ROOT)["settings.md"]
    assert all(f"| `{o.flag}` | `{o.variable}` |" in page for o in options())


def test_values_are_read_with_the_comment_above_them() -> None:
    """A comment that describes nothing is left out, one of several lines is joined."""
    table = values.values_table(
        "# only a remark\nplain: 1\n\n"
        "# -- How many.\n# At least two.\nreplicas: 2\n"
        "# -- Where.\nimage:\n  # -- Name, or `a|b`.\n  name: ''\n"
    )
    assert table.splitlines()[2:] == [
        "| `replicas` | `2` | How many. At least two. |",
        "| `image` |  | Where. |",
        '| `image.name` | `""` | Name, or `a\\|b`. |',
    ]
