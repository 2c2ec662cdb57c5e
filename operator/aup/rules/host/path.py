"""Host: files of the node stay out of pods.

host/path
    Fields read   volumes[].hostPath.path; volumes[].hostDisk.path of virtual machines;
                  spec.hostPath.path and spec.local.path of a PersistentVolume, where its writer
                  belongs to a tenant
    Allowed       none, but the paths that `network.allowedHostPaths` lists, with all below them
    Serves        "no unauthorised access, monitoring or interference" (asergo/1.2)

Paths are compared as the kernel walks them: doubled slashes, `.` and `..` are resolved first.
"""

from collections.abc import Iterator

from aup.facts.model import HostPath, Workload
from aup.policy.terms import HostTerms
from aup.rules.base import Rule, Violation
from aup.text import join


def path(workload: Workload, terms: HostTerms) -> Iterator[Violation]:
    """Yield each path of the node that would be mounted."""
    for found in workload.host_paths:
        if not any(_is_under(found.canonical, allowed) for allowed in terms.host_paths):
            yield Violation(
                path=found.path,
                value=found.text,
                detail="opens files of the node to the pod",
                remedy=_remedy(found, terms),
                key=(found.canonical, *found.says),
            )


def _is_under(found: str, allowed: str) -> bool:
    """Whether a path is another one, or below it."""
    return found == allowed or found.startswith(f"{allowed}/")


def _remedy(found: HostPath, terms: HostTerms) -> str:
    """Say what to mount instead."""
    own = "use an emptyDir, a PersistentVolumeClaim or a projected volume"
    if found.persistent:
        own = f"claim a volume of a storage class, or ask {terms.contact} for this one"
    if not terms.host_paths:
        return own
    return f"{own}, or mount {join([*terms.host_paths])} or what is below"


RULE = Rule(
    id="host/path",
    title="Files of the node stay out of pods",
    reads=Workload,
    terms=lambda terms: terms.host,
    check=path,
    blind=(
        "Where a link on the node leads: allow only paths in which tenants cannot make links. "
        "PersistentVolumes of the provider's, and who wrote a stored one: that is not known, so it "
        "counts as nobody's. What CSI and FlexVolume drivers do on the node."
    ),
)
