"""Twins of the host rules: pods, and the templates of the nine kinds that hold one."""

from typing import Final

from aup.api.meta import NET_RAW_LABEL, NetRaw
from aup.rules.capability import BASELINE, CONFINED, NOTICEABLE, REACHING
from aup.rules.host.sysctls import SAFE
from aup.twins.breadth import BOUNDS
from aup.twins.containers import (
    AT,
    CONTAINER,
    LONG,
    POD,
    REPOSITORY,
    SECURITY,
    SIDED,
    SIGHT,
    VOLUME,
    each,
)
from aup.twins.hosts import CONNECTIONS, SERVERS
from aup.twins.model import (
    Asked,
    Group,
    Search,
    Twin,
    each_of,
    finding,
    listed,
    place,
    plain,
    quoted,
    short,
    within,
)

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

_ON_NODE: Final = "variables.spec{side}.?hostNetwork.orValue(false)"
_PORT_NUMBER: Final = (
    f"(has(p.hostPort) && p.hostPort != 0 ? p.hostPort : ({_ON_NODE} ? p.containerPort : 0))"
)
# One list for each container, joined into one: the language has no flattening on 1.33.
_PORT: Final = "'hostports' in variables.allows ? [] : " + within(
    "variables.containers{side}.filter(e, has(e.c.ports)).map(e,"
    f" e.c.ports.transformList(j, p, {_PORT_NUMBER} != 0,"
    f" {place('e.p', 'string(j)', f'string({_PORT_NUMBER})')}))",
    finding(
        "host/port",
        key="v[2]",
        path=f"v[0] + '.ports[' + v[1] + '].' + ({_ON_NODE} ? 'containerPort' : 'hostPort')",
        value="v[2]",
        words=(
            f"'is opened on the node\\'s own address; leave out ' + ({_ON_NODE} ?"
            " 'hostNetwork' : 'hostPort') + ', and publish the port through a Service'"
        ),
    ),
)
_PORT_SIGNS: Final = {
    POD: "has(s.hostNetwork)",
    CONTAINER: "has(c.ports) && (c.ports.size() > 1000 || c.ports.exists(p, has(p.hostPort)))",
}

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
                    path=f"e.p + '.securityContext.{field}'",
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
                path="e.p + '.securityContext.procMount'",
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

_CANONICAL: Final = "'/' + v.hostPath.path.split('/').filter(s, !(s in ['', '.'])).join('/')"
"""CEL: a path as the kernel walks it; the API server refuses one with ``..`` in it."""
_ALLOWED_PATH: Final = (
    f"[{_CANONICAL}].exists(path, variables.allows.exists(a, a.startsWith('hostpath:')"
    " && (path == a.substring(9) || path.startsWith(a.substring(9) + '/'))))"
)
_PATH: Final = each_of(
    "variables.spec{side}.?volumes.orValue(dyn([]))",
    "v",
    f"has(v.hostPath) && !{_ALLOWED_PATH}",
    finding(
        "host/path",
        key=_CANONICAL,
        path="variables.at + '.volumes[' + string(i) + '].hostPath.path'",
        value="v.hostPath.path",
        words="'opens files of the node to the pod; use an emptyDir, a PersistentVolumeClaim or a"
        " projected volume'",
    ),
)

