"""Names of image repositories as the provider writes them: whole ones, and prefixes of many."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from aup.facts.hostname import parse_hostname
from aup.facts.image import read_image


def read_repository(text: str) -> str | None:
    """Return the canonical name of a repository; ``None`` when the text names an image or less.

    The registry must be written out: ``redis`` is a repository to a kubelet, and to nobody else.
    It may be written in the letters of its language, as no image can be.
    """
    registry, slash, rest = text.partition("/")
    if not slash:
        return None
    if not registry.isascii():
        host, colon, port = registry.partition(":")
        known = parse_hostname(host)
        registry = "" if known.wildcard else f"{known.name}{colon}{port}"
        text = f"{registry}/{rest}"
    if "." not in registry and ":" not in registry and registry != "localhost":
        return None
    image = read_image(f"{text}:x", "")
    return image.repository if not image.problem else None


def read_prefix(text: str) -> str | None:
    """Return the canonical name of a registry, or of a repository with all below it."""
    written = text.strip().rstrip("/").lower()
    # A name that stands below the prefix is read, since a registry by itself is no image.
    below = read_repository(f"{written}/a/b")
    return below.removesuffix("/a/b") if below else None


def parents(repository: str) -> Iterator[str]:
    """Yield what a repository lies under, the nearest first and the registry last."""
    while (end := repository.rfind("/")) >= 0:
        repository = repository[:end]
        yield repository


def is_within(repository: str, prefixes: AbstractSet[str]) -> bool:
    """Tell whether a repository is one of the prefixes, or lies under one: by whole segments."""
    return bool(prefixes) and (
        repository in prefixes or any(parent in prefixes for parent in parents(repository))
    )
