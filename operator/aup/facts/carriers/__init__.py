"""Kinds of other projects that carry pods or images, each with where it keeps them."""

from typing import Final

from aup.facts.carriers.batch import BATCH
from aup.facts.carriers.carrier import Carrier
from aup.facts.carriers.machines import MACHINES
from aup.facts.carriers.operators import OPERATORS
from aup.facts.carriers.rollouts import ROLLOUTS
from aup.facts.carriers.workflows import WORKFLOWS

CARRIERS: Final[dict[tuple[str, str], Carrier]] = {
    **ROLLOUTS,
    **WORKFLOWS,
    **BATCH,
    **MACHINES,
    **OPERATORS,
}
"""By API group and kind. Versions of a kind are told apart by their fields, not here."""
