"""What a policy of a tier of the whole cluster lets pass before others are heard.

Which comes first, as the projects document it:

    network policy API   tier Admin, then NetworkPolicies, then tier Baseline. In Admin the smaller
                         priority first; `Accept` (`Allow`) ends it, `Pass` skips the rest of Admin
    Antrea               tiers by their priority, `application` last; then NetworkPolicies, then
                         `baseline`. `Allow` ends it, `Pass` leaves it to NetworkPolicies
    Calico               tiers by their order; NetworkPolicies are in `default`. `Allow` ends it,
                         `Pass` goes on with the next tier. Capitals do not matter to it, and no
                         action is `Allow`
    Cilium               no order among its own: what denies is heard before what allows

The operator closes direct delivery in Admin with the largest priority there is, so that everything
else in that tier is heard before it, and in a tier of Calico's before `kube-admin`.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from aup.facts.address import parse_network
from aup.facts.json_value import text_of
from aup.facts.model import IPNetwork, Passage
from aup.facts.wire.tree import Tree

DELIVERY_PORT: Final = 25
"""At which mail servers take mail from each other (RFC 5321)."""

Passages = Iterator[Passage]
Networks = tuple[IPNetwork, ...]
_Goal = Networks | None
"""Where a rule lets traffic out to: networks, anywhere (empty), or nowhere but to pods."""
_ANYWHERE: Final[Networks] = ()

_PASSED_ON: Final = "Pass"
_ACTIONS: Final = frozenset({"Accept", "Allow", _PASSED_ON})
_CALICO_REFUSES: Final = frozenset({"deny", "log"})
_CALICO_PASSES_ON: Final = frozenset({"next-tier", "pass"})
_ANTREA_LAST: Final = frozenset({"", "application", "baseline"})
_CALICO_NETWORK_POLICIES: Final = frozenset(
    {"", "default", "kube-baseline", "baselineadminnetworkpolicy"}
)
_CALICO_LAST: Final = _CALICO_NETWORK_POLICIES | {"kube-admin", "adminnetworkpolicy"}
"""Those that come after ours, whatever else there is: of any other tier nobody knows it here."""
_CALICO_PORTS: Final = re.compile(r"([0-9]{1,5})(?::([0-9]{1,5}))?")
_PODS: Final = frozenset({"namespaces", "pods"})
_ANTREA_PODS: Final = frozenset(
    {"podSelector", "namespaceSelector", "namespaces", "serviceAccount", "scope"}
)


def nothing(tree: Tree) -> Passages:
    """Yield nothing: such a policy is heard last, or only denies what it names."""
    del tree
    yield from ()


def of_network_policy_api(tree: Tree) -> Passages:
    """Yield what a policy of SIG Network's, or of AWS, lets pass in the tier Admin."""
    if tree.one("spec.tier") != "Baseline":
        for rule, action, leaves in _passing(tree):
            goal = _outside(rule, _PODS, "networks[]") if leaves and _is_open(rule) else None
            yield _passage(rule, action, goal, final=action != _PASSED_ON)


def of_antrea(tree: Tree) -> Passages:
    """Yield what Antrea's ClusterNetworkPolicy lets pass; its tiers but one come first."""
    tier = text_of(tree.one("spec.tier")).lower()
    for rule, action, leaves in _passing(tree):
        goal = None
        if leaves and tier not in _ANTREA_LAST and _is_open_in_antrea(rule):
            services = next(rule.each("toServices[]"), None)
            goal = None if services else _outside(rule, _ANTREA_PODS, "ipBlock.cidr")
        yield _passage(rule, action, goal, final=action != _PASSED_ON and tier != "baseline")


def of_calico(tree: Tree) -> Passages:
    """Yield what Calico's GlobalNetworkPolicy lets pass.

    Selectors take in NetworkSets, which may be any networks: only networks confine.
    """
    tier = text_of(tree.one("spec.tier"))
    for rule, action, leaves in _passing(tree, _passes_in_calico):
        goal = None
        if leaves and tier not in _CALICO_LAST and _is_open_in_calico(rule):
            goal = _read([value for _, value in rule.each("destination.nets[]")])
        passed_on = action.lower() in _CALICO_PASSES_ON
        final = not passed_on and tier not in _CALICO_NETWORK_POLICIES
        yield _passage(rule, action, goal, final=final)


Read = Callable[[Tree], Passages]


def _passes(action: Any) -> bool:
    return isinstance(action, str) and action in _ACTIONS


