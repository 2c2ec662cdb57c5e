"""What stands in the way of a Pod, switched on and off on one API server."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from support.installation import Installation
from support.waiting import until

BINDING: Final = "validatingadmissionpolicybinding"
WEBHOOK: Final = "validatingwebhookconfiguration"
_VOLATILE: Final = ("resourceVersion", "uid", "creationTimestamp", "generation", "managedFields")


@dataclass(frozen=True, slots=True)
class Mode:
    """A part of the product, alone or with others."""

    name: str
    guard: bool = False
    twins: bool = False
    webhook: bool = False


MODES: Final = (
    Mode("no policy"),
    Mode("guard", guard=True),
    Mode("twins", guard=True, twins=True),
    Mode("webhook", guard=True, webhook=True),
    Mode("all", guard=True, twins=True, webhook=True),
)
"""In the order of the table."""


class Switch:
    """Takes parts of an installation away and puts them back."""

    def __init__(self, installation: Installation) -> None:
        self._cluster = installation.cluster
        self._bindings = self._saved(BINDING)
        self._webhooks = self._saved(WEBHOOK)
        self._twins = frozenset(name for name in self._bindings if "-twin" in name)

    def to(self, mode: Mode) -> None:
        """Bring a mode about, and wait until the API server acts by it."""
        wanted = {
            name: manifest
            for name, manifest in self._bindings.items()
            if (mode.twins if name in self._twins else mode.guard)
        }
        self._have(BINDING, self._bindings, wanted)
        self._have(WEBHOOK, self._webhooks, self._webhooks if mode.webhook else {})
        hostile = {"metadata": {"generateName": "x-"}, "spec": _HOSTILE}
        pod = json.dumps({"apiVersion": "v1", "kind": "Pod", **hostile})
        until(f"the mode {mode.name}", lambda: self._refused(pod) is (mode.twins or mode.webhook))

    def _refused(self, pod: str) -> bool:
        """Tell whether a Pod that breaks a rule is refused now, three times in a row."""
        answers = {
            self._cluster.kubectl(
                *("create", "--dry-run=server", "-n", "bench-prod", "-f", "-"),
                input=pod,
                check=False,
            ).returncode
            != 0
            for _ in range(3)
        }
        return answers == {True}

    def _saved(self, kind: str) -> Mapping[str, Any]:
        """Return what the chart installed of a kind, by name, fit to be created again."""
        found = json.loads(self._cluster.kubectl("get", kind, "-o", "json").stdout)["items"]
        for item in found:
            for key in _VOLATILE:
                item["metadata"].pop(key, None)
        ours = [i for i in found if i["metadata"]["name"].startswith("aup-operator")]
        return {item["metadata"]["name"]: item for item in ours}

    def _have(self, kind: str, all_of: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        """Create what is missing of what is wanted, and delete the rest."""
        if gone := sorted(all_of.keys() - wanted.keys()):
            self._cluster.kubectl("delete", kind, *gone, "--ignore-not-found")
        if wanted:
            items = {"apiVersion": "v1", "kind": "List", "items": list(wanted.values())}
            self._cluster.kubectl("apply", "--server-side", "-f", "-", input=json.dumps(items))


_HOSTILE: Final = {
    "hostPID": True,
    "containers": [{"name": "app", "image": "docker.io/library/nginx:1"}],
}
