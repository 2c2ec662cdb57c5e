"""Known ways around a check: each has cases, or the reason why it is out of reach."""

from docgen.vectors import FAMILIES, rows, shown
from support.repository import ROOT

FOUND = shown(ROOT)


def test_every_known_way_is_shown_by_cases_or_out_of_reach_for_a_reason() -> None:
    silent = [r.id for r in rows() if not (r.why or r.elsewhere or FOUND.get(r.id))]
    assert silent == []


def test_what_is_out_of_reach_says_why_and_has_no_case() -> None:
    assert [r.id for r in rows() if r.why and FOUND.get(r.id)] == []
    assert all(r.why.endswith(".") for r in rows() if r.why)
    assert all((ROOT / r.elsewhere).is_dir() for r in rows() if r.elsewhere)


def test_every_way_to_a_denial_is_shown() -> None:
    """Except where the row is about what claims nothing, and must pass."""
    allowed_only = {"S9", "S10"}
    for row in rows():
        if not (row.why or row.elsewhere or row.id in allowed_only):
            assert any("/denied/" in case for case in FOUND[row.id]), row.id


def test_a_case_names_no_row_that_is_not_there() -> None:
    known = {row.id for row in rows()}
    strange = {row for row in FOUND if row not in known and row.partition(":")[0] not in FAMILIES}
    assert strange == set()


def test_the_rows_are_complete() -> None:
    """Numbers run on: a row that is dropped would be missed by nobody else."""
    ids = [row.id for row in rows()]
    for family, last in (("I", 31), ("E", 4), ("S", 11), ("H", 8)):
        assert [i for i in ids if i[0] == family and ":" not in i] == [
            f"{family}{n}" for n in range(1, last + 1)
        ]
