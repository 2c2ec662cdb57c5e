"""AddressUse: which namespace used an address or hostname, from when to when.

Written by the operator only. Mirrors crds/aup.asergo.com_addressuses.yaml.
"""

import ipaddress

import msgspec

from aup.api.meta import API_VERSION, ObjectMeta, Time


class AddressUseSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was used: exactly one of both."""

    address: str | None = None
    """Canonical text."""
    hostname: str | None = None
    """Lower case; ``*.acme.example`` for a wildcard."""


class UseInterval(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One object's use of it."""

    namespace: str
    uid: str
    """Of the Namespace: a namespace of the same name later is another one."""
    tenant: str
    object: str
    """Kind and name, for example ``Service/web``."""
    from_: Time = msgspec.field(name="from")
    until: Time | None = None
    """None while it is in use."""


class AddressUseStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The history, oldest first."""

    intervals: tuple[UseInterval, ...] = ()


class AddressUse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """History of one address or hostname; `object_name` says how it is named."""

    api_version: str = API_VERSION
    kind: str = "AddressUse"
    metadata: ObjectMeta
    spec: AddressUseSpec
    status: AddressUseStatus = AddressUseStatus()


def object_name(*, address: str | None = None, hostname: str | None = None) -> str:
    """Return the name of the AddressUse of an address or a hostname.

    IPv6 is written in full, since ``::1`` would begin with a hyphen. The label ``wc--any`` stands
    for ``*``: hyphens in third and fourth place are reserved, so that no host is called that.
    Raises ValueError for text that is no address, and where both are missing.
    """
    if address is not None:
        if "%" in address:
            raise ValueError(
                f"{address!r} is an address with a zone, which means nothing elsewhere"
            )
        return ipaddress.ip_address(address).exploded.replace(":", "-")
    if not hostname:
        raise ValueError("an address or a hostname is needed")
    name = hostname.rstrip(".").lower()
    return f"wc--any{name[1:]}" if name.startswith("*") else name
