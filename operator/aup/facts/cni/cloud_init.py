"""cloud-init's network data: the static addresses that a virtual machine gives itself.

Three formats, of which two are YAML and one is JSON, which is YAML as well: version 1 (a list of
``config``), version 2 (netplan), OpenStack's network data. A fourth is Debian's text of interfaces.
Read event by event, so that neither depth nor aliases cost anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import yaml

from aup.facts.cni.notes import ADDRESS_LIKE, PEER

LONGEST: Final = 16 * 1024
"""Characters; KubeVirt itself takes 2048."""
MAX_DEPTH: Final = 32
"""Levels; the parser takes half a second over 15,000 opening brackets."""
_CLAIM = re.compile(r"(?:ip_?)?address(?:es)?|ip")
"""Names under which an interface's own addresses stand."""
_OTHERS: Final = frozenset({"nameserver", "dns", "route"})
"""Types of entries that are about no interface."""
_DEBIAN = re.compile(r"(?:^|\s)address\s+(\S+)")


class UnreadableNetworkDataError(Exception):
    """The text cannot be judged; the argument completes ``<path>``: ``is not YAML``."""


@dataclass(slots=True)
class _Level:
    """A mapping or a list that is being read."""

    name: str
    """What it stands under."""
    mapping: bool
    peers: bool
    """Whether it is about others' addresses."""
    key: str | None = None
    type: str = ""
    found: list[str] = field(default_factory=list)


def static_addresses(text: str) -> list[str]:
    """Return the addresses that network data gives to interfaces, as written.

    Raises:
        UnreadableNetworkDataError: it is no YAML, too long, or has aliases.

    """
    if len(text) > LONGEST:
        raise UnreadableNetworkDataError(f"is longer than {LONGEST} characters")
    try:
        return list(_walk(text))
    except yaml.YAMLError as error:
        raise UnreadableNetworkDataError("is not YAML") from error


def _walk(text: str) -> Iterator[str]:
    """Yield what stands under the names of addresses."""
    levels = [_Level("", mapping=False, peers=False)]
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        match event:
            case yaml.AliasEvent():
                raise UnreadableNetworkDataError("has an alias, which nobody needs there")
            case yaml.ScalarEvent(value=value):
                _scalar(levels[-1], value, alone=len(levels) == 1)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if len(levels) > MAX_DEPTH:
                    raise UnreadableNetworkDataError(f"is nested more than {MAX_DEPTH} deep")
                levels.append(_below(levels[-1], mapping=isinstance(event, yaml.MappingStartEvent)))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                done = levels.pop()
                if done.type not in _OTHERS:
                    levels[-1].found.extend(done.found)
                levels[-1].key = None
            case _:
                continue
    yield from levels[0].found


def _below(level: _Level, *, mapping: bool) -> _Level:
    """Return what begins within a level."""
    name = level.key if level.mapping and level.key is not None else level.name
    return _Level(name, mapping=mapping, peers=level.peers or bool(PEER.fullmatch(name)))


def _scalar(level: _Level, value: str, *, alone: bool) -> None:
    """Take a scalar for a key, or for what stands under the last one."""
    if alone:
        level.found.extend(_DEBIAN.findall(value))
    elif not level.mapping:
        _take(level, level.name, value)
    elif level.key is None:
        level.key = value.lower()
        if _CLAIM.fullmatch(level.name):  # netplan: an address with options is a key
            _take(level, level.name, value)
    else:
        if level.key == "type":
            level.type = value.lower()
        _take(level, level.key, value)
        level.key = None


def _take(level: _Level, name: str, value: str) -> None:
    """Keep an address of an interface."""
    own = not level.peers and _CLAIM.fullmatch(name)
    if own and ADDRESS_LIKE.fullmatch(value.strip()):
        level.found.append(value)
