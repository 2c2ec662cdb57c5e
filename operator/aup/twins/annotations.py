"""Twins for annotations of load-balancer and ingress controllers, as far as their values are plain.

The tables of keys are asked what they make of a sample, so there is no second list of keys: what a
table reads as a list of addresses, of names or of hostnames, or as a switch, CEL can read as well.
JSON, ranges, expressions and settings of few values are left to the webhook.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from aup.facts.annotations.exposed import READERS
from aup.facts.annotations.keys import Note
from aup.facts.annotations.readers import TRUTHY
from aup.facts.claims import Leaf
from aup.facts.model import (
    AddressClaim,
    ClaimSource,
    HostnameClaim,
    NamedClaim,
    Offline,
    PlatformSetting,
    Reach,
    Topic,
)
from aup.twins.model import ALWAYS, Search, finding, flat, listed, some
from aup.twins.words import OWN_ADDRESS, OWN_HOSTNAME, mine, owned

_ADDRESS: Final = "203.0.113.9"
_NAMES: Final = "zz-1,zz-2"
_HOSTNAMES: Final = "a.zz.example,b.zz.example"


def _asked(key: str, value: str) -> tuple[Leaf, ...]:
    """Return what the tables make of an annotation."""
    return tuple(READERS[key](Note(key, value, "", "zz", Offline())))


def _read_as(value: str, kind: type[Leaf], texts: list[str]) -> Iterator[str]:
    """Yield the keys under which a value claims certain things of one kind, and nothing else."""
    for key in READERS:
        found = _asked(key, value)
        if [getattr(leaf, "text", None) for leaf in found] == texts and all(
            isinstance(leaf, kind) and _is_plain(leaf) for leaf in found
        ):
            yield key


def _is_plain(leaf: Leaf) -> bool:
    """Tell whether a claim is one that CEL can judge: not noted by controllers, and readable."""
    match leaf:
        case AddressClaim(source=source, problem=problem, networks=networks):
            return source is ClaimSource.ANNOTATION and not problem and not networks
        case HostnameClaim(problem=problem, service=service, prefix=prefix):
            return not problem and service is None and not prefix
        case NamedClaim(topic=topic, problem=problem):
            return topic is Topic.POOL and not problem
        case PlatformSetting(source=source, reach=reach):
            return source is ClaimSource.ANNOTATION and reach is Reach.ROUTING
        case _:
            return False


NAME_KEYS: Final = tuple(_read_as(_NAMES, AddressClaim, _NAMES.split(",")))
WHOLE_NAME_KEYS: Final = tuple(_read_as(_NAMES, AddressClaim, [_NAMES]))
ADDRESS_KEYS: Final = tuple(
    key
    for key in _read_as(_ADDRESS, AddressClaim, [_ADDRESS])
    # Nothing but addresses: of a network or a name the table says that it is none.
    if all(
        [isinstance(leaf, AddressClaim) and leaf.problem != "" for leaf in _asked(key, other)]
        == [True]
        for other in ("zz.example", "203.0.113.0/28")
    )
)
POOL_KEYS: Final = tuple(_read_as(_NAMES, NamedClaim, _NAMES.split(",")))
WHOLE_POOL_KEYS: Final = tuple(_read_as(_NAMES, NamedClaim, [_NAMES]))
HOSTNAME_KEYS: Final = tuple(_read_as(_HOSTNAMES, HostnameClaim, _HOSTNAMES.split(",")))
SETTING_KEYS: Final = tuple(_read_as("zz", PlatformSetting, ["zz"]))
SWITCH_KEYS: Final = tuple(
    key
    for key in READERS
    if key not in SETTING_KEYS
    and all(
        [isinstance(leaf, PlatformSetting) and _is_plain(leaf) for leaf in _asked(key, on)]
        == [True]
        for on in TRUTHY
    )
)

NOTE: Final = "note"
"""Place of signs: ``k`` is the key of each annotation."""
_SIGNS: Final = {
    NOTE: "k in "
    + listed(
        sorted(
            {
                *(*NAME_KEYS, *WHOLE_NAME_KEYS, *ADDRESS_KEYS, *POOL_KEYS, *WHOLE_POOL_KEYS),
                *(*HOSTNAME_KEYS, *SETTING_KEYS, *SWITCH_KEYS),
            }
        )
    )
}
"""One list for all searches: the keys of all of them are looked up at once."""

_WHOLE: Final = "[variables.notes{side}[k]]"
_COMMA: Final = "variables.notes{side}[k].split(',').map(t, t.trim()).filter(t, t != '')"


def _tokens(rule: str, keys: tuple[str, ...], split: str, ours: str, words: str) -> Search:
    """Return the search for each token ``t`` under some keys that is not the tenant's."""
    told = finding(
        rule,
        key="k + ' ' + t",
        path="variables.notesAt + '[\"' + k + '\"]'",
        value="t",
        words=words,
    )
    here = f"{listed(keys)}.filter(k, variables.notes{{side}}[?k].orValue('') != '')"
    found = flat(f"{here}.map(k, {split}.filter(t, !({ours})){some('t', told)})")
    return Search(found, _SIGNS)