def _passes_in_calico(action: Any) -> bool:
    return text_of(action).lower() not in _CALICO_REFUSES


def _passing(
    tree: Tree, passes: Callable[[Any], bool] = _passes
) -> Iterator[tuple[Tree, str, bool]]:
    """Yield each rule that lets traffic pass, with its action and whether that leaves the pods."""
    for path, leaves in (("spec.ingress[]", False), ("spec.egress[]", True)):
        for rule in tree.objects(path):
            action = rule.one("action")
            if passes(action):
                yield rule, text_of(action), leaves


def _passage(rule: Tree, action: str, goal: _Goal, *, final: bool) -> Passage:
    delivers = goal is not None
    return Passage(action, rule.at("action"), final=final, delivers=delivers, networks=goal or ())


def _outside(rule: Tree, pods: frozenset[str], networks: str) -> _Goal:
    """Return where a rule leads outside of pods.

    Args:
        rule: with its peers in ``to``; without any it leads everywhere.
        pods: fields of a peer that hold pods alone.
        networks: path in a peer of what holds networks.

    """
    found: list[Any] = []
    peers = list(rule.objects("to[]"))
    for peer in peers:
        said = {name for name, value in peer.members.items() if value is not None}
        if said and said <= pods:
            continue
        if said != {networks.partition(".")[0].removesuffix("[]")}:
            return _ANYWHERE
        found.extend(value for _, value in peer.each(networks))
    return _read(found) if found or not peers else None


def _read(values: list[Any]) -> Networks:
    """Return networks; what cannot be read of them may be anywhere."""
    parsed = [parse_network(value) for value in values]
    if any(one.problem for one in parsed):
        return _ANYWHERE
    return tuple(network for one in parsed for network in one.networks)


def _is_open(rule: Tree) -> bool:
    """Tell whether mail is among the ports of a rule; named ones are pods' own."""
    said = [*rule.objects("protocols[]"), *rule.objects("ports[]")]
    return not said or any(map(_holds_port, said))


def _holds_port(said: Tree) -> bool:
    """Tell whether one entry holds the port: of this version of the API, or of the one before."""
    for tcp in said.objects("tcp"):
        ports = list(tcp.objects("destinationPort"))
        return not ports or any(map(_is_port, ports))
    before = [*said.objects("portNumber"), *said.objects("portRange")]
    return any(_is_tcp(port.one("protocol")) and _is_port(port) for port in before)


def _is_port(port: Tree) -> bool:
    """Tell whether a number, or a range, holds the port."""
    number = port.one("number") or port.one("port")
    if number is not None:
        return bool(number == DELIVERY_PORT)
    start, end = (port.one(name) or port.one(f"range.{name}") for name in ("start", "end"))
    return _is_between(start, end)


def _is_open_in_antrea(rule: Tree) -> bool:
    """Tell whether mail is among the ports of a rule of Antrea's."""
    ports = list(rule.objects("ports[]"))
    if not ports:
        return next(rule.each("protocols[]"), None) is None
    return any(
        _is_tcp(port.one("protocol"))
        and (
            (first := port.one("port")) is None or _is_between(first, port.one("endPort") or first)
        )
        for port in ports
    )


def _is_open_in_calico(rule: Tree) -> bool:
    """Tell whether mail is among the ports of a rule of Calico's."""
    other = rule.one("notProtocol")
    if not _is_tcp(rule.one("protocol")) or (other is not None and _is_tcp(other)):
        return False
    left_out = (value for _, value in rule.each("destination.notPorts[]"))
    if any(map(_is_in_calico, left_out)):
        return False
    ports = [value for _, value in rule.each("destination.ports[]")]
    return not ports or any(map(_is_in_calico, ports))


def _is_in_calico(value: Any) -> bool:
    """Tell whether a port of Calico's is the one: a number, ``20:30``, or a name."""
    found = _CALICO_PORTS.fullmatch(text_of(value))
    return found is not None and _is_between(int(found[1]), int(found[2] or found[1]))


def _is_tcp(protocol: Any) -> bool:
    """Tell whether a protocol is TCP, which is meant where none is said."""
    return protocol is None or text_of(protocol).upper() in {"TCP", "6"}


def _is_between(first: Any, last: Any) -> bool:
    """Tell whether the port is in a range; what is no number is the name of a pod's port."""
    if not (isinstance(first, int) and isinstance(last, int)):
        return False
    return first <= DELIVERY_PORT <= last
