"""Twins for Services: their addresses, ports and classes, and where external names lead."""

from typing import Final

from aup.twins.annotations import ADDRESSES, HOSTNAMES, NOTED, NOTED_SIGHT, NOTES, POOLS, noted
from aup.twins.model import Bound, Bounds, Group, Search, Twin, each_of, finding, short
from aup.twins.words import ADDRESS_UNITS, LONGEST, OWN_ADDRESS, mine

_NOT_MINE: Final = f"'is not assigned to ' + variables.tenant + '; ' + {OWN_ADDRESS}"


def _claimed(path: str, key: str, value: str) -> str:
    """Return CEL of the finding of an address that is not the tenant's."""
    return finding("network/assigned-address", key=key, path=path, value=value, words=_NOT_MINE)


def _one(condition: str, value: str, path: str) -> str:
    """Return CEL of the finding about a field that holds one address."""
    told = _claimed(f"'{path}'", f"'{path} ' + {short(value, LONGEST)}", short(value, LONGEST))
    return f"({condition} && {value} != '' && !{mine(value)} ? [{told}] : [])"


SPEC: Final = ("spec", "{object}.?spec.orValue(dyn({}))")

SERVICE: Final = "service"
"""Place of signs: ``s`` is the Service's spec."""
_SIGHT: Final = f"[object.?spec.orValue(dyn({{}}))].exists(s, {{{SERVICE}}}) || ({NOTED_SIGHT})"

_EXTERNAL: Final = each_of(
    "variables.spec{side}.?externalIPs.orValue(dyn([]))",
    "v",
    f"!{mine('v')}",
    _claimed("'spec.externalIPs[' + string(i) + ']'", "'spec.externalIPs ' + v", "v"),
)
_BALANCER: Final = _one(
    "true", "variables.spec{side}.?loadBalancerIP.orValue('')", "spec.loadBalancerIP"
)

_STATUS: Final = (
    # Only a request for the status writes one, and the platform's word is believed.
    "has(request.subResource) && request.subResource == 'status' && !variables.platform ? "
    + each_of(
        "{object}.?status.?loadBalancer.?ingress.orValue(dyn([]))",
        "v",
        f"v.?ip.orValue('') != '' && !{mine('v.ip')}",
        _claimed("'status.loadBalancer.ingress[' + string(i) + '].ip'", "'status ' + v.ip", "v.ip"),
    )
    + " : []"
)
STATUS: Final = Search(
    _STATUS, {SERVICE: "has(request.subResource) && request.subResource == 'status'"}
)
"""Addresses under which a load balancer says to answer."""

_TYPE: Final = "variables.spec{side}.?type.orValue('ClusterIP')"
_OPENS: Final = (
    f"(({_TYPE} == 'NodePort' && !('nodeports' in variables.allows))"
    f" || ({_TYPE} == 'LoadBalancer' && !('balancernodeports' in variables.allows)))"
)
_NODE_PORT: Final = (
    f"{_OPENS} ? "
    + each_of(
        "variables.spec{side}.?ports.orValue(dyn([]))",
        "p",
        "p.?nodePort.orValue(0) != 0",
        finding(
            "network/node-port",
            key=f"{_TYPE} + ' ' + string(p.nodePort)",
            path="'spec.ports[' + string(i) + '].nodePort'",
            value="string(p.nodePort)",
            words=f"'is opened on the addresses of every node; ' + ({_TYPE} == 'LoadBalancer' ?"
            " 'set spec.allocateLoadBalancerNodePorts to false and leave out nodePort' :"
            " 'use type ClusterIP, or LoadBalancer with an address of your own')"
            " + ', or ask ' + variables.contact",
        ),
    )
    + " : []"
)

_CLASS: Final = "variables.spec{side}.?loadBalancerClass.orValue('')"
_LOAD_BALANCER_CLASS: Final = (
    f"{_CLASS} != '' && !(('class:' + {_CLASS}) in variables.allows) ? ["
    + finding(
        "network/load-balancer-class",
        key=f"'class ' + {_CLASS}",
        path="'spec.loadBalancerClass'",
        value=_CLASS,
        words="'is a class that is not open to ' + variables.tenant + '; leave it out, or ask '"
        " + variables.contact + ' for this class'",
    )
    + "] : []"
)

