"""The page on privacy: every section of the policy it is measured by, and files that are there."""

import re

import pytest

from docgen.metrics import declared
from support.clauses import CLAUSES
from support.repository import ROOT
from support.schema import crds

PAGE = (ROOT / "docs" / "explanation" / "privacy.md").read_text()
ROWS = re.findall(r"^\| (privacy\.\w+) \|.*\|(.*)\|(.*)\|$", PAGE, flags=re.MULTILINE)


def test_every_section_has_a_row_in_its_order() -> None:
    """Each is kept by the product, by the provider, or by both."""
    wanted = [id_ for id_ in CLAUSES["zenlayer"] if id_.startswith("privacy.")]
    assert [id_ for id_, *_ in ROWS] == wanted
    assert all(product.strip() or provider.strip() for _, product, provider in ROWS)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z]+/[\w./-]+\.\w+)`", PAGE))))
def test_what_keeps_a_promise_is_where_the_page_says(path: str) -> None:
    """A file that was renamed would leave a promise without a keeper."""
    assert (ROOT / path).is_file()


@pytest.mark.parametrize(
    ("kind", "purpose"),
    [
        ("Quarantine", "reasons"),
        ("Exemption", "reason"),
        ("AbuseReport", "category"),
        ("SupportAccessGrant", "reason"),
    ],
)
def test_nothing_about_somebody_is_held_without_a_purpose(kind: str, purpose: str) -> None:
    """The API server refuses an object without it."""
    crd = next(crd for crd in crds() if crd.kind == kind)
    assert purpose in crd.schema["properties"]["spec"]["required"]


def test_metrics_carry_no_names() -> None:
    """Labels are of closed sets: neither namespaces nor people nor addresses."""
    labels = {label for _, _, labels, _ in declared() for label in labels}
    assert labels
    assert not labels & {"namespace", "user", "name", "address", "hostname", "image"}
