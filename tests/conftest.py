"""Fixtures of the whole test suite."""

from hypothesis import settings

pytest_plugins = ["support.controlplane.fixtures", "support.release"]

# A busy machine is no failing test: Hypothesis allows an example 200 ms unless it is told.
settings.register_profile(
    "untimed", settings.get_profile(settings.get_current_profile_name()), deadline=None
)
settings.load_profile("untimed")
