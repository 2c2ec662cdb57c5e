"""Gets everything that a control plane of a version is made of."""

import os
from collections.abc import Mapping
from pathlib import Path

from support.controlplane import binaries, gateway
from support.controlplane.components import (
    DEFAULT_KUBERNETES,
    OLDEST_KUBERNETES,
    Component,
    etcd,
    helm,
    kubernetes,
    prometheus,
)

VERSION_VARIABLE = "AUP_KUBERNETES_VERSION"


def chosen_version() -> str:
    """Return the version of Kubernetes that the environment asks for, or the default."""
    return os.environ.get(VERSION_VARIABLE) or DEFAULT_KUBERNETES


def components_of(version: str | None = None) -> tuple[Component, ...]:
    """Return what a control plane of a version, or of the chosen one, is made of."""
    return kubernetes(version or chosen_version()), etcd(), helm()


def prepare(version: str | None = None) -> Mapping[str, Path]:
    """Get all programs and definitions now, however long it takes, saying what is going on.

    Returns the programs by name. A control plane then starts in seconds, and offline.
    """
    components = components_of(version)
    binaries.announce(components)
    gateway.definitions()
    return binaries.provide(components)


def prepare_tests() -> Mapping[str, Path]:
    """Get what only tests need as well: else the first that does would build it in its time."""
    components = (kubernetes(OLDEST_KUBERNETES), prometheus())
    binaries.announce((*components_of(), *components))
    return {**prepare(), **binaries.provide(components)}
