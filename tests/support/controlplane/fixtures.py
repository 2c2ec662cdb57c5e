"""The control plane as pytest fixtures: one server for the session, a namespace for each test."""

import secrets
from collections.abc import Iterator

import pytest

from support.controlplane import binaries
from support.controlplane.components import prometheus
from support.controlplane.errors import TestbedError
from support.controlplane.provision import prepare
from support.controlplane.server import ControlPlane
from support.repository import ROOT

INTEGRATION = ROOT / "tests" / "integration"
"""The folder whose tests need a control plane."""


@pytest.hookimpl(tryfirst=True)  # before pytest selects by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the integration tests, so that ``-m 'not cluster'`` leaves them out."""
    for item in items:
        if item.path.is_relative_to(INTEGRATION):
            item.add_marker(pytest.mark.cluster)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Get the programs before the first test: a build is no test, nor may it time one out."""
    marked = {marker.name for item in session.items for marker in item.iter_markers()}
    if session.config.option.collectonly or not marked & {"cluster", "prometheus"}:
        return
    capture = session.config.pluginmanager.getplugin("capturemanager")
    try:
        with capture.global_and_fixture_disabled():
            if "cluster" in marked:
                prepare()
            if "prometheus" in marked:
                binaries.announce([prometheus()])
                binaries.provide([prometheus()])
    except TestbedError as error:
        pytest.exit(f"the tests marked 'cluster' cannot run: {error}", returncode=3)


@pytest.fixture(scope="session")
def cluster() -> Iterator[ControlPlane]:
    """Share one control plane among all tests of the session."""
    with ControlPlane() as control_plane:
        yield control_plane


@pytest.fixture
def namespace(cluster: ControlPlane) -> Iterator[str]:
    """Give the test a namespace of its own, in which pods can be created at once."""
    name = f"test-{secrets.token_hex(4)}"
    cluster.create_namespace(name)
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found", check=False)
