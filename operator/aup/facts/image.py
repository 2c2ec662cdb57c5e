"""OCI image references, read as the kubelet and containerd read them.

The grammar and the short forms are those of github.com/distribution/reference v0.6.0, by which
the kubelet refuses a reference (``InvalidImageName``) before any runtime sees it. On top of it,
spellings that reach the same registry get one name: host in lower case, no default port, and
Docker Hub under its canonical host.
"""

import re
from functools import lru_cache

from aup.facts.model import Image

_DEFAULT_REGISTRY = "docker.io"
_DEFAULT_TAG = "latest"
_OFFICIAL = "library/"
# distribution folds the first itself; the second is the host that docker.io stands for, and the
# third another name of it: both serve the same repositories to whoever names them.
_HUB_ALIASES = frozenset({"index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})
_HTTPS = ":443"
_PORT = re.compile(r":0*([0-9]+)$")

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = re.compile(
    rf"(?:({_HOST})/)?({_COMPONENT}(?:/{_COMPONENT})*)(?::({_TAG}))?(?:@({_DIGEST}))?"
)
# The kubelet takes the second form for a name and a tag, and hands it on as it is; containerd then
# looks for an image on the node by its id, of which the beginning is enough.
_IDENTIFIER = re.compile(r"[a-f0-9]{64}|sha(?:256|384|512):[a-f0-9]+")
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_PATH_LIMIT = 255
# Longer than any host, path, tag and digest together; bounds the work on what a tenant sends.
_LIMIT = 1024


def read_image(text: str, path: str) -> Image:
    """Read a reference as written at ``path``; an unreadable one carries its ``problem``."""
    try:
        repository, tag, digest = _parse(text)
    except ValueError as problem:
        return Image(text, path, problem=str(problem))
    return Image(text, path, repository=repository, tag=tag, digest=digest)


def rebase(repository: str, prefix: str, of: str) -> str | None:
    """Return the name that a mirrored repository has at its origin.

    ``mirror.example/hub/library/redis`` under prefix ``mirror.example/hub`` of ``docker.io`` is
    ``docker.io/library/redis``. A prefix ends at a segment: ``mirror.example/hubble`` is not
    under it. ``None`` when the repository does not lie under the prefix.
    """
    rest = repository.removeprefix(f"{prefix}/")
    if rest == repository:
        return None
    return read_image(f"{of}/{rest}", "").repository or None


@lru_cache(maxsize=4096)  # the same few images come again with every Pod
def _parse(text: str) -> tuple[str, str, str]:
    """Return repository in full, tag and digest.

    Raises:
        ValueError: the text is no image reference; the message says why.

    """
    if len(text) > _LIMIT:
        raise ValueError(f"it is longer than {_LIMIT} characters")
    if _IDENTIFIER.fullmatch(text):
        raise ValueError("it is the id of an image, not its name")
    registry, remainder = _split_registry(text)
    match = _REFERENCE.fullmatch(f"{registry}/{remainder}")
    if match is None:
        raise ValueError(_misfit(text, remainder))
    host, repository, tag, digest = match.groups(default="")
    registry = _canonical(host)
    if registry == _DEFAULT_REGISTRY and "/" not in repository:
        repository = _OFFICIAL + repository
    if len(repository) > _PATH_LIMIT:
        raise ValueError(f"the repository is longer than {_PATH_LIMIT} characters")
    if digest and not _is_digest(digest):
        raise ValueError("the digest is not a SHA-2 digest in lower case")
    full = f"{registry}/{repository}" if registry else repository
    return full, tag or ("" if digest else _DEFAULT_TAG), digest


def _split_registry(text: str) -> tuple[str, str]:
    """Split registry from remainder; a first segment that can be no host belongs to the name."""
    first, slash, rest = text.partition("/")
    if slash and (first == "localhost" or "." in first or ":" in first or first != first.lower()):
        return first, rest
    return _DEFAULT_REGISTRY, text


def _misfit(text: str, remainder: str) -> str:
    """Say why a text does not have the form of a reference."""
    if not text.isascii():
        return "it holds a character that is not ASCII"
    if text and text.split() != [text]:
        return "it holds a space or a line break"
    name = remainder.partition(":")[0]
    if name != name.lower():
        return "the repository must be in lower case"
    return "it is not of the form registry/repository:tag@digest"


def _canonical(host: str) -> str:
    """Return the one name of a registry: ``Registry.Example:0443`` is ``registry.example``."""
    registry = _PORT.sub(r":\1", host.lower()).removesuffix(_HTTPS)
    return _DEFAULT_REGISTRY if registry in _HUB_ALIASES else registry


def _is_digest(digest: str) -> bool:
    """Whether the digest is of a registered algorithm, of its length and in lower case."""
    algorithm, _, encoded = digest.partition(":")
    return _DIGEST_LENGTHS.get(algorithm) == len(encoded) and encoded == encoded.lower()
