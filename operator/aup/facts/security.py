"""Security contexts: what they add to the confinement of a container or take away from it."""

from aup.facts.model import SecurityContext, SELinux
from aup.facts.wire.security import Confinement, ContainerSecurity, PodSecurity, Profile


def container_security(found: ContainerSecurity | None, path: str) -> SecurityContext:
    """Read the security context of a container, whose own path is ``path``."""
    at = f"{path}.securityContext"
    if found is None:
        return SecurityContext(at)
    capabilities = found.capabilities
    return SecurityContext(
        path=at,
        added=_words(capabilities.add) if capabilities else (),
        dropped=_words(capabilities.drop) if capabilities else (),
        proc_mount=found.proc_mount or "",
        allow_privilege_escalation=found.allow_privilege_escalation,
        seccomp=_type(found.seccomp_profile),
        apparmor=_type(found.app_armor_profile),
        selinux=_selinux(found),
        run_as_non_root=found.run_as_non_root,
        run_as_user=found.run_as_user,
    )


def pod_security(found: PodSecurity | None, path: str) -> SecurityContext:
    """Read the security context of the pod spec at ``path``."""
    at = f"{path}.securityContext"
    if found is None:
        return SecurityContext(at)
    return SecurityContext(
        path=at,
        sysctls=_words([s.name if s else None for s in found.sysctls]) if found.sysctls else (),
        seccomp=_type(found.seccomp_profile),
        apparmor=_type(found.app_armor_profile),
        selinux=_selinux(found),
        run_as_non_root=found.run_as_non_root,
        run_as_user=found.run_as_user,
    )


def is_host_process(found: Confinement | None) -> bool:
    """Whether a security context asks for a Windows process on the node itself."""
    options = found.windows_options if found else None
    return bool(options and options.host_process)


def _words(found: list[str | None] | None) -> tuple[str, ...]:
    """Return a list of words, each at its place; null is empty text, as for the API server."""
    return tuple([word or "" for word in found]) if found else ()


def _type(profile: Profile | None) -> str:
    """Return the type of a profile, where there is one."""
    return (profile.type or "") if profile else ""


def _selinux(found: Confinement) -> SELinux | None:
    """Return the SELinux labels that are asked for."""
    options = found.se_linux_options
    if options is None:
        return None
    return SELinux(options.type or "", options.user or "", options.role or "")
