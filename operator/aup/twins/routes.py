"""Twins for Ingresses, Gateways and their routes: the hostnames and addresses they answer under."""

from dataclasses import replace
from typing import Final

from aup.twins.annotations import ADDRESSES, HOSTNAMES, POOLS, made, notable
from aup.twins.model import (
    ALWAYS,
    ONE,
    Bound,
    Group,
    Search,
    Twin,
    dealt,
    each_of,
    finding,
    flat,
    listed,
    some,
)
from aup.twins.services import NOTES, NOTES_AT, SPEC, STATUS
from aup.twins.words import OWN_ADDRESS, OWN_HOSTNAME, mine, name_cost, owned

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
_RULES_SHARES: Final = 4
_TLS_SHARES: Final = 4
_RULES: Final = tuple(
    "variables.kind != 'Ingress' ? [] : "
    + each_of(
        "variables.rules{side}",
        "r",
        f"i {half} && (r.?host.orValue('') == '' ? {_CATCH_ALL} : !{owned('r.host')})",
        "r.?host.orValue('') == '' ? "
        + _hostname("'rules'", "'spec.rules[' + string(i) + '].host'", "''", _OPEN)
        + " : "
        + _hostname(
            "'rules ' + r.host", "'spec.rules[' + string(i) + '].host'", "r.host", _NOT_VERIFIED
        ),
    )
    for half in dealt(_RULES_SHARES)
)
_TLS: Final = tuple(
    "variables.kind != 'Ingress' ? [] : "
    + flat(
        "variables.tls{side}.transformList(i, t,"
        f" t.?hosts.orValue(dyn([])).transformList(j, h, j {half} && !{owned('h')}, j).size() > 0,"
        " i)"
        + some(
            "i",
            "[variables.tls{side}[i]].map(t, "
            + each_of(
                "t.?hosts.orValue(dyn([]))",
                "h",
                f"j {half} && !{owned('h')}",
                _hostname(
                    "'tls ' + h",
                    "'spec.tls[' + string(i) + '].hosts[' + string(j) + ']'",
                    "h",
                    _NOT_VERIFIED,
                ),
                index="j",
            )
            + ")[0]",
        )
    )
    for half in dealt(_TLS_SHARES)
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


def _length(count: str, texts: str) -> str:
    """Return CEL of how long names are on average: measured only where it decides something."""
    shortest, longest = name_cost("0"), name_cost("254")
    most = _RULES_SHARES * ONE
    decides = f"{count} * ({shortest}) <= {most} && {count} * ({longest}) > {most}"
    return f"{decides} ? {texts}.join('').size() / {count} + 1 : 0"


_LISTS: Final = (
    ("rules", "variables.spec{side}.?rules.orValue(dyn([]))"),
    ("tls", "variables.spec{side}.?tls.orValue(dyn([]))"),
    ("tlsHosts", "variables.tls{side}.map(t, t.?hosts.orValue(dyn([])).size()).sum()"),
    (
        "ruleLength",
        _length(
            "variables.rules{side}.size()", "variables.rules{side}.map(r, r.?host.orValue(''))"
        ),
    ),
    (
        "tlsLength",
        _length(
            "variables.tlsHosts{side}",
            "variables.tls{side}.map(t, t.?hosts.orValue(dyn([])).join(''))",
        ),
    ),
)
_RULES_BOUND: Final = (
    # Whatever an entry costs: how long it takes grows with the square of their number.
    Bound("rules", "'spec.rules'", "variables.rules{side}.size()", "45"),
    Bound(
        "rules",
        "'spec.rules'",
        "variables.rules{side}.size()",
        name_cost("variables.ruleLength{side}"),
        shares=_RULES_SHARES,
    ),
)
_TLS_BOUND: Final = (
    Bound("entries", "'spec.tls'", "variables.tls{side}.size()", "40"),
    Bound("hostnames", "'spec.tls'", "variables.tlsHosts{side}", "43"),
    Bound(
        "hostnames",
        "'spec.tls'",
        "variables.tlsHosts{side}",
        f"2 * ({name_cost('variables.tlsLength{side}')})",
        shares=_TLS_SHARES,
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
    breadth="variables.tls{side}.size() + variables.rules{side}.size()",
    sided=(NOTES, SPEC, ("made", _HANDED_ON), notable("notes", "made"), *_LISTS),
    twins=(
        Twin(
            "network/assigned-address",
            (
                *ADDRESSES,
                *made(ADDRESSES),
                replace(
                    STATUS,
                    finds=f"variables.kind == 'Ingress' ? ({STATUS.finds}) : []",
                    signs=ALWAYS,
                ),
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
                *(Search(rules, ALWAYS, bounds=_RULES_BOUND) for rules in _RULES),
                *(Search(tls, ALWAYS, bounds=_TLS_BOUND) for tls in _TLS),
                Search(_BACKEND, ALWAYS),
                *(Search(f, ALWAYS) for f in (_LISTENERS, _ROUTES)),
            ),
            leaves="Annotations that add names, external-dns, kinds of other projects, "
            "certificate requests; routes without a hostname, which depend on whose Gateway they "
            "attach to; expressions.",
        ),
    ),
)
