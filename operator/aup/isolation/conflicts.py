"""What a release leaves alone, in words for whoever has to look at it."""

from typing import Any, Final

import msgspec

from aup.api.quarantine import Conflict
from aup.isolation.journal import PATH, Entry, text_of
from aup.isolation.neutralise import closed
from aup.text import clip

TEXT_LIMIT: Final = 4096
"""Characters of a value in a reported conflict."""


def changed(kept: Entry, found: str) -> Conflict:
    """Describe a field that somebody else has written since; ``found`` says what is there now."""
    return Conflict(
        object=kept.object,
        path=kept.path or PATH,
        found=clip(found, TEXT_LIMIT),
        expected=clip(_expected(kept), TEXT_LIMIT),
    )


def unknown(object_: str, value: Any) -> Conflict:
    """Describe a closed field of which the journal was lost: opening it would be guesswork."""
    return Conflict(
        object=object_,
        path=PATH,
        found=clip(text_of(value), TEXT_LIMIT),
        expected=text_of("an entry in the journal, which was lost; the evidence has the value"),
    )


def _expected(kept: Entry) -> str:
    """Return what we had written."""
    if kept.before is None:
        return text_of(f"sha256:{kept.after_hash}")
    return text_of(closed(msgspec.json.decode(kept.before)))
