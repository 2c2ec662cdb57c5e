"""Fixtures of the whole test suite."""

pytest_plugins = ["support.controlplane.fixtures", "support.release"]
