"""Objects of the operator in files, as a provider keeps them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from aup.cli.ours import BundleError, Remark, decode_ours, is_ours, unknown_fields
from aup.cli.place import Spot, locate
from aup.cli.repeats import repeated_keys
from aup.cli.sources import Source, Unreadable, read_sources
from aup.documents import Document, InvalidDocumentError, read_stream


def read_files(
    paths: Iterable[Path], warnings: list[str]
) -> Iterator[msgspec.Struct | Mapping[str, Any]]:
    """Yield our objects decoded, and others as they are; what nobody reads is warned about.

    Args:
        paths: files and folders.
        warnings: takes what costs only a part of an object, each with its place.

    Raises:
        BundleError: a file or an object that cannot be read.

    """
    for source in read_sources(str(path) for path in paths):
        if isinstance(source, Unreadable):
            raise BundleError(problem=f"{source.name}: {source.problem}")
        for document in read_stream(source.text):
            if isinstance(document, InvalidDocumentError):
                raise BundleError(problem=f"{source.name}: {document}")
            if not is_ours(document.value):
                if isinstance(document.value, dict):
                    yield document.value
                continue
            decoded = decode_ours(document.value)
            if isinstance(decoded, Remark):
                raise BundleError(problem=_at(source, document, decoded))
            warnings.extend(
                _place(source, spot, remark)
                for remark, spot in repeated_keys(document, source.lines)
            )
            warnings.extend(
                _at(source, document, remark) for remark in unknown_fields(document.value)
            )
            yield decoded


def _at(source: Source, document: Document, remark: Remark) -> str:
    """Return a remark with the place that it is about."""
    return _place(source, locate(document, source.lines, remark.path), remark)


def _place(source: Source, spot: Spot | None, remark: Remark) -> str:
    place = f"{source.name}:{spot.line}:{spot.column}" if spot else source.name
    return f"{place}: {remark.text}"
