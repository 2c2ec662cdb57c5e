"""Images as containerd reads their references."""

import msgspec


class Image(msgspec.Struct, frozen=True):
    """An OCI reference as containerd reads it."""

    text: str
    """As written."""
    path: str
    repository: str = ""
    """Registry and repository in full: ``docker.io/library/redis``; empty when unreadable."""
    tag: str = ""
    """Empty when the reference has a digest and no tag; else the default is ``latest``."""
    digest: str = ""
    """``sha256:…``; it wins over the tag."""
    problem: str = ""
    """Why the reference cannot be read; empty when it can."""

    @property
    def name(self) -> str:
        """Return the repository, with the digest if there is one: what exemptions name."""
        return f"{self.repository}@{self.digest}" if self.digest else self.repository
