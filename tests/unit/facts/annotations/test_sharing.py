"""Annotations by which addresses are shared: with whom, as far as that can be known."""

from collections.abc import Callable, Iterator

from aup.facts.annotations.keys import Note
from aup.facts.annotations.sharing import sharing_key, sharing_namespaces, sharing_service
from aup.facts.claims import Leaf
from aup.facts.model import Offline, SharingClaim, Surroundings
from support.world import Cluster

AT = 'metadata.annotations["k"]'


def shared(
    reader: Callable[[Note], Iterator[Leaf]], value: object, around: Surroundings | None = None
) -> list[tuple[str, list[tuple[str, str | None, bool, bool]]]]:
    """Return text, and of each namespace its text, its owner, and whether it is known and all."""
    found = []
    for leaf in reader(Note("k", value, AT, "acme-prod", around or Cluster())):
        assert isinstance(leaf, SharingClaim)
        assert leaf.path == AT
        who = [(r.text, r.owner, r.known, r.everyone) for r in leaf.with_namespaces]
        found.append((leaf.text, who))
    return found


def test_each_namespace_of_a_list_is_one_claim() -> None:
    assert shared(sharing_namespaces, "acme-dev, beta-prod,,nobodys") == [
        ("acme-dev", [("acme-dev", "acme", True, False)]),
        ("beta-prod", [("beta-prod", "beta", True, False)]),
        ("nobodys", [("nobodys", None, True, False)]),
    ]


def test_a_star_is_every_namespace() -> None:
    assert shared(sharing_namespaces, "acme-dev, *")[1] == ("*", [("*", None, True, True)])


def test_off_the_cluster_nobody_knows_whose_a_namespace_is() -> None:
    assert shared(sharing_namespaces, "beta-prod", Offline()) == [
        ("beta-prod", [("beta-prod", None, False, False)])
    ]


def test_a_key_is_shared_with_nobody_in_particular() -> None:
    assert shared(sharing_key, "acme-edge") == [("acme-edge", [])]
    assert shared(sharing_key, "team/edge") == [("team/edge", [])]


def test_a_key_that_names_a_namespace_is_shared_with_it() -> None:
    assert shared(sharing_key, "beta-prod/web") == [
        ("beta-prod/web", [("beta-prod", "beta", True, False)])
    ]


def test_a_key_that_is_a_star_is_everybodys() -> None:
    assert shared(sharing_key, "*") == [("*", [("*", None, True, True)])]
    assert shared(sharing_key, "*/web") == [("*/web", [("*", None, True, True)])]


def test_a_service_is_ones_own_unless_it_names_a_namespace() -> None:
    assert shared(sharing_service, "web") == [("web", [])]
    assert shared(sharing_service, "beta-prod/web")[0][1][0][:2] == ("beta-prod", "beta")


def test_what_is_no_text_shares_nothing_that_anybody_reads() -> None:
    assert shared(sharing_key, 7) == [("7", [])]
    assert shared(sharing_namespaces, None) == []
