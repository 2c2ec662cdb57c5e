"""Hostnames: which an object wants to answer for, lends to others, or leads to."""

import msgspec

from aup.facts.model.claim import ClaimSource, IPAddress, NamespaceReference


class ParentGateway(msgspec.Struct, frozen=True):
    """A Gateway that a route is attached to, and whose names it takes over when it has none."""

    text: str
    """As messages write it: ``gateway-system/shared``."""
    name: str
    namespace: NamespaceReference


class HostnameClaim(msgspec.Struct, frozen=True):
    """A hostname that an object wants to answer for."""

    text: str
    path: str
    source: ClaimSource
    name: str
    """Canonical: lower case, A-labels, no trailing dot, without a leading ``*.``."""
    wildcard: bool = False
    catch_all: bool = False
    """No hostname at all: the object answers for every name."""
    problem: str = ""
    reading: str = ""
    """How the text comes to mean the name, where it does not say it: ``also answers for``."""
    service: NamespaceReference | None = None
    """The namespace, where the name is that of a Service and the object may speak of Services."""
    identity: bool = False
    """Whether it is an account of that namespace that is named (SPIFFE), and no Service."""
    parent: ParentGateway | None = None
    """Whose names are taken over: the claim is of all of them."""
    instead: str = ""
    """What would make it no claim at all, where anything does: ``set exportTo: ["."]``."""
    prefix: str = ""
    """Of the annotation, where only a controller that was given this prefix reads it."""


class ExternalName(msgspec.Struct, frozen=True):
    """The name that a Service of type ExternalName leads to: a destination, not a claim."""

    text: str
    path: str
    name: str = ""
    """Canonical; empty when unreadable or an address."""
    addresses: tuple[IPAddress, ...] = ()
    """What a resolver may take the name for: one that is an address, or that holds some."""
    problem: str = ""
    service: NamespaceReference | None = None
    """The namespace, where the name is that of a Service of this cluster."""
    guessed: bool = False
    """Whether the name may as well be one of the internet: only its form is a Service's."""
    internal: str = ""
    """Why the internet does not have the name: ``is a name of the machine that asks``."""


class Loan(msgspec.Struct, frozen=True):
    """Own addresses, names or endpoints that an object opens to another namespace."""

    what: str
    """What is lent, for example ``Services``, ``the hostnames of its listeners``."""
    borrower: NamespaceReference
    label: str = ""
    """Where a selector lends it: the label that would confine it to namespaces by their names."""