_NAME: Final = "variables.spec{side}.?externalName.orValue('')"
_LOW: Final = f"{_NAME}.lowerAscii()"
_PLAIN: Final = f"({_LOW}.endsWith('.') ? {_LOW}.substring(0, {_LOW}.size() - 1) : {_LOW})"
_INSIDE: Final = (
    f"({_PLAIN}.matches('^(.+[.])?localhost$') || {_PLAIN}.matches('^[0-9.]+$|^0x')"
    f" || isIP({_PLAIN})"
    f" || (PLATFORM + ['default']).exists(n, {_PLAIN}.endsWith('.' + n + '.svc')"
    f" || {_PLAIN}.contains('.' + n + '.svc.')))"
)
"""CEL: the name is no host of the internet and no Service of a tenant, whosever it is."""
_EXTERNAL_NAME: Final = (
    f"{_TYPE} == 'ExternalName' && !('externalnames' in variables.allows)"
    f" && (('noexternalnames' in variables.allows) || {_INSIDE})"
    f" && !{mine(_PLAIN)} ? ["
    + finding(
        "network/external-name",
        key=_PLAIN,
        path="'spec.externalName'",
        value=_NAME,
        words="'leads where Services may not lead here; name a Service of this namespace or a host"
        " on the internet, or ask ' + variables.contact",
    )
    + "] : []"
)

STATUSES: Final = Bound(
    ("network/assigned-address",),
    "'status.loadBalancer.ingress'",
    "addresses",
    "{object}.?status.?loadBalancer.?ingress.orValue(dyn([])).size()",
    f"100000 / {ADDRESS_UNITS}",
    "800",
)

SERVICES: Final = Group(
    name="services",
    purpose="Services answer under the tenant's own addresses while the operator is away.",
    rules=(
        {"apiGroups": ("",), "apiVersions": ("v1",), "resources": ("services", "services/status")},
    ),
    sided=(noted(NOTED), SPEC),
    bounds=Bounds(
        sizes=(
            Bound(
                ("network/assigned-address",),
                "'spec.externalIPs'",
                "addresses",
                "variables.spec{side}.?externalIPs.orValue(dyn([])).size()",
                f"350000 / {ADDRESS_UNITS}",
                "2,800",
            ),
            Bound(
                ("network/node-port",),
                "'spec.ports'",
                "ports",
                "variables.spec{side}.?ports.orValue(dyn([])).size()",
                "8000",
                "8,000",
            ),
            STATUSES,
            NOTES,
        ),
        sums=(),
    ),
    sight=_SIGHT,
    twins=(
        Twin(
            "network/assigned-address",
            (
                Search(_EXTERNAL, {SERVICE: "has(s.externalIPs)"}),
                Search(_BALANCER, {SERVICE: "has(s.loadBalancerIP)"}),
                *ADDRESSES,
                STATUS,
            ),
            leaves="Annotations that hold JSON, ranges or settings of few values; addresses inside "
            "the cluster.",
        ),
        Twin("network/pool", POOLS, leaves="Pools by their network, and in JSON."),
        Twin(
            "network/hostname",
            HOSTNAMES,
            leaves="Hostnames under prefixes that are terms, in JSON and in expressions.",
        ),
        Twin(
            "network/node-port",
            (
                Search(
                    _NODE_PORT,
                    {SERVICE: "has(s.ports) && s.ports.exists(p, has(p.nodePort))"},
                ),
            ),
            leaves="Type NodePort in a file that names no port: the API server always has one.",
        ),
        Twin(
            "network/load-balancer-class",
            (Search(_LOAD_BALANCER_CLASS, {SERVICE: "has(s.loadBalancerClass)"}),),
            leaves="The class of OpenStack's load balancers, which is an annotation.",
        ),
        Twin(
            "network/external-name",
            (Search(_EXTERNAL_NAME, {SERVICE: "s.?type.orValue('') == 'ExternalName'"}),),
            leaves="Services of other tenants, since a policy knows one namespace only; names that "
            "hold an address, and single labels.",
        ),
    ),
)
