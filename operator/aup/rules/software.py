"""Images of a workload as the catalogues know them."""

from collections.abc import Iterator

from aup.facts.model import Image, Workload
from aup.policy.terms import Catalog, Software


def known(workload: Workload, catalog: Catalog) -> Iterator[tuple[Image, Software]]:
    """Yield each image with each word of a catalogue about it; what nobody knows is left out."""
    for image in workload.images:
        for software in catalog.about(image):
            yield image, software