_NOT_ASSIGNED: Final = f"'is not assigned to ' + variables.tenant + '; ' + {OWN_ADDRESS}"
_NOT_VERIFIED: Final = f"'is not verified for ' + variables.tenant + '; ' + {OWN_HOSTNAME}"
_OWN_ID: Final = f"('id:' + t) in variables.allows || (isIP(t) && {mine('t')})"
_OWN_POOL: Final = "('pool:' + t) in variables.allows || isCIDR(t) || isIP(t)"
_OWN_NAME: Final = f"!t.matches('^[A-Za-z0-9.*_-]+$') || t.matches('[.]svc([.]|$)') || {owned('t')}"
"""CEL: a hostname is the tenant's, or an expression or a Service's name, which others judge."""
_NO_ID: Final = (
    "'is not assigned to ' + variables.tenant + '; leave it out, or ask ' + variables.contact"
    " + ' to assign it to ' + variables.tenant"
)
_NO_POOL: Final = (
    "'is a pool that is not open to ' + variables.tenant + '; leave it out, or ask '"
    " + variables.contact + ' for a pool'"
)


def _settings() -> Search:
    """Return the search for settings of the platform's network."""
    told = finding(
        "network/assigned-address",
        key="k",
        path="variables.notesAt + '[\"' + k + '\"]'",
        value="variables.notes{side}[k]",
        words="'is a setting of the platform; leave it out, or ask ' + variables.contact",
    )
    on = f"variables.notes{{side}}[k].trim().lowerAscii() in {listed(sorted(TRUTHY))}"
    open_ = "(('note:' + k) in variables.allows)"
    some = " + ".join(
        f"{listed(keys)}.filter(k, k in variables.notes{{side}} && !{open_} && {holds})"
        for keys, holds in ((SETTING_KEYS, "variables.notes{side}[k] != ''"), (SWITCH_KEYS, on))
    )
    return Search(f"({some}).map(k, {told})", _SIGNS)


ADDRESSES: Final = (
    _tokens("network/assigned-address", ADDRESS_KEYS, _COMMA, mine("t"), _NOT_ASSIGNED),
    _tokens("network/assigned-address", NAME_KEYS, _COMMA, _OWN_ID, _NO_ID),
    _tokens("network/assigned-address", WHOLE_NAME_KEYS, _WHOLE, _OWN_ID, _NO_ID),
    _settings(),
)
"""What annotations say of addresses and of the platform's network."""
POOLS: Final = (
    _tokens("network/pool", POOL_KEYS, _COMMA, _OWN_POOL, _NO_POOL),
    _tokens("network/pool", WHOLE_POOL_KEYS, _WHOLE, _OWN_POOL, _NO_POOL),
)
"""Pools that annotations name."""
HOSTNAMES: Final = (_tokens("network/hostname", HOSTNAME_KEYS, _COMMA, _OWN_NAME, _NOT_VERIFIED),)
"""Hostnames that annotations claim."""


def made(searches: tuple[Search, ...]) -> tuple[Search, ...]:
    """Return the same about annotations that a Gateway hands on to what is made for it."""
    return tuple(
        replace(
            search,
            finds=search.finds.replace("variables.notes{side}", "variables.made{side}").replace(
                "variables.notesAt", "'spec.infrastructure.annotations'"
            ),
            signs=ALWAYS,
        )
        for search in searches
    )
