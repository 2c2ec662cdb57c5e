"""Twins for Ingresses, Gateways and their routes: the hostnames and addresses they answer under."""

from dataclasses import replace
from typing import Final

from aup.twins.annotations import ADDRESSES, HOSTNAMES, NOTED, NOTES, POOLS, noted
from aup.twins.model import (
    ALWAYS,
    Bound,
    Bounds,
    Group,
    Search,
    Twin,
    each_of,
    finding,
    listed,
    place,
    within,
)
from aup.twins.services import SPEC, STATUS, STATUSES
from aup.twins.words import NAME_UNITS, OWN_ADDRESS, OWN_HOSTNAME, labels, mine, owned

_NAMED: Final = ("HTTP", "HTTPS", "TLS", "HTTP2", "GRPC", "GRPC-WEB")
"""Protocols of listeners that choose by hostname."""


def _hostname(key: str, path: str, value: str, what: str) -> str:
    """Return CEL of the finding of a hostname that is not the tenant's."""
    words = f"{what} + '; ' + {OWN_HOSTNAME}"
    return finding("network/hostname", key=key, path=path, value=value, words=words)


_NOT_VERIFIED: Final = "'is not verified for ' + variables.tenant"
_OPEN: Final = "'is open to every hostname'"


_HANDED_ON: Final = (
    "spec.infrastructure.annotations",
    "(variables.kind == 'Gateway' ? {object}.?spec.?infrastructure.?annotations : optional.none())",
)
"""What a controller copies to the Service that it makes for a Gateway."""
_CATCH_ALL: Final = "!('catchall' in variables.allows)"
_RULES: Final = each_of(
    "variables.rules{side}",
    "r",
    f"r.?host.orValue('') == '' ? {_CATCH_ALL} : !{owned('r.host')}",
    "r.?host.orValue('') == '' ? "
    + _hostname("'rules'", "'spec.rules[' + string(i) + '].host'", "''", _OPEN)
    + " : "
    + _hostname(
        "'rules ' + r.host", "'spec.rules[' + string(i) + '].host'", "r.host", _NOT_VERIFIED
    ),
)
_TLS: Final = within(
    "variables.tls{side}.transformList(i, t, t.?hosts.orValue(dyn([]))"
    f".transformList(j, h, !{owned('h')}, {place('string(i)', 'string(j)', 'string(h)')}))",
    _hostname(
        "'tls ' + v[2]",
        "'spec.tls[' + v[0] + '].hosts[' + v[1] + ']'",
        "v[2]",
        _NOT_VERIFIED,
    ),
)
_BACKEND: Final = (
    "variables.kind == 'Ingress' && has(variables.spec{side}.defaultBackend)"
    f" && {_CATCH_ALL} ? ["
    + _hostname(
        "'defaultBackend'",
        "'spec.defaultBackend'",
        "''",
        "'answers for every hostname; leave it out, and in a rule with a host'",
    )
    + "] : []"
)
_LISTENERS: Final = "variables.kind != 'Gateway' ? [] : " + each_of(
    "variables.spec{side}.?listeners.orValue(dyn([]))",
    "r",
    "r.?hostname.orValue('') == ''"
    f" ? (r.?protocol.orValue('HTTP').upperAscii() in {listed(_NAMED)} && {_CATCH_ALL})"
    f" : !{owned('r.hostname')}",
    "r.?hostname.orValue('') == '' ? "
    + _hostname("'listeners'", "'spec.listeners[' + string(i) + '].hostname'", "''", _OPEN)
    + " : "
    + _hostname(
        "'listeners ' + r.hostname",
        "'spec.listeners[' + string(i) + '].hostname'",
        "r.hostname",
        _NOT_VERIFIED,
    ),
)
_ROUTES: Final = "!(variables.kind in ['HTTPRoute', 'GRPCRoute', 'TLSRoute']) ? [] : " + each_of(
    "variables.spec{side}.?hostnames.orValue(dyn([]))",
    "h",
    f"!{owned('h')}",
    _hostname("'hostnames ' + h", "'spec.hostnames[' + string(i) + ']'", "h", _NOT_VERIFIED),
)
_GATEWAY_ADDRESSES: Final = "variables.kind != 'Gateway' ? [] : " + each_of(
    "variables.spec{side}.?addresses.orValue(dyn([]))",
    "a",
    "a.?type.orValue('IPAddress') == 'IPAddress' && a.?value.orValue('') != ''"
    f" && !{mine('a.value')}",
    finding(
        "network/assigned-address",
        key="'addresses ' + a.value",
        path="'spec.addresses[' + string(i) + '].value'",
        value="a.value",
        words=f"'is not assigned to ' + variables.tenant + '; ' + {OWN_ADDRESS}",
    ),
)


