"""Declared words are compared in one spelling."""

import pytest

from aup.policy.declaration import canonical_use


@pytest.mark.parametrize("text", ["life-support", "Life_Support", " LIFE.SUPPORT ", "life support"])
def test_spellings_of_one_word_are_equal(text: str) -> None:
    assert canonical_use(text) == "life-support"
