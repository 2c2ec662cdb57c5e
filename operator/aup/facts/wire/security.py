"""What rules read of security contexts, probes and hooks.

Field names are Kubernetes' own; docstrings there.
"""

from typing import Any

from aup.facts.wire.shape import Wire


class WindowsOptions(Wire, frozen=True):
    """WindowsSecurityContextOptions."""

    host_process: bool | None = None


class Capabilities(Wire, frozen=True):
    """Capabilities."""

    add: list[str | None] | None = None
    drop: list[str | None] | None = None


class Profile(Wire, frozen=True):
    """SeccompProfile and AppArmorProfile."""

    type: str | None = None


class SELinuxOptions(Wire, frozen=True):
    """SELinuxOptions; the level alone never widens anything."""

    type: str | None = None
    user: str | None = None
    role: str | None = None


class Confinement(Wire, frozen=True):
    """What the security contexts of pods and of containers have in common."""

    windows_options: WindowsOptions | None = None
    seccomp_profile: Profile | None = None
    app_armor_profile: Profile | None = None
    se_linux_options: SELinuxOptions | None = None
    run_as_non_root: bool | None = None
    run_as_user: int | None = None


class ContainerSecurity(Confinement, frozen=True):
    """SecurityContext of a container."""

    privileged: bool | None = None
    capabilities: Capabilities | None = None
    proc_mount: str | None = None
    allow_privilege_escalation: bool | None = None


class Sysctl(Wire, frozen=True):
    """Sysctl."""

    name: str | None = None


class PodSecurity(Confinement, frozen=True):
    """PodSecurityContext."""

    sysctls: list[Sysctl | None] | None = None


class HostAction(Wire, frozen=True):
    """HTTPGetAction and TCPSocketAction; the actions exec, grpc and sleep name no host."""

    host: str | None = None


class ExecAction(Wire, frozen=True):
    """ExecAction."""

    command: Any = None


class Handler(Wire, frozen=True):
    """Probe and LifecycleHandler."""

    exec: ExecAction | None = None
    http_get: HostAction | None = None
    tcp_socket: HostAction | None = None


class Lifecycle(Wire, frozen=True):
    """Lifecycle."""

    post_start: Handler | None = None
    pre_stop: Handler | None = None


class Probed(Wire, frozen=True):
    """The probes and hooks of a container."""

    liveness_probe: Handler | None = None
    readiness_probe: Handler | None = None
    startup_probe: Handler | None = None
    lifecycle: Lifecycle | None = None
