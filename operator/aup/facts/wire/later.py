"""Fields that few ask for: the bytes are kept, and are decoded when something asks.

What no rule reads is skipped while the rest is decoded, which costs next to nothing; what a rule
reads only in the light of another field would be decoded for all objects and looked at in few.
"""

from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import msgspec
from msgspec import Raw, Struct, defstruct, field

Later = Annotated[Any, "later"]
"""A claim (see shape.py) that `value_of` gives: bytes where it was read from bytes."""

_UNIONS: Final = (UnionType, Union)


def value_of(later: Any) -> Any:
    """Return what a field of the type `Later` holds; ``None`` where that is no JSON.

    The API server decodes and encodes all that it sends, so that none of it ends here.
    """
    if not isinstance(later, Raw):
        return later
    try:
        return msgspec.json.decode(later)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


@cache
def postponed(wire: type[Struct]) -> type[Struct]:
    """Return the type to decode a wire type from bytes by, with all that comes `Later` as bytes.

    It is a subclass, and the wire type itself where nothing comes later. One answer for each class
    of ours: the cache ends where they do.
    """
    changed = [
        (each.name, kept, field(default=None, name=each.encode_name))
        for each in msgspec.structs.fields(wire)
        if (kept := _kept(each.type)) != each.type
    ]
    if not changed:
        return wire
    config = wire.__struct_config__
    return defstruct(wire.__name__, changed, bases=(wire,), frozen=config.frozen, gc=config.gc)


def _kept(hint: Any) -> Any:
    """Return the type of a field as bytes are decoded to it."""
    if hint == Later:
        return Raw
    if isinstance(hint, type) and issubclass(hint, Struct):
        return postponed(hint)
    arguments = get_args(hint)
    kept = tuple(_kept(argument) for argument in arguments)
    if kept == arguments:
        return hint
    origin: Any = get_origin(hint)
    return Union[kept] if origin in _UNIONS else origin[kept]  # noqa: UP007 -- of a tuple
