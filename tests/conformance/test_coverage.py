"""The page of coverage: each clause of each document has one row that says what serves it."""

import re

import pytest

from aup.rules import RULE_IDS
from docgen import coverage
from docgen.preset import loaded
from support.clauses import DOCUMENTS
from support.corpus import CASES
from support.repository import ROOT

PAGE = coverage.pages(ROOT)["coverage.md"]
ROW = re.compile(r"^\| ([a-z]+/\S+) \| (.*) \| (.*) \| (.*) \|$", re.MULTILINE)
ROWS = {id_: tuple(served) for id_, *served in ROW.findall(PAGE)}


def test_every_clause_of_every_document_has_one_row_in_its_order() -> None:
    """And there is no row of something else."""
    wanted = [f"{document}/{id_}" for document, ids in DOCUMENTS.items() for id_ in ids]
    assert [id_ for id_, *_ in ROW.findall(PAGE)] == wanted


@pytest.mark.parametrize("id_", ROWS)
def test_a_row_says_what_serves_its_clause(id_: str) -> None:
    """Rules with cases, reports, or a duty; whoever looks a clause up finds no empty row."""
    assert any(cell.strip() for cell in ROWS[id_])


def test_the_links_of_the_rows_lead_to_folders_with_the_cases_that_are_counted() -> None:
    """A rule that serves a clause is shown to refuse something and to let something pass."""
    linked = re.compile(r"\[(\d+) denied, (\d+) allowed\]\(\.\./\.\./tests/cases/([a-z/-]+)\)")
    found = {rule: (int(denied), int(allowed)) for denied, allowed, rule in linked.findall(PAGE)}
    assert found == {
        rule: tuple(len(list((CASES / rule / v).glob("*.yaml"))) for v in ("denied", "allowed"))
        for rule in RULE_IDS
    }
    assert all(denied and allowed for denied, allowed in found.values()), found


def test_a_rule_that_is_off_serves_nothing() -> None:
    """A preset that switches a rule off does not claim it."""
    for document in coverage.DOCUMENTS:
        policy = next(p for p in loaded() if p.metadata.name == document.preset)
        served = " ".join(rules for _, rules, _, _ in coverage.rows(ROOT, document, policy))
        assert not [rule.id for rule in policy.spec.rules if f"`{rule.id}`" in served]
