"""The programs of the other engines: built from their Go modules, cached like the test bed's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from support.controlplane import ControlPlane, Process, StartError, binaries, build
from support.controlplane.components import Component, Program

_KINDS: Final = ("Namespace", "CustomResourceDefinition", "ConfigMap", "ClusterRole")
"""What an engine reads of its release; no pod of it will run here, nor may its quotas count."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A policy engine as its project releases it."""

    component: Component
    source: str
    """The Go module that the program and the manifest are in."""
    manifest: str
    """Where in the module everything to be installed is written."""
    deployment: str
    """The name of the Deployment whose first container decides about admission."""


def _component(name: str, version: str, program: Program, stamp: str) -> Component:
    # Neither project publishes the program as a file: `archives` is empty, so it is built.
    ldflags = f"-s -w -X {stamp}=v{version}"
    return Component(name, version, name, (program,), archives={}, ldflags=ldflags)


GATEKEEPER: Final = Engine(
    _component(
        "gatekeeper",
        "3.23.1",
        Program("gatekeeper-manager", _gk := "github.com/open-policy-agent/gatekeeper/v3", (), 6.0),
        f"{_gk}/pkg/version.Version",
    ),
    source=_gk,
    manifest="deploy/gatekeeper.yaml",
    deployment="gatekeeper-controller-manager",
)
KYVERNO: Final = Engine(
    _component(
        "kyverno",
        "1.19.1",
        # "kyverno" alone would be found on PATH where its command line is installed.
        Program("kyverno-admission", f"{(_ky := 'github.com/kyverno/kyverno')}/cmd/kyverno", (), 9),
        f"{_ky}/pkg/version.BuildVersion",
    ),
    source=_ky,
    manifest="config/install-latest-testing.yaml",
    deployment="kyverno-admission-controller",
)


@dataclass(frozen=True, slots=True)
class Release:
    """The program of an engine, and what belongs to it."""

    program: Path
    objects: tuple[dict[str, Any], ...]
    """What the engine needs in the cluster."""
    arguments: tuple[str, ...]
    """With which its project starts it."""
    webhooks: tuple[dict[str, Any], ...]
    """Its ValidatingWebhookConfigurations, if the manifest has them."""


def released(engine: Engine) -> Release:
    """Build an engine, unless it is in the cache, and read its release manifest."""
    found = binaries.provide([engine.component])
    folder = build.module_folder(engine.component.module, engine.source)
    objects = [o for o in yaml.safe_load_all((folder / engine.manifest).read_text()) if o]
    container = next(
        o["spec"]["template"]["spec"]["containers"][0]
        for o in objects
        if o["kind"] == "Deployment" and o["metadata"]["name"] == engine.deployment
    )
    return Release(
        found[engine.component.programs[0].name],
        tuple(o for o in objects if o["kind"] in _KINDS),
        tuple(container["args"]),
        tuple(o for o in objects if o["kind"] == "ValidatingWebhookConfiguration"),
    )


@contextmanager
def running(
    cluster: ControlPlane, name: str, command: list[str | Path], environment: dict[str, str]
) -> Iterator[Process]:
    """Run an engine beside the cluster; if the body waits in vain, say what the engine said."""
    process = cluster.run(name, command, environment)
    try:
        yield process
    except TimeoutError as error:
        raise StartError(f"{error}\n{name} said last:\n{process.tail()[-4000:]}") from error
    finally:
        process.stop()
