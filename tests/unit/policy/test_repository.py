"""Names and prefixes of repositories as the provider writes them."""

import pytest

from aup.policy.repository import is_within, parents, read_prefix, read_repository


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("docker.io/redis", "docker.io/library/redis"),
        ("index.docker.io/a/b", "docker.io/a/b"),
        ("Registry.Example:443/a", "registry.example/a"),
        ("localhost/a", "localhost/a"),
        ("reg.example:5000/a/b", "reg.example:5000/a/b"),
        ("bücher.example/a", "xn--bcher-kva.example/a"),
        ("BÜCHER.example:5000/a", "xn--bcher-kva.example:5000/a"),
        ("*.bücher.example/a", None),
        ("bü cher.example/a", None),
        ("bücher/a", None),
        ("redis", None),
        ("library/redis", None),
        ("reg.example/a:1", None),
        ("reg.example/A", None),
        ("reg.example", None),
        ("", None),
    ],
)
def test_a_repository_is_written_in_full(text: str, name: str | None) -> None:
    assert read_repository(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("docker.io", "docker.io"),
        ("registry-1.docker.io/", "docker.io"),
        ("Mirror.Example/Hub/", "mirror.example/hub"),
        ("reg.example:443", "reg.example"),
        ("reg.example/a/b", "reg.example/a/b"),
        ("a/b", None),
        ("reg.example/a:1", None),
        ("reg.example//a", None),
        ("https://reg.example", None),
        ("*", None),
        ("", None),
    ],
)
def test_a_prefix_is_a_registry_or_a_repository(text: str, name: str | None) -> None:
    assert read_prefix(text) == name


def test_parents_come_from_near_to_far() -> None:
    assert list(parents("reg.example/a/b/c")) == ["reg.example/a/b", "reg.example/a", "reg.example"]


@pytest.mark.parametrize(
    ("repository", "within"),
    [
        ("reg.example/a", True),
        ("reg.example/a/b/c", True),
        ("own.example/x", True),
        ("reg.example/ab", False),
        ("reg.example/b/a", False),
        ("reg.example", False),
        ("own.example.evil.test/x", False),
        ("evil.test/own.example/x", False),
    ],
)
def test_a_prefix_ends_at_a_segment(repository: str, *, within: bool) -> None:
    assert is_within(repository, {"reg.example/a", "own.example"}) is within


def test_nothing_is_within_no_prefix() -> None:
    assert not is_within("reg.example/a", frozenset())
