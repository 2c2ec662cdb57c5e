"""CEL that every group begins with: the stamps of the namespace, as variables."""

from typing import Final

from aup.rules.network.platform import CONTROL_PLANE, NODES

_ANNOTATIONS: Final = "variables.annotations[?'aup.asergo.com/{name}'].orValue('')"


def _annotation(name: str) -> str:
    return _ANNOTATIONS.format(name=name)


def _allowed(kind: str) -> str:
    """Return CEL of what is allowed of a kind."""
    kinds = f"variables.allows.filter(a, a.startsWith('{kind}'))"
    return f"{kinds}.map(a, a.substring({len(kind)}))"


def _index(texts: str) -> str:
    """Return CEL of a map to look texts up in.

    The same text twice would be an error: it is left out beside itself, as in a sorted list.
    """
    once = f"i == 0 || {texts}[i - 1] != t"
    return f"{texts}.transformMapEntry(i, t, {once}, {{t: true}})"


# A list of plain names is written by Python as by CEL.
PLATFORM: Final = (
    f"request.userInfo.?groups.orValue([]).exists(g, g in {sorted(NODES)})"
    f" || request.userInfo.username in {sorted(CONTROL_PLANE)}"
    " || ('writer:' + request.userInfo.username) in variables.allows"
    " || PLATFORM.exists(n,"
    " request.userInfo.username.startsWith('system:serviceaccount:' + n + ':'))"
)
"""CEL: whether the platform asks, by who it is authenticated as."""

LONGEST: Final = 254
"""Characters of a hostname with a dot at its end."""
_FEW: Final = "transformList(i, shown, i < 4, shown)"
"""CEL: the first four of a list; an answer that names all of a thousand says nothing."""
_ALL_LENGTHS: Final = ", ".join(f"'/{length}'" for length in range(129))
_LENGTHS: Final = (
    "[variables.cidrs.map(a, a.substring(a.lastIndexOf('/')))].map(all, all.size() <= 16 ? all"
    " : [all.join('') + '/'].map(joined,"
    f" [{_ALL_LENGTHS}].filter(len, joined.contains(len + '/')))[0])[0]"
)
"""CEL: the lengths of the tenant's networks, as ``/24``; each once where these are many."""
_USE_ADDRESS: Final = (
    "variables.addresses == 'overflow'"
    " ? variables.tenant + ' has more networks than the API server compares: ask '"
    " + variables.contact"
    " : variables.cidrs.size() == 0"
    " ? variables.tenant + ' has no address: ask ' + variables.contact + ' for one'"
    f" : 'use an address from ' + variables.cidrs.{_FEW}.join(', ')"
)
_USE_HOSTNAME: Final = (
    f"{_annotation('hostnames')} == 'overflow'"
    " ? variables.tenant + ' has more hostnames than the API server compares: ask '"
    " + variables.contact"
    " : variables.names.size() == 0"
    " ? 'ask ' + variables.contact + ' to verify the domain for ' + variables.tenant"
    " : 'use a name in ' + variables.names.map(h, h.startsWith('.') ? h.substring(1) : h)."
    f"{_FEW}.join(', ') + ', or ask ' + variables.contact + ' to verify another domain'"
)

STAMPS: Final[tuple[tuple[str, str], ...]] = (
    ("annotations", "namespaceObject.metadata.?annotations.orValue({})"),
    ("tenant", "namespaceObject.metadata.labels['aup.asergo.com/tenant']"),
    ("held", f"{_annotation('twins')}.split(',')"),
    ("allows", f"{_annotation('allows')}.split(',')"),
    ("contact", _annotation("contact")),
    ("provider", _annotation("provider")),
    ("rulesURL", _annotation("rules")),
    ("revision", f"{_annotation('policy')}.split('/', 2)"),
    ("addresses", _annotation("addresses")),
    # As the API server writes networks (RFC 5952), by which they are looked up.
    ("cidrs", "variables.addresses.split(',').filter(a, a.contains('/'))"),
    ("networks", _index("variables.cidrs")),
    ("lengths", _LENGTHS),
    ("lent", f"{_allowed('address:')}.filter(a, isCIDR(a)).map(a, cidr(a))"),
    ("names", f"{_annotation('hostnames')}.split(',').filter(h, !(h in ['', 'overflow']))"),
    ("known", f"variables.names + {_allowed('service:')}.filter(s, !(s in variables.names))"),
    ("hostnames", _index("variables.known")),
    ("opened", _allowed("hostname:")),
    ("useAddress", _USE_ADDRESS),
    ("useHostname", _USE_HOSTNAME),
    ("platform", PLATFORM),
)
"""Name and CEL, in order. ``PLATFORM`` is replaced by the list of the platform's namespaces."""

OWN_ADDRESS: Final = "variables.useAddress"
"""CEL: which addresses may be used, as a remedy."""
OWN_HOSTNAME: Final = "variables.useHostname"
"""CEL: which hostnames may be used, as a remedy."""


def mine(address: str) -> str:
    """Return CEL that tells whether a text is an address of the tenant's.

    IPv4 in IPv6 clothes (``::ffff:192.0.2.1``) is the IPv4 address, as Go reads it. It is looked
    up once for each length of the tenant's networks: how many these are costs nothing. A list of
    one is the language's only way to name a value; ``low``, ``bare``, ``len`` and ``net`` must not
    be names of a variable outside.
    """
    bare = "low.startsWith('::ffff:') && low.contains('.') ? low.substring(7) : low"
    network = "isCIDR(bare + len) && string(cidr(bare + len).masked()) in variables.networks"
    within = (
        f"(variables.lengths.exists(len, {network})"
        " || variables.lent.exists(net, net.containsIP(bare)))"
    )
    return (
        f"(({address}).size() <= {LONGEST} && [({address}).lowerAscii()].exists(low,"
        f" [{bare}].exists(bare, isIP(bare) && {within})))"
    )


ADDRESS_UNITS: Final = "(95 + 14 * variables.lengths.size() + 7 * variables.lent.size())"
"""CEL: units of cost of `mine` and of what stands around it, at most."""


def owned(name: str) -> str:
    """Return CEL that tells whether a name, or all below it, is the tenant's.

    Whoever owns the name of a wildcard owns what is below. A name is read once, and each of its
    parents is looked up: how many names a tenant has costs nothing. What is longer than names are
    (RFC 1035) is nobody's. The names ``low``, ``whole``, ``at`` and ``own`` must not be those of a
    variable outside.
    """
    bare = "low.endsWith('.') ? low.substring(0, low.size() - 1) : low"
    parent = (
        "whole.split('.').exists(at, p,"
        " ('.' + whole.split('.', at + 1)[at]) in variables.hostnames)"
    )
    opened = (
        "variables.opened.exists(own,"
        " own.startsWith('.') ? ('.' + whole).endsWith(own) : whole == own)"
    )
    return (
        f"({name}.size() <= {LONGEST} && [{name}.lowerAscii()].exists(low, [{bare}].exists(whole,"
        f" whole in variables.hostnames || {parent} || {opened})))"
    )


NAME_UNITS: Final = 90
"""Units of cost of `owned` and of what stands around it, without `labels`."""


def labels(name: str) -> str:
    """Return CEL of the units of cost that looking up a name's parents takes at most."""
    return f"({name}.size() > {LONGEST} ? 0 : {name}.split('.').size() * (20 + {name}.size() / 6))"
