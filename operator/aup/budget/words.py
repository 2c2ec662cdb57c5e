"""What is said of a budget: to whoever is refused, and to whoever will be."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from aup.budget.keys import LICENSE, MEMORY_VOLUMES, LedgerKey, is_bytes, split, step
from aup.budget.licences import PRODUCTION
from aup.facts.quantity import add, ceiling, render
from aup.rules.base import Violation

BUDGET_RULE: Final = "resources/budget"
LICENSE_RULE: Final = "license/entitlement"
_OBJECTS: Final = frozenset(
    {
        *("pods", "services", "persistentvolumeclaims", "configmaps", "secrets"),
        *("replicationcontrollers", "resourcequotas"),
    }
)


def rule_of(key: str) -> str:
    """Return the rule that answers for a key of the ledger."""
    return LICENSE_RULE if split(key).key.startswith(LICENSE) else BUDGET_RULE


def text(key: str, amount: Decimal) -> str:
    """Return an amount under a key of the ledger as people write it: 1500m, 4Gi, 1 3/7."""
    found = split(key)
    if found.parts != 1:
        whole, rest = divmod(int(amount), found.parts)
        fraction = f"{rest}/{found.parts}"
        return f"{whole} {fraction}" if whole and rest else fraction if rest else str(whole)
    size = step(key)
    return render(ceiling(amount, size) * size, binary=is_bytes(found.key))


def over(
    key: str,
    *,
    asked: Decimal,
    left: Decimal,
    hard: Decimal,
    tenant: str,
    in_flight: Decimal = Decimal(0),
    contact: str = "",
) -> Violation:
    """Return the violation of a request that takes more than is left.

    Args:
        key: of the ledger.
        asked: what the request takes.
        left: what may still be taken; less than nothing where a budget was lowered below its use.
        hard: the limit.
        tenant: whose it is.
        in_flight: of what is taken, what is held for requests whose end is not known yet.
        contact: whom to ask for more.

    """
    found = split(key)
    waiting = f", and {text(key, in_flight)} in flight" if in_flight else ""
    return Violation(
        path=path_of(found),
        value=f"{text(key, asked)} of {found.key}",
        detail=(
            f"is more than the {text(key, max(left, Decimal(0)))} that {_is_left(found)} "
            f"of {text(key, hard)}{_whose(found, tenant)}{waiting}"
        ),
        remedy=_remedy(found, contact),
        key=(key,),
    )


def closed(key: str, *, tenant: str, contact: str = "") -> Violation:
    """Return the violation of a request for devices that the budget does not name."""
    found = split(key)
    return Violation(
        path=path_of(found),
        value=found.key,
        detail=f"is not named in the budget of {tenant}, which names all devices that it may use",
        remedy=f"leave it out, or ask {contact or 'the provider'} for it",
        key=(key,),
    )


def endless(key: str, *, tenant: str) -> Violation:
    """Return the violation of a volume without a size where volumes count by size."""
    found = split(key)
    medium = ' of medium "Memory"' if found.key == MEMORY_VOLUMES else ""
    return Violation(
        path="spec.volumes",
        value="",
        detail=f"hold an emptyDir{medium} without sizeLimit, which counts against {tenant}",
        remedy="set its sizeLimit",
        key=(key,),
    )


class Room(NamedTuple):
    """How a tenant stands, by key of the ledger."""

    hard: Mapping[str, Decimal]
    left: Mapping[str, Decimal]
    in_flight: Mapping[str, Decimal] = {}
    """Taken by what may not appear at all, or not taken yet."""
    whole: bool = False
    """How much is left is not known: `left` is all that there is."""


class Place(NamedTuple):
    """The field that says how many pods there will be."""

    path: str
    value: str = ""


def early(
    needs: Mapping[str, Decimal],
    room: Room,
    place: Place,
    *,
    tenant: str,
    contact: str = "",
    warn: bool = True,
) -> Iterator[tuple[str, Violation]]:
    """Yield, with its rule, the violation of pods to come that need more than there can be.

    What is in flight may come back: who would fit in then is not told.

    Args:
        needs: by key of the ledger.
        room: how the tenant stands.
        place: where it is said how many there will be.
        tenant: whose they are.
        contact: whom to ask for more.
        warn: whether they are let in all the same.

    """
    told: dict[str, list[str]] = {}
    for key in sorted(short(needs, room)):
        told.setdefault(rule_of(key), []).append(key)
    for rule, keys in told.items():
        told_keys = ", ".join(_needed(key, needs[key], room) for key in keys)
        yield (
            rule,
            Violation(
                path=place.path,
                value=place.value,
                detail=f"needs more than {_what(rule, room, tenant)}: {told_keys}",
                remedy=_more(contact) if room.whole else _remedy(split(keys[0]), contact),
                key=tuple(keys),
                warn=warn,
            ),
        )


def short(needs: Mapping[str, Decimal], room: Room) -> frozenset[str]:
    """Return the keys under which there cannot be room, even if all that is in flight came back."""
    zero = Decimal(0)
    return frozenset(
        key
        for key, need in needs.items()
        if key in room.hard and need > add(room.left.get(key, zero), room.in_flight.get(key, zero))
    )


def _what(rule: str, room: Room, tenant: str) -> str:
    """Return what pods to come need more than."""
    if room.whole:
        return f"{tenant} may ever have"
    return f"entitlements leave {tenant}" if rule == LICENSE_RULE else f"{tenant} has left"


def _needed(key: str, need: Decimal, room: Room) -> str:
    """Return ``5 of requests.cpu (1500m is left of 4)``, or ``(4 is the budget)``."""
    found, zero = split(key), Decimal(0)
    if room.whole:
        part, _, name = found.within.partition("/")
        whose = f"the ceiling of {part} {name}" if part else "the budget"
        return f"{text(key, need)} of {found.key} ({text(key, room.hard[key])} is {whose})"
    left = text(key, max(room.left.get(key, zero), zero))
    flying = room.in_flight.get(key, zero)
    waiting = f", {text(key, flying)} in flight" if flying > 0 else ""
    whole = text(key, room.hard[key])
    return f"{text(key, need)} of {found.key} ({left} {_is_left(found)} of {whole}{waiting})"


def path_of(found: LedgerKey) -> str:
    """Return the field of an object that a key is about, as near as one path can say it."""
    key = found.key
    if key.startswith(("services.", "addresses")):
        return "spec.type"
    if "storageclass." in key or key == "requests.storage":
        return "spec.resources.requests.storage"
    if "deviceclass." in key and not key.startswith("requests."):
        return "spec.devices"
    if key.startswith("count/") or key in _OBJECTS:
        return "metadata.name"
    return "spec.volumes" if key.startswith("emptydir.") else "spec.containers"


def _is_left(found: LedgerKey) -> str:
    part, _, name = found.within.partition("/")
    match part:
        case "namespace":
            return f"is left to namespace {name}"
        case "scope":
            return f"is left to {name}"
        case "production":
            return "is left for production"
        case _:
            return "is left"


def _whose(found: LedgerKey, tenant: str) -> str:
    if found.key.startswith(LICENSE):
        where = " in production" if found.within == PRODUCTION else ""
        return f" that entitlements allow {tenant}{where}"
    return f" in the budget of {tenant}"


def _remedy(found: LedgerKey, contact: str) -> str:
    if found.key.startswith(LICENSE):
        return f"stop what else runs of it, or send proof of licence to {contact or 'the provider'}"
    return f"ask for less, delete what is not needed, or ask {contact or 'the provider'} for more"


def _more(contact: str) -> str:
    return f"ask for less, or ask {contact or 'the provider'} for more"
