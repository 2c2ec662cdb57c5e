"""The webhook is asked about the kinds that the operator reads, all of them and nothing else."""

from typing import Any

import pytest
import yaml

from aup.facts.carriers.walk import is_custom
from aup.facts.extract import KINDS
from docgen import kinds
from support.repository import ROOT

JUDGED = yaml.safe_load((ROOT / "charts/aup-operator/files/judged.yaml").read_text())
GROUPS: list[dict[str, Any]] = [group for part in JUDGED.values() for group in part]
every_group = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["group"] or "core")


def arriving(group: dict[str, Any]) -> dict[str, str]:
    """Return the kinds that come, by resource or resource and subresource."""
    return {**group["resources"], **group.get("through", {})}


def test_the_table_of_other_projects_kinds_is_made_of_what_is_read() -> None:
    """`make docs` writes it."""
    assert (ROOT / kinds.FILE).read_text() == kinds.text()


def test_whatever_is_read_is_sent_and_whatever_is_sent_is_read() -> None:
    """A kind that is read and never sent holds nothing; one that nobody reads costs and tells."""
    sent = {(group["group"], kind) for group in GROUPS for kind in arriving(group).values()}
    assert {k for k in sent if not is_custom(k[0])} == {k for k in KINDS if not is_custom(k[0])}
    assert sent <= KINDS


def test_every_group_stands_once_in_each_list() -> None:
    """Two rules for one resource could be edited apart."""
    for part in JUDGED.values():
        names = [group["group"] for group in part]
        assert len(names) == len(set(names))


@every_group
def test_of_other_projects_only_subresources_stand_here(group: dict[str, Any]) -> None:
    """Their rules take every resource of the group, which no subresource is."""
    if is_custom(group["group"]):
        assert group["versions"] == ["*"]
        assert all("/" in name for name in group["resources"])
    else:
        assert group["versions"] != ["*"]


@every_group
def test_a_kind_comes_by_one_resource_and_its_subresources(group: dict[str, Any]) -> None:
    """What has a kind of its own stands apart."""
    main = {kind: name for name, kind in group["resources"].items() if "/" not in name}
    for name, kind in group["resources"].items():
        assert name.partition("/")[0] == main.get(kind, name.partition("/")[0])


@every_group
def test_what_comes_by_a_subresource_is_covered_by_a_rule(group: dict[str, Any]) -> None:
    """The second table is for the reader alone."""
    for name in group.get("through", {}):
        assert f"{name.partition('/')[0]}/*" in group["resources"]


@every_group
def test_no_rule_names_what_another_one_covers(group: dict[str, Any]) -> None:
    """The API server refuses pods/* beside pods/status."""
    names = group["resources"]
    whole = {name.partition("/")[0] for name in names if name.endswith("/*")}
    beside = {name for name in names if "/" in name and name.partition("/")[0] in whole}
    assert beside == {f"{resource}/*" for resource in whole}
