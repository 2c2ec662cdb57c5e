"""Twins for Ingresses, Gateways and their routes: the hostnames and addresses they answer under."""

from typing import Final

from aup.twins.annotations import ADDRESSES, HOSTNAMES, POOLS, made
from aup.twins.model import ALWAYS, Group, Search, Twin, each_of, finding, flat, listed
from aup.twins.services import NOTES, NOTES_AT, SPEC, STATUS
from aup.twins.words import OWN_ADDRESS, OWN_HOSTNAME, mine, owned

_NAMED: Final = ("HTTP", "HTTPS", "TLS", "HTTP2", "GRPC", "GRPC-WEB")
"""Protocols of listeners that choose by hostname."""


def _hostname(key: str, path: str, value: str, what: str) -> str:
    """Return CEL of the finding of a hostname that is not the tenant's."""
    words = f"{what} + '; ' + {OWN_HOSTNAME}"
    return finding("network/hostname", key=key, path=path, value=value, words=words)


_NOT_VERIFIED: Final = "'is not verified for ' + variables.tenant"
_OPEN: Final = "'is open to every hostname'"


_HANDED_ON: Final = (
    "variables.kind != 'Gateway' ? dyn({}) :"
    " variables.spec{side}.?infrastructure.?annotations.orValue(dyn({}))"
)
"""CEL: what a controller copies to the Service that it makes for a Gateway."""
_CATCH_ALL: Final = "!('catchall' in variables.allows)"
_RULES: Final = "variables.kind != 'Ingress' ? [] : " + each_of(
    "variables.spec{side}.?rules.orValue(dyn([]))",
    "r",
    f"r.?host.orValue('') == '' ? {_CATCH_ALL} : !{owned('r.host')}",
    "r.?host.orValue('') == '' ? "
    + _hostname("'rules'", "'spec.rules[' + string(i) + '].host'", "''", _OPEN)
    + " : "
    + _hostname(
        "'rules ' + r.host", "'spec.rules[' + string(i) + '].host'", "r.host", _NOT_VERIFIED
    ),
)
_TLS: Final = "variables.kind != 'Ingress' ? [] : " + flat(
    "variables.spec{side}.?tls.orValue(dyn([])).transformList(i, t, "
    + each_of(
        "t.?hosts.orValue(dyn([]))",
        "h",
        f"!{owned('h')}",
        _hostname(
            "'tls ' + h",
            "'spec.tls[' + string(i) + '].hosts[' + string(j) + ']'",
            "h",
            _NOT_VERIFIED,
        ),
        index="j",
    )
    + ")"
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
    variables=(("kind", "request.kind.kind"), NOTES_AT),
    sided=(NOTES, SPEC, ("made", _HANDED_ON)),
    twins=(
        Twin(
            "network/assigned-address",
            (
                *ADDRESSES,
                *made(ADDRESSES),
                Search(f"variables.kind == 'Ingress' ? ({STATUS.finds}) : []", ALWAYS),
                Search(_GATEWAY_ADDRESSES, ALWAYS),
            ),
            leaves="Annotations that hold JSON, ranges or settings of few values; statuses of "
            "Gateways; addresses that are names, and parametersRef.",
        ),
        Twin("network/pool", (*POOLS, *made(POOLS)), leaves="Pools by their network, and in JSON."),
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
