"""network/unknown-annotation: an option, a list, and nothing that is known."""

import pytest

from aup.api.sections.choice import Unrecognised
from aup.facts.model import Exposure, UnknownAnnotation
from aup.rules.network.unknown_annotation import unknown_annotation
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace

KEY = "vendor.example/floating-ip"
EXPOSURE = Exposure(
    "x",
    unknown_annotations=(UnknownAnnotation(KEY, "203.0.113.9", f'metadata.annotations["{KEY}"]'),),
)


@pytest.mark.parametrize(
    ("option", "warned"), [(Unrecognised.WARN, [True]), (Unrecognised.DENY, [False])]
)
def test_the_policy_decides_whether_it_is_a_warning(
    option: Unrecognised, warned: list[bool]
) -> None:
    terms = replace(NEUTRAL.network, unknown_annotations=option)
    assert [v.warn for v in unknown_annotation(EXPOSURE, terms)] == warned


def test_the_policy_may_let_all_pass() -> None:
    terms = replace(NEUTRAL.network, unknown_annotations=Unrecognised.ALLOW)
    assert list(unknown_annotation(EXPOSURE, terms)) == []


@pytest.mark.parametrize("listed", [KEY, "vendor.example/*", "*"])
def test_a_key_that_the_provider_lists_passes(listed: str) -> None:
    terms = replace(NEUTRAL.network, known_annotations=(listed,))
    assert list(unknown_annotation(EXPOSURE, terms)) == []


def test_a_finding_says_what_to_ask_for() -> None:
    (found,) = unknown_annotation(EXPOSURE, NEUTRAL.network)
    assert found.warn
    assert found.remedy == (
        f"leave it out, or ask abuse@asergo.example to list {KEY} among network.allowedAnnotations"
    )
