"""Presets are found by name, and by nothing else."""

import pytest

from aup import presets


def test_the_default_preset_is_one_of_the_presets() -> None:
    assert presets.DEFAULT in presets.names()
    assert presets.load() == presets.load(presets.DEFAULT)


@pytest.mark.parametrize("name", ["", "Asergo", "asergo.yaml", "../presets/asergo", "/etc/passwd"])
def test_a_name_without_a_preset_is_refused_with_the_names_that_there_are(name: str) -> None:
    with pytest.raises(presets.UnknownPresetError, match=r"the presets are: .*asergo") as caught:
        presets.load(name)
    assert caught.value.name == name


def test_a_caller_may_change_what_it_loaded() -> None:
    presets.load()["spec"].clear()
    assert presets.load()["spec"]