_CAPABILITY: Final = short("t", 40) + ".upperAscii().replace('CAP_', '', 1)"
"""CEL: a capability in one spelling. No name holds the prefix in its middle."""
_WORDS: Final = (
    "{"
    + ", ".join(f"{quoted(name)}: {quoted(words)}" for name, words in sorted(REACHING.items()))
    + "}"
)
_USUAL: Final = listed(sorted(BASELINE | CONFINED | NOTICEABLE.keys()))
_ADDS: Final = (
    "c.securityContext.?capabilities.?add.hasValue()"
    f" && (c.securityContext.capabilities.add.size() > {LONG}"
    f" || c.securityContext.capabilities.add.exists(t, !(t in {_USUAL})))"
)
_CAPABILITIES: Final = "'capability:ALL' in variables.allows ? [] : " + within(
    "variables.containers{side}.transformList(n, e, has(e.c.securityContext)"
    " && e.c.securityContext.?capabilities.?add.hasValue(),"
    f" e.c.securityContext.capabilities.add.transformList(i, t, !({_CAPABILITY} in {_USUAL})"
    f" && !(('capability:' + {_CAPABILITY}) in variables.allows),"
    f" {place('string(n)', 'string(i)', plain(short('t', 40)))}))",
    "[variables.containers{side}[int(v[0])]].map(e, [v[2]].map(t, "
    + finding(
        "host/capabilities",
        key=f"{_CAPABILITY} + ' ' + {REPOSITORY}",
        path="e.p + '.securityContext.capabilities.add[' + v[1] + ']'",
        value="t",
        words=f"'is a capability that ' + {_WORDS}[?{_CAPABILITY}].orValue("
        "'may do anything, since nobody knows the name') + '; leave it out'",
    )
    + ")[0])[0]",
)
_DROP_NET_RAW: Final = Asked(
    allowance="dropnetraw",
    label=NET_RAW_LABEL,
    unasked=NetRaw.MAY_KEEP,
    purpose="Containers drop NET_RAW where terms ask for it, while the operator is away.",
)
_DROPS: Final = (
    "'dropnetraw' in variables.allows"
    " && variables.spec{side}.?os.?name.orValue('') != 'windows' ? "
    + each(
        "!e.c.?securityContext.?privileged.orValue(false)"
        " && !e.c.?securityContext.?capabilities.?drop.orValue(dyn([]))"
        ".exists(t, t.upperAscii() in ['ALL', 'NET_RAW'])",
        finding(
            "host/capabilities",
            key=f"'drop ' + {REPOSITORY}",
            path="e.p + '.securityContext.capabilities.drop'",
            value="''",
            words="'does not list NET_RAW, which runtimes give by default and which sends packets"
            ' under any address; write drop: ["ALL"], or drop: ["NET_RAW"]\'',
        ),
    )
    + " : []"
)
_KEEPS: Final = (
    "[c.?securityContext.?capabilities.?drop.orValue(dyn([]))].exists(d,"
    f" d.size() > {LONG} || !d.exists(t, t in ['ALL', 'NET_RAW']))"
)

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
    sided=SIDED,
    bounds=BOUNDS,
    sight=SIGHT,
    twins=(
        Twin(
            "host/namespaces",
            (Search(_NAMESPACES, {POD: "has(s.hostNetwork) || has(s.hostPID) || has(s.hostIPC)"}),),
        ),
        Twin(
            "host/port",
            (Search(_PORT, _PORT_SIGNS),),
            leaves="Where ports of the node are allowed, under whose address they are opened.",
        ),
        Twin("host/privileged", (Search(_PRIVILEGED, _PRIVILEGED_SIGNS),)),
        Twin(
            "host/path",
            (Search(_PATH, {VOLUME: "has(v.hostPath)"}),),
            leaves="Disks of virtual machines, which are a kind of another project. "
            "PersistentVolumes: whose one is, its writer tells.",
        ),
        Twin(
            "host/capabilities",
            (
                Search(_CAPABILITIES, {SECURITY: _ADDS}),
                Search(_DROPS, {CONTAINER: _KEEPS}, asked=_DROP_NET_RAW),
            ),
        ),
        Twin(
            "host/sysctls",
            (Search(_SYSCTLS, {POD: "has(s.securityContext) && has(s.securityContext.sysctls)"}),),
        ),
        Twin(
            "host/kubelet-connections",
            (CONNECTIONS, SERVERS),
            leaves="Servers of iscsi, cephfs, rbd, gitRepo, quobyte, scaleIO, CSI and FlexVolume: "
            "lists, ports and URLs that would have to be taken apart. PersistentVolumes: whose one "
            "is, its writer tells.",
        ),
    ),
)
