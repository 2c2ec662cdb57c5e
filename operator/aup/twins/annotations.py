"""Twins for annotations of load-balancer and ingress controllers, as far as their values are plain.

The tables of keys are asked what they make of a sample, so there is no second list of keys: what a
table reads as a list of addresses, of names or of hostnames, or as a switch, CEL can read as well.
JSON, ranges, expressions and settings of few values are left to the webhook.
"""

from collections.abc import Iterator
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
from aup.twins.model import Bound, Search, finding, listed, place, plain, quoted, within
from aup.twins.words import (
    ADDRESS_UNITS,
    NAME_UNITS,
    OWN_ADDRESS,
    OWN_HOSTNAME,
    labels,
    mine,
    owned,
)

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
_MOST: Final = 500
"""Annotations of an object."""
NOTED_SIGHT: Final = (
    "has(object.metadata.annotations) && (object.metadata.annotations.size() > "
    f"{_MOST} || object.metadata.annotations.exists(k, {{{NOTE}}}))"
)
"""CEL that goes through the annotations of the new object; too many are a sign by themselves."""
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

_UNITS: Final = 200_000
"""Units of cost that a search may take."""
_EACH_CHARACTER: Final = 3
"""Units of cost of a character, which is gone through some thirty times, at most."""


def noted(*places: tuple[str, str]) -> tuple[str, str]:
    """Return the variable of all annotations: of where they are, of the key, and of the value.

    Args:
        places: path, and CEL of a map, that may be absent.

    """
    return "noted", " + ".join(
        f"{notes}.orValue(dyn({{}})).transformList(k, v, v != '', [dyn({quoted(path)}), k, v])"
        for path, notes in places
    )


NOTED: Final = ("metadata.annotations", "{object}.?metadata.?annotations")
"""The annotations of the object itself."""


NOTES: Final = Bound(
    ("network/assigned-address", "network/pool", "network/hostname"),
    "'metadata.annotations'",
    "annotations",
    "{object}.?metadata.?annotations.orValue(dyn({})).size()",
    f"{_MOST}",
    f"{_MOST}",
)


def _at(keys: tuple[str, ...]) -> str:
    """Return CEL of the annotations ``a`` under some keys."""
    return f"variables.noted{{side}}.filter(a, a[1] in {listed(keys)})"


_PATH: Final = "a[0] + '[\"' + a[1] + '\"]'"
_COMMA: Final = "string(a[2]).split(',').map(t, t.trim()).filter(t, t != '')"


def _or_whole(keys: tuple[str, ...]) -> str:
    """Return CEL of the tokens of annotation ``a``, which under some keys is one."""
    return f"(a[1] in {listed(keys)} ? [string(a[2])] : {_COMMA})"


def _tokens(
    rule: str, keys: tuple[str, ...], split: str, ours: str, words: str, each: str
) -> Search:
    """Return the search for each token ``t`` under some keys that is not the tenant's.

    Args:
        rule: id of the rule.
        keys: of the annotations.
        split: CEL of the tokens of annotation ``a``.
        ours: CEL that tells whether a token is the tenant's.
        words: CEL of what is wrong with another, and what to do.
        each: CEL of the units of cost that ``ours`` takes at most, of ``n`` tokens of ``all``.

    """
    told = finding(
        rule,
        key="v[1] + ' ' + v[2]",
        path=_PATH.replace("a[", "v["),
        value="v[2]",
        words=words,
    )
    vast = finding(
        rule,
        key=quoted("more entries"),
        path="all[0][0]",
        value="'lists ' + string(n) + ' entries'",
        words=quoted("which is more than the API server compares; split it into several objects"),
    )
    foreign = f"{split}.filter(t, !({ours})).map(t, {place('a[0]', 'a[1]', plain('t'))})"
    found = within(f"all.map(a, {foreign})", told)
    entries = "[all.map(a, string(a[2]).split(',').size()).sum()]"
    length = f"{_EACH_CHARACTER} * all.map(a, string(a[2]).size()).sum()"
    few = f"{entries}.map(n, n * ({each}) + {length} > {_UNITS} ? [{vast}] : {found})[0]"
    return Search(f"[{_at(keys)}].map(all, all.size() == 0 ? [] : {few})[0]", _SIGNS)


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
        key="a[1]",
        path=_PATH,
        value="string(a[2])",
        words="'is a setting of the platform; leave it out, or ask ' + variables.contact",
    )
    on = f"string(a[2]).trim().lowerAscii() in {listed(sorted(TRUTHY))}"
    set_ = (
        f"!(('note:' + a[1]) in variables.allows)"
        f" && (a[1] in {listed(SETTING_KEYS)} || (a[1] in {listed(SWITCH_KEYS)} && {on}))"
    )
    return Search(f"variables.noted{{side}}.filter(a, {set_}).map(a, {told})", _SIGNS)


_EACH_POOL: Final = "40 + variables.allows.size()"
_EACH_ID: Final = f"{ADDRESS_UNITS} + variables.allows.size()"
_LABELS: Final = f"all.map(a, {_COMMA}.map(t, {labels('t')}).sum()).sum()"
_EACH_NAME: Final = f"{NAME_UNITS} + (n < 20 || n > 2500 ? 0 : {_LABELS} / n)"
"""How long names are is read where it could matter."""
ADDRESSES: Final = (
    _tokens(
        "network/assigned-address", ADDRESS_KEYS, _COMMA, mine("t"), _NOT_ASSIGNED, ADDRESS_UNITS
    ),
    _tokens(
        "network/assigned-address",
        (*NAME_KEYS, *WHOLE_NAME_KEYS),
        _or_whole(WHOLE_NAME_KEYS),
        _OWN_ID,
        _NO_ID,
        _EACH_ID,
    ),
    _settings(),
)
"""What annotations say of addresses and of the platform's network."""
POOLS: Final = (
    _tokens(
        "network/pool",
        (*POOL_KEYS, *WHOLE_POOL_KEYS),
        _or_whole(WHOLE_POOL_KEYS),
        _OWN_POOL,
        _NO_POOL,
        _EACH_POOL,
    ),
)
"""Pools that annotations name."""
HOSTNAMES: Final = (
    _tokens("network/hostname", HOSTNAME_KEYS, _COMMA, _OWN_NAME, _NOT_VERIFIED, _EACH_NAME),
)
"""Hostnames that annotations claim."""
