"""YAML and JSON as kubectl reads them: many documents, lists unpacked, and only JSON's own types.

A document keeps the tree that it was made of, so that what is said of a value can name its line.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from aup.documents.document import Document, InvalidDocumentError, after, child, repeated
from aup.documents.json_text import read_json
from aup.documents.yaml_text import read_yaml

__all__ = [
    "Document",
    "InvalidDocumentError",
    "child",
    "decode",
    "read_documents",
    "read_stream",
    "repeated",
]

_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MARK: Final = re.compile("^\ufeff", re.MULTILINE)
"""The byte order mark of a file, which stands within a text where files were put together."""


def read_documents(text: str | bytes) -> Iterator[Any]:
    """Yield every object of a text; the items of a List each by itself.

    Raises:
        InvalidDocumentError: the text is not YAML; objects before the mistake were yielded.

    """
    for found in read_stream(decode(text) if isinstance(text, bytes) else text):
        if isinstance(found, InvalidDocumentError):
            raise found
        yield found.value


def decode(content: bytes) -> str:
    """Return the text of a file: UTF-8, or UTF-16 that says so.

    Raises:
        InvalidDocumentError: it is neither; the position of the first byte that is not.

    """
    encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
    try:
        return _MARK.sub("", content.decode(encoding))
    except UnicodeDecodeError as error:
        line, column = after(content[: error.start].decode(encoding, errors="replace"), 1, 1)
        raise InvalidDocumentError(problem="is not UTF-8", line=line, column=column) from error


def read_stream(text: str) -> Iterator[Document | InvalidDocumentError]:
    """Yield every object of a text with its place; a mistake costs no other document."""
    for found in read_json(text) or read_yaml(text):
        yield from (found,) if isinstance(found, InvalidDocumentError) else _unpacked(found)


def _unpacked(document: Document) -> Iterator[Document]:
    """Yield an object, or what is in it if it is a List; an empty document is nothing."""
    match document.value:
        case None:
            return
        case {"kind": str(kind), "items": list(items)} if kind.endswith("List"):
            for index, item in enumerate(items):
                yield from _unpacked(_item(document, index, item))
        case _:
            yield document


def _item(document: Document, index: int, item: Any) -> Document:
    """Return an item of a List; one that does not say its kind is of the List's."""
    head = {
        "apiVersion": document.value.get("apiVersion"),
        "kind": document.value["kind"].removesuffix("List"),
    }
    if isinstance(item, dict) and "kind" not in item and all(head.values()):
        item = head | item
    return replace(document.below("items").below(index), value=item)
