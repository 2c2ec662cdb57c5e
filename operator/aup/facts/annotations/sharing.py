"""Annotations by which Services share one address, and with whom."""

from collections.abc import Iterator

from aup.facts.address import tokens
from aup.facts.annotations.keys import Note
from aup.facts.claims import Leaf
from aup.facts.json_value import text_of
from aup.facts.model import NamespaceReference, SharingClaim
from aup.facts.namespace import every_namespace, named_namespace

EVERYONE = "*"


def sharing_namespaces(note: Note) -> Iterator[Leaf]:
    """Read the namespaces that may share the address: a comma-separated list, or ``*``."""
    for token in tokens(note.value):
        text = text_of(token)
        yield SharingClaim(text, note.path, (_reference(text, note),))


def sharing_key(note: Note) -> Iterator[Leaf]:
    """Read a key that counts for the whole cluster: whoever writes the same may share.

    It is one's own as long as nobody else's namespace is in it, and ``*`` is nobody's.
    """
    text = text_of(note.value)
    before, slash, _ = text.strip().partition("/")
    if before == EVERYONE:
        yield SharingClaim(text, note.path, (_reference(EVERYONE, note),))
    elif slash and note.surroundings.tenant_of(before) is not None:
        yield SharingClaim(text, note.path, (_reference(before, note),))
    else:
        yield SharingClaim(text, note.path)


def sharing_service(note: Note) -> Iterator[Leaf]:
    """Read the Service whose address is shared: ``namespace/name``, or one beside this one."""
    text = text_of(note.value)
    before, slash, _ = text.strip().partition("/")
    yield SharingClaim(text, note.path, (_reference(before, note),) if slash else ())


def _reference(text: str, note: Note) -> NamespaceReference:
    """Return a namespace that an annotation speaks of, with whose it is."""
    if text == EVERYONE:
        return every_namespace(text, note.path)
    return named_namespace(text, text, note.path, note.surroundings)
