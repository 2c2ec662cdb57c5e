"""CEL that every group begins with: the stamps of the namespace, as variables."""

from typing import Final

_ANNOTATIONS: Final = "variables.annotations[?'aup.asergo.com/{name}'].orValue('')"


def _annotation(name: str) -> str:
    return _ANNOTATIONS.format(name=name)


def _allowed(kind: str) -> str:
    """Return CEL of what is allowed of a kind."""
    kinds = f"variables.allows.filter(a, a.startsWith('{kind}'))"
    return f"{kinds}.map(a, a.substring({len(kind)}))"


PLATFORM: Final = (
    "request.userInfo.?groups.orValue([]).exists(g,"
    " g in ['system:multus', 'system:nodes', 'system:ovn-nodes'])"
    " || request.userInfo.username in ['system:apiserver', 'system:cloud-controller-manager',"
    " 'system:kube-controller-manager']"
    " || ('writer:' + request.userInfo.username) in variables.allows"
    " || PLATFORM.exists(n,"
    " request.userInfo.username.startsWith('system:serviceaccount:' + n + ':'))"
)
"""CEL: whether the platform asks, by who it is authenticated as."""

_FEW: Final = "transformList(i, shown, i < 4, shown)"
"""CEL: the first four of a list; an answer that names all of a thousand says nothing."""
_USE_ADDRESS: Final = (
    "variables.addresses == 'overflow'"
    " ? variables.tenant + ' has more networks than the API server compares: ask '"
    " + variables.contact"
    " : variables.networks.size() == 0"
    " ? variables.tenant + ' has no address: ask ' + variables.contact + ' for one'"
    f" : 'use an address from ' + variables.cidrs.filter(a, isCIDR(a)).{_FEW}.join(', ')"
)
_USE_HOSTNAME: Final = (
    "variables.hostnames.size() == 0"
    " ? 'ask ' + variables.contact + ' to verify the domain for ' + variables.tenant"
    " : 'use a name in ' + variables.hostnames.map(h, h.startsWith('.') ? h.substring(1) : h)."
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
    ("cidrs", f"variables.addresses.split(',') + {_allowed('address:')}"),
    ("networks", "variables.cidrs.filter(a, isCIDR(a)).map(a, cidr(a))"),
    ("names", f"{_annotation('hostnames')}.split(',') + {_allowed('hostname:')}"),
    ("hostnames", "variables.names.filter(h, h != '')"),
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

    IPv4 in IPv6 clothes (``::ffff:192.0.2.1``) is the IPv4 address, as Go reads it. Each text is
    read once, not once for each network: a list of one is the language's only way to name a value.
    The names ``low``, ``bare``, ``read``, ``net`` and ``own`` must not be those of a variable
    outside.
    """
    bare = "low.startsWith('::ffff:') && low.contains('.') ? low.substring(7) : low"
    within = "[ip(bare)].exists(read, variables.networks.exists(net, net.containsIP(read)))"
    return f"[({address}).lowerAscii()].exists(low, [{bare}].exists(bare, isIP(bare) && {within}))"


def verified(name: str) -> str:
    """Return CEL that tells whether a hostname, or all below it, is the tenant's."""
    low = f"({name}).lowerAscii()"
    plain = f"({low}.endsWith('.') ? {low}.substring(0, {low}.size() - 1) : {low})"
    return (
        f"variables.hostnames.exists(own, own.startsWith('.')"
        f" ? ({plain} == own.substring(1) || {plain}.endsWith(own))"
        f" : {plain} == own)"
    )


def _bare(name: str) -> str:
    """Return CEL of a name without its wildcard: whoever owns the name owns what is below."""
    return f"({name}.startsWith('*.') ? {name}.substring(2) : {name})"


def owned(name: str) -> str:
    """Return CEL that tells whether a name, or all below it, is the tenant's."""
    fits = f"own.startsWith('.') && ('.' + {_bare(name)}).lowerAscii().endsWith(own)"
    below = f"variables.hostnames.exists(own, {fits})"
    return f"({name}.startsWith('*.') ? {below} : {verified(name)})"
