"""Twins of the host rules: pods, and the templates of the nine kinds that hold one."""

from typing import Final

from aup.rules.host.sysctls import SAFE
from aup.twins.containers import (
    AT,
    COUNT,
    FEW,
    PLACE,
    POD,
    REPOSITORY,
    SECURITY,
    SIDED,
    SIGHT,
    each,
)
from aup.twins.hosts import CONNECTIONS, PROBED, SERVERS
from aup.twins.lists import CAPABILITIES, PORTS
from aup.twins.lists import COUNTED as LISTS
from aup.twins.model import (
    Bound,
    Group,
    Search,
    Twin,
    each_of,
    finding,
    listed,
    quoted,
)
from aup.twins.paths import COUNTED as VOLUMES
from aup.twins.paths import PATHS

_WITHOUT: Final = quoted("leave it out or set it to false")


def _flag(rule: str, holds: str, *, path: str, key: str, words: str) -> str:
    """Return CEL of a finding about one switch of the pod, or of none."""
    told = finding(
        rule,
        key=quoted(key),
        path=path,
        value="'true'",
        words=f"{quoted(words)} + '; ' + {_WITHOUT}",
    )
    return f"({holds} ? [{told}] : [])"


_NAMESPACES: Final = " + ".join(
    _flag(
        "host/namespaces",
        f"variables.spec{{side}}.?{name}.orValue(false)",
        path=f"variables.at + '.{name}'",
        key=name,
        words=f"opens {what} to the pod",
    )
    for name, what in (
        ("hostNetwork", "the node's network and addresses"),
        ("hostPID", "the processes of everybody on the node"),
        ("hostIPC", "the shared memory of everybody on the node"),
    )
)

_SECURITY: Final = "e.c.?securityContext"
_PRIVILEGED: Final = " + ".join(
    (
        _flag(
            "host/privileged",
            "variables.spec{side}.?securityContext.?windowsOptions.?hostProcess.orValue(false)",
            path="variables.at + '.securityContext.windowsOptions.hostProcess'",
            key="pod",
            words="runs the pod's containers on the node itself",
        ),
        *(
            each(
                f"{_SECURITY}.?{field.replace('.', '.?')}.orValue(false)",
                finding(
                    "host/privileged",
                    key=f"{quoted(key + ' ')} + {REPOSITORY}",
                    path=f"{PLACE}.securityContext.{field}'",
                    value="'true'",
                    words=f"{quoted(words + ' on the node itself; ')} + {_WITHOUT}",
                ),
            )
            for field, key, words in (
                ("privileged", "privileged", "gives the container every right"),
                ("windowsOptions.hostProcess", "hostProcess", "runs the container"),
            )
        ),
        each(
            f"!({_SECURITY}.?procMount.orValue('') in ['', 'Default'])",
            finding(
                "host/privileged",
                key=f"'procMount ' + {REPOSITORY}",
                path=f"{PLACE}.securityContext.procMount'",
                value="e.c.securityContext.procMount",
                words="'shows the container the parts of /proc that belong to the node; "
                "leave it out or set it to Default'",
            ),
        ),
    )
)
_PRIVILEGED_SIGNS: Final = {
    POD: "has(s.securityContext) && has(s.securityContext.windowsOptions)",
    SECURITY: "c.securityContext.?privileged.orValue(false)"
    " || has(c.securityContext.windowsOptions)"
    " || c.securityContext.?procMount.orValue('Default') != 'Default'",
}

_SYSCTL: Final = (
    "(s.name.matches('^[^./]*/') ?"
    " s.name.split('.').map(p, p.replace('/', '.')).join('/') : s.name)"
)
"""CEL: a setting with dots. Where a slash comes first, slashes and dots change places."""
_SYSCTLS: Final = each_of(
    "variables.spec{side}.?securityContext.?sysctls.orValue(dyn([]))",
    "s",
    f"!({_SYSCTL} in {listed(sorted(SAFE))})"
    f" && !variables.allows.exists(a, a.startsWith('sysctl:') && (a.endsWith('*') ?"
    f" {_SYSCTL}.startsWith(a.substring(7, a.size() - 1)) : {_SYSCTL} == a.substring(7)))",
    finding(
        "host/sysctls",
        key=_SYSCTL,
        path="variables.at + '.securityContext.sysctls[' + string(i) + '].name'",
        value="s.name",
        words="'is not among the kernel settings that Kubernetes calls safe; leave it out, or ask '"
        " + variables.contact + ' to set it on the nodes'",
    ),
)


WORKLOADS: Final = Group(
    name="workloads",
    purpose="Pods and their templates stay off the node while the operator is away.",
    rules=(
        {
            "apiGroups": ("",),
            "apiVersions": ("v1",),
            "resources": (
                "pods",
                "pods/ephemeralcontainers",
                "podtemplates",
                "replicationcontrollers",
            ),
        },
        {
            "apiGroups": ("apps",),
            "apiVersions": ("v1",),
            "resources": ("deployments", "statefulsets", "daemonsets", "replicasets"),
        },
        {"apiGroups": ("batch",), "apiVersions": ("v1",), "resources": ("jobs", "cronjobs")},
    ),
    variables=AT,
    breadth=f"{COUNT} + variables.spec{{side}}.?volumes.orValue(dyn([])).size()",
    sided=(*SIDED, *LISTS, *VOLUMES, PROBED),
    sight=SIGHT,
    twins=(
        Twin(
            "host/namespaces",
            (Search(_NAMESPACES, {POD: "has(s.hostNetwork) || has(s.hostPID) || has(s.hostIPC)"}),),
        ),
        Twin(
            "host/port",
            (PORTS,),
            leaves="Where ports of the node are allowed, under whose address they are opened.",
        ),
        Twin("host/privileged", (Search(_PRIVILEGED, _PRIVILEGED_SIGNS, bounds=(FEW,)),)),
        Twin(
            "host/path",
            PATHS,
            leaves="Disks of virtual machines, which are a kind of another project. "
            "PersistentVolumes: whose one is, its writer tells.",
        ),
        Twin(
            "host/capabilities",
            CAPABILITIES,
        ),
        Twin(
            "host/sysctls",
            (
                Search(
                    _SYSCTLS,
                    {POD: "has(s.securityContext) && has(s.securityContext.sysctls)"},
                    bounds=(
                        Bound(
                            "sysctls",
                            "variables.at + '.securityContext.sysctls'",
                            "variables.spec{side}.?securityContext.?sysctls.orValue(dyn([])).size()",
                            "60 + 12 * variables.allows.size()",
                        ),
                    ),
                ),
            ),
        ),
        Twin(
            "host/kubelet-connections",
            (CONNECTIONS, *SERVERS),
            leaves="Servers of iscsi, cephfs, rbd, gitRepo, quobyte, scaleIO, CSI and FlexVolume: "
            "lists, ports and URLs that would have to be taken apart. PersistentVolumes: whose one "
            "is, its writer tells.",
        ),
    ),
)
