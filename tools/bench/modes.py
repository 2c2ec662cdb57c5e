"""What stands in the way of a Pod, switched on and off on one API server."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from bench.contender import try_pod
from bench.objects import pod
from support.installation import Installation
from support.waiting import until

BINDING: Final = "validatingadmissionpolicybinding"
WEBHOOK: Final = "validatingwebhookconfiguration"
_TWIN: Final = "ValidatingAdmissionPolicy 'aup-operator-twin-"
_WEBHOOK: Final = "admission webhook"
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
        self._installation = installation
        self._cluster = installation.cluster
        self._bindings = self._saved(BINDING)
        webhooks = self._saved(WEBHOOK)
        port = installation.admission[0].port
        self._webhooks = {name: _straight(found, port) for name, found in webhooks.items()}
        self._twins = frozenset(name for name in self._bindings if "-twin" in name)

    @property
    def processes(self) -> tuple[int, ...]:
        """Return what runs of the product, whether or not it is asked."""
        roles = (*self._installation.admission, *self._installation.controllers)
        return tuple(role.process.pid for role in roles)

    def to(self, mode: Mode) -> tuple[int, ...]:
        """Bring a mode about, wait until the API server acts by it, and say who decides then."""
        wanted = {
            name: manifest
            for name, manifest in self._bindings.items()
            if (mode.twins if name in self._twins else mode.guard)
        }
        self._have(BINDING, self._bindings, wanted)
        self._have(WEBHOOK, self._webhooks, self._webhooks if mode.webhook else {})
        if mode.guard:
            self._installation.release.wait_until_guarded()
        until(f"the mode {mode.name}", lambda: self._acts_by(mode))
        if mode.webhook:
            return tuple(role.process.pid for role in self._installation.admission)
        return ()

    def _acts_by(self, mode: Mode) -> bool:
        """Tell whether a Pod that breaks a rule is refused by whom it should, thrice in a row."""
        hostile = pod()
        hostile["spec"]["hostPID"] = True
        words = _TWIN if mode.twins else _WEBHOOK if mode.webhook else ""
        return all(
            words in refusal and bool(words) == bool(refusal)
            for refusal in (try_pod(self._cluster, hostile) for _ in range(3))
        )

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


def _straight(registration: Mapping[str, Any], port: int) -> dict[str, Any]:
    """Return a registration that asks one replica, without the tests' balancer before it.

    In a cluster the kernel spreads connections, which costs next to nothing; here a Python process
    would copy every byte, and count against us only.
    """
    found = json.loads(json.dumps(registration))
    for webhook in found["webhooks"]:
        url = urlsplit(webhook["clientConfig"]["url"])
        webhook["clientConfig"]["url"] = url._replace(netloc=f"{url.hostname}:{port}").geturl()
    return dict(found)


@dataclass(frozen=True, slots=True)
class Part:
    """A mode of the product as a contender."""

    mode: Mode
    switch: Switch

    @property
    def name(self) -> str:
        """How the table calls it."""
        return self.mode.name

    @contextmanager
    def standing(self) -> Iterator[tuple[int, ...]]:
        """Switch to it; nothing of the product stands in the way afterwards."""
        try:
            yield self.switch.to(self.mode)
        finally:
            self.switch.to(MODES[0])
