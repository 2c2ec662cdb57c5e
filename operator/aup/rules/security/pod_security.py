"""Security: pods keep to the level of the Pod Security Standards that the policy names.

security/pod-security
    Fields read   of pods and all containers: securityContext.seccompProfile.type,
                  appArmorProfile.type and the older annotation
                  `container.apparmor.security.beta.kubernetes.io/<container>`,
                  seLinuxOptions.type, .user and .role, capabilities.add and .drop, runAsNonRoot,
                  runAsUser, allowPrivilegeEscalation; sources of volumes; hostUsers; os.name
    Allowed       under `security.podSecurity: baseline` the default of each, or what it says of
                  itself and does not switch off; under `restricted` what that level requires,
                  too; under `privileged` anything
    Serves        "reasonable security measures to prevent AUP breaches" (asergo/8.2)

The controls are those of Kubernetes 1.36 (staging/src/k8s.io/pod-security-admission/policy). Those
that a rule of the section host reports (namespaces, ports, paths, privileged, procMount, sysctls,
hosts of probes, and the capabilities that lead out of a container) are left to it, so that no field
is named twice. Two differences from the standard, both on purpose: at Baseline, capabilities that
concern the container alone pass (IPC_LOCK, which Vault and databases lock their memory with), and
those that the node merely notices warn.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from aup.api.sections.security import PodSecurityLevel
from aup.facts.model import Container, SecurityContext, Workload
from aup.facts.node_names import capability
from aup.policy.terms import SecurityTerms
from aup.rules.base import Rule, Violation
from aup.rules.capability import ALL, NET_RAW, NOTICEABLE, drops, reaches

_PROFILES: Final = frozenset({"RuntimeDefault", "Localhost"})
_APPARMOR_KEY: Final = "container.apparmor.security.beta.kubernetes.io/"
_SELINUX_TYPES: Final = frozenset(
    {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
)
_BINDS_PORTS: Final = "NET_BIND_SERVICE"
_WITHOUT: Final = "leave it out"


def pod_security(workload: Workload, terms: SecurityTerms) -> Iterator[Violation]:
    """Yield each setting that the level does not allow, and each that it misses."""
    for check in _CHECKS[terms.level]:
        yield from check(workload, terms)


def _profiles(workload: Workload, terms: SecurityTerms) -> Iterator[Violation]:
    """Yield profiles of seccomp and AppArmor that are switched off, and labels of SELinux."""
    restricted = terms.level is PodSecurityLevel.RESTRICTED
    instead = "set it to RuntimeDefault" if restricted else _WITHOUT
    for context, image in _contexts(workload):
        if context.seccomp and context.seccomp not in _PROFILES:
            detail = "lets the container call all of the kernel"
            yield _wrong(context, "seccompProfile.type", context.seccomp, detail, image, instead)
        if context.apparmor and context.apparmor not in _PROFILES:
            detail = "switches AppArmor off"
            yield _wrong(context, "appArmorProfile.type", context.apparmor, detail, image)
        if (labels := context.selinux) is not None:
            if labels.type not in _SELINUX_TYPES:
                detail = "is not a type that containers are confined by"
                yield _wrong(context, "seLinuxOptions.type", labels.type, detail, image)
            for field, value in (("user", labels.user), ("role", labels.role)):
                if value:
                    detail = "changes who the node takes the container for"
                    yield _wrong(context, f"seLinuxOptions.{field}", value, detail, image)
    for key, value in workload.annotations.items():
        if key.startswith(_APPARMOR_KEY) and not _is_profile(value):
            yield Violation(
                path=f'{workload.annotations_path}["{key}"]',
                value=value,
                detail="switches AppArmor off",
                remedy=_WITHOUT,
                key=("apparmor", value),
            )


def _is_profile(value: str) -> bool:
    """Whether the older annotation names a profile, or nothing."""
    return value in {"", "runtime/default"} or value.startswith("localhost/")


def _noticeable(workload: Workload, terms: SecurityTerms) -> Iterator[Violation]:
    """Yield capabilities that the node notices: they are told, and do no harm to refuse for."""
    for container, i, text in _added(workload, terms):
        if (name := capability(text)) in NOTICEABLE:
            detail = f"is a capability that {NOTICEABLE[name]}"
            yield _over(container, i, text, detail, warn=True)


def _more_than_ports(workload: Workload, terms: SecurityTerms) -> Iterator[Violation]:
    """Yield capabilities beyond the one that is allowed, and containers that keep others."""
    if workload.os == "windows":
        return
    for container, i, text in _added(workload, terms):
        if (name := capability(text)) != _BINDS_PORTS and not reaches(name):
            yield _over(
                container, i, text, "is a capability that the level restricted does not allow"
            )
    for container in _whole(workload):
        dropped = container.security.dropped
        told = terms.net_raw_must_be_dropped and not drops(dropped, ALL, NET_RAW)
        if not told and not drops(dropped, ALL):
            remedy = 'write drop: ["ALL"]'
            yield _missing(container.security, "capabilities.drop", remedy, container)


def _escalation(workload: Workload, terms: SecurityTerms) -> Iterator[Violation]:
    """Yield containers whose programs may gain more rights than they started with."""
    for container in _whole(workload):
        context = container.security
        if context.allow_privilege_escalation is not False and workload.os != "windows":
            field = "allowPrivilegeEscalation"
            shown = "true" if context.allow_privilege_escalation else ""
            yield _missing(context, field, "set it to false", container, shown)


def _users(workload: Workload, terms: SecurityTerms) -> Iterator[Violation]:
    """Yield what runs as root, unless the users of the pod are none of the node's."""
    if workload.host_users is False:
        return
    for context, image in _contexts(workload):
        if context.run_as_user == 0:
            yield _wrong(context, "runAsUser", "0", "is root", image, "name another user")
    for container in _whole(workload):
        said = container.security.run_as_non_root
        if (workload.security.run_as_non_root if said is None else said) is not True:
            shown = "" if said is None else "false"
            yield _missing(container.security, "runAsNonRoot", "set it to true", container, shown)


