"""The programs of a workload: each image with what catalogues and the tenant say of its licence.

A tenant declares by annotations of the pod (template), in SPDX expressions:
``aup.asergo.com/license`` for what of the pod nobody knows, ``aup.asergo.com/license.<container>``
for one container. What a catalogue says of a licence is never overruled by either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from aup.api.sections.license import Verification
from aup.facts.model import Image, Workload
from aup.policy.declaration import LICENSE
from aup.policy.repository import is_within
from aup.policy.spdx import NOASSERTION, Expression, License, SpdxProblem, parse
from aup.policy.terms import LicenseTerms, Software

MAX_DECLARATION = 1024
"""Characters of a declared expression: what is nested deeper than these allow, nobody means."""

NOBODY_LOOKED = License(NOASSERTION)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the tenant says of a licence."""

    text: str
    path: str
    expression: Expression | None
    """``None`` when the text is no expression."""
    problem: str = ""
    """Completes ``<path> <text>``: ``is no SPDX expression``."""


class Program(NamedTuple):
    """One image of a workload: a tuple, since each rule makes one for each image."""

    image: Image
    known: tuple[Software, ...]
    """What catalogues say: nothing, one word, or words that differ."""
    own: Declaration | None = None
    """What is declared for its container."""
    general: Declaration | None = None
    """What is declared for the pod."""

    @property
    def silent(self) -> bool:
        """Whether catalogues leave its licence open, so that a declaration may say it."""
        return not any(word.product or is_said(word) for word in self.known)

    @property
    def declared(self) -> Declaration | None:
        """What counts of the tenant's words."""
        return self.own or self.general

    @property
    def assumed(self) -> Declaration | None:
        """The declaration by which it is judged, as nobody else says what its licence is."""
        found = self.declared
        if found is None or found.expression is None:
            return None
        return found if self.silent else None


def programs(workload: Workload, terms: LicenseTerms) -> Iterator[Program]:
    """Yield every image that is judged: none where the provider looks at no licences."""
    if terms.verification is Verification.OFF:
        return
    if not declares(workload):
        for image in workload.images:
            yield Program(image, terms.catalog.about(image))
        return
    general = _declaration(workload, LICENSE)
    for image, container in _images(workload):
        own = _declaration(workload, f"{LICENSE}.{container}") if container else None
        yield Program(image, terms.catalog.about(image), own, general)


def declares(workload: Workload) -> bool:
    """Tell whether a workload declares any licence."""
    return any(key.startswith(LICENSE) for key in workload.annotations)


def is_said(word: Software) -> bool:
    """Tell whether a catalogue says what the licence is."""
    return word.license is not None and word.license != NOBODY_LOOKED


def is_trusted(image: Image, terms: LicenseTerms) -> bool:
    """Tell whether an image is the provider's own, under its name or that of its origin."""
    return bool(terms.trusted) and any(
        is_within(name, terms.trusted) for name in terms.catalog.names(image)
    )


def _images(workload: Workload) -> Iterator[tuple[Image, str]]:
    """Yield each image with the name of its container."""
    containers = {c.image.path: c.name for c in workload.containers if c.image is not None}
    for image in workload.images:
        yield image, containers.get(image.path, "")


def _declaration(workload: Workload, key: str) -> Declaration | None:
    """Return what an annotation declares; empty text declares nothing."""
    text = workload.annotations.get(key, "")
    path = f'{workload.annotations_path}["{key}"]'
    if not text.strip():
        return None
    if len(text) > MAX_DECLARATION:
        return Declaration(text, path, None, f"is longer than {MAX_DECLARATION} characters")
    found = _parse(text)
    if isinstance(found, SpdxProblem):
        return Declaration(text, path, None, found.detail)
    return Declaration(text, path, found)


# A workload is read by several rules, and its pods say what their template said.
_parse = lru_cache(maxsize=1024)(parse)
