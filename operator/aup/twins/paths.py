"""Twins of host/path: files of the node that volumes open."""

from typing import Final

from aup.twins.containers import VOLUME
from aup.twins.model import Bound, Search, dealt, each_of, finding

_CANONICAL: Final = "'/' + v.hostPath.path.split('/').filter(s, !(s in ['', '.'])).join('/')"
"""CEL: a path as the kernel walks it; the API server refuses one with ``..`` in it."""
_ALLOWED_PATH: Final = (
    f"[{_CANONICAL}].exists(path, variables.allows.exists(a, a.startsWith('hostpath:')"
    " && (path == a.substring(9) || path.startsWith(a.substring(9) + '/'))))"
)
_PATH_SHARES: Final = 2
_PATHS: Final = tuple(
    each_of(
        "variables.spec{side}.?volumes.orValue(dyn([]))",
        "v",
        f"i {share} && has(v.hostPath) && !{_ALLOWED_PATH}",
        finding(
            "host/path",
            key=_CANONICAL,
            path="variables.at + '.volumes[' + string(i) + '].hostPath.path'",
            value="v.hostPath.path",
            words="'opens files of the node to the pod; use an emptyDir, a PersistentVolumeClaim or"
            " a projected volume'",
        ),
    )
    for share in dealt(_PATH_SHARES)
)

_VOLUMES: Final = "variables.spec{side}.?volumes.orValue(dyn([]))"
COUNTED: Final = (
    (
        "hostPaths",
        (
            f"{_VOLUMES}.transformList(i, v, has(v.hostPath),"
            " v.hostPath.path.split('/').size() + 12).sum()"
        ),
    ),
    *(
        (name, f"{_VOLUMES}.transformList(i, v, has(v.{name}), i).size()")
        for name in ("nfs", "glusterfs")
    ),
)
"""How many entries lists of lists have together."""

_PATHS_BOUND: Final = (
    Bound(
        "parts of paths",
        "variables.at + '.volumes'",
        "variables.hostPaths{side}",
        "10",
        shares=_PATH_SHARES,
    ),
)
PATHS: Final = tuple(
    Search(path, {VOLUME: "has(v.hostPath)"}, bounds=_PATHS_BOUND) for path in _PATHS
)