def _seccomp(workload: Workload, terms: SecurityTerms) -> Iterator[Violation]:
    """Yield containers for which nobody names a profile."""
    if workload.os == "windows":
        return
    for container in _whole(workload):
        if not (container.security.seccomp or workload.security.seccomp):
            remedy = "set it to RuntimeDefault, here or for the pod"
            yield _missing(container.security, "seccompProfile.type", remedy, container)


def _volumes(workload: Workload, terms: SecurityTerms) -> Iterator[Violation]:
    """Yield volumes that name storage by themselves."""
    for path in () if workload.partial else workload.remote_sources:
        source = path.rpartition(".")[2]
        yield Violation(
            path=path,
            value="",
            detail=f"is a volume of type {source}, which the level restricted does not allow",
            remedy="use a PersistentVolumeClaim",
            key=("volume", source),
        )


_Check = Callable[[Workload, SecurityTerms], Iterator[Violation]]

_CHECKS: Final[Mapping[PodSecurityLevel, tuple[_Check, ...]]] = {
    PodSecurityLevel.PRIVILEGED: (),
    PodSecurityLevel.BASELINE: (_profiles, _noticeable),
    PodSecurityLevel.RESTRICTED: (
        _profiles,
        _more_than_ports,
        _escalation,
        _users,
        _seccomp,
        _volumes,
    ),
}


def _contexts(workload: Workload) -> Iterator[tuple[SecurityContext, str]]:
    """Yield every security context, with the image that it is about; empty for the pod's."""
    yield workload.security, ""
    for container in workload.containers:
        yield container.security, container.image_name


def _whole(workload: Workload) -> tuple[Container, ...]:
    """Return the containers of which all is said here that will be said."""
    return () if workload.partial else workload.containers


def _added(workload: Workload, terms: SecurityTerms) -> Iterator[tuple[Container, int, str]]:
    """Yield the capabilities that are added beyond what the provider lists."""
    for container in workload.containers:
        for i, text in enumerate(container.security.added):
            if capability(text) not in terms.capabilities:
                yield container, i, text


def _wrong(
    context: SecurityContext,
    field: str,
    value: str,
    detail: str,
    image: str,
    remedy: str = _WITHOUT,
) -> Violation:
    """Return the violation of a value that the level does not allow."""
    key = (field, value, image.partition("@")[0])
    return Violation(context.at(field), value, detail, remedy, key, image=image)


def _over(
    container: Container, index: int, text: str, detail: str, *, warn: bool = False
) -> Violation:
    """Return the violation of a capability that is added."""
    return Violation(
        path=container.security.at(f"capabilities.add[{index}]"),
        value=text,
        detail=detail,
        remedy=_WITHOUT,
        key=(capability(text), container.image_name.partition("@")[0]),
        image=container.image_name,
        warn=warn,
    )


def _missing(
    context: SecurityContext, field: str, remedy: str, container: Container, shown: str = ""
) -> Violation:
    """Return the violation of a field that must be said; ``shown`` is what stands there."""
    return Violation(
        path=context.at(field),
        value=shown,
        detail="is not what the level restricted requires",
        remedy=remedy,
        key=(field, container.image_name.partition("@")[0]),
        image=container.image_name,
    )


RULE = Rule(
    id="security/pod-security",
    title="Pods keep to the level of the Pod Security Standards",
    reads=Workload,
    terms=lambda terms: terms.security,
    check=pod_security,
    blind=(
        "What a profile on the node (Localhost) really forbids. Whether an image runs as root, "
        "where a pod says nothing of users: the kubelet sees that. Windows: fields that have no "
        "meaning there are not asked for."
    ),
)