def _of_ingress(name: str) -> tuple[str, str]:
    """Return the variable of a list of Ingresses. Others' definitions allow few entries."""
    listed = f"{{object}}.?spec.?{name}.orValue(dyn([]))"
    return name, f"variables.kind == 'Ingress' ? {listed} : dyn([])"


_MOST: Final = 2_500
"""Hostnames, of which the API server takes half a second to compare."""
_LABELS: Final = (
    f"(variables.rules{{side}}.map(r, [r.?host.orValue('')].map(h, {labels('h')})[0]).sum()"
    " + variables.tls{side}.map(t, t.?hosts.orValue(dyn([]))"
    f".map(h, {labels('h')}).sum()).sum())"
)
_COUNT: Final = (
    "(variables.rules{side}.size()"
    " + variables.tls{side}.map(t, t.?hosts.orValue(dyn([])).size()).sum())"
)
_BOUNDS: Final = Bounds(
    sizes=(
        Bound(
            ("network/hostname",),
            "'spec.rules'",
            "rules",
            "variables.rules{side}.size()",
            f"{_MOST}",
            f"{_MOST:,}",
        ),
        Bound(
            ("network/hostname",),
            "'spec.tls'",
            "entries",
            "variables.tls{side}.size()",
            f"{_MOST}",
            f"{_MOST:,}",
        ),
        STATUSES,
        NOTES,
    ),
    sums=(
        Bound(
            ("network/hostname",),
            "'spec'",
            "hostnames",
            _COUNT,
            # How long they are is read where it could matter.
            f"{_COUNT} < 50 || {_COUNT} > {_MOST} ? {_MOST}"
            f" : 400000 / ({NAME_UNITS} + {_LABELS} / {_COUNT})",
            f"{_MOST:,}; fewer long ones",
        ),
    ),
)

ROUTES: Final = Group(
    name="routes",
    purpose="Ingresses, Gateways and routes answer for the tenant's own names while the operator "
    "is away.",
    rules=(
        {
            "apiGroups": ("networking.k8s.io",),
            "apiVersions": ("v1",),
            "resources": ("ingresses", "ingresses/status"),
        },
        {
            "apiGroups": ("gateway.networking.k8s.io",),
            "apiVersions": ("v1", "v1beta1", "v1alpha2"),
            "resources": ("gateways", "httproutes", "grpcroutes", "tlsroutes"),
        },
    ),
    variables=(("kind", "request.kind.kind"),),
    sided=(
        noted(NOTED, _HANDED_ON),
        SPEC,
        _of_ingress("rules"),
        _of_ingress("tls"),
    ),
    bounds=_BOUNDS,
    twins=(
        Twin(
            "network/assigned-address",
            (
                *(replace(search, signs=ALWAYS) for search in ADDRESSES),
                Search(f"variables.kind == 'Ingress' ? ({STATUS.finds}) : []", ALWAYS),
                Search(_GATEWAY_ADDRESSES, ALWAYS),
            ),
            leaves="Annotations that hold JSON, ranges or settings of few values; statuses of "
            "Gateways; addresses that are names, and parametersRef.",
        ),
        Twin("network/pool", POOLS, leaves="Pools by their network, and in JSON."),
        Twin(
            "network/hostname",
            (
                *HOSTNAMES,
                *(Search(f, ALWAYS) for f in (_RULES, _TLS, _BACKEND, _LISTENERS, _ROUTES)),
            ),
            leaves="Annotations that add names, external-dns, kinds of other projects, "
            "certificate requests; routes without a hostname, which depend on whose Gateway they "
            "attach to; expressions.",
        ),
    ),
)
