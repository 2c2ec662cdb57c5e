"""network/sharing: an address is shared within one tenant."""

import pytest

from aup.facts.model import Exposure, NamespaceReference, SharingClaim
from aup.rules.network.sharing import sharing
from support.neutral import TERMS as NEUTRAL

TERMS = NEUTRAL.network


def exposure(*references: NamespaceReference) -> Exposure:
    return Exposure("acme-prod", sharing=(SharingClaim("key", "a", references),))


def reference(
    text: str, owner: str | None = None, *, known: bool = True, everyone: bool = False
) -> NamespaceReference:
    return NamespaceReference(text, "a", owner, known, everyone)


@pytest.mark.parametrize(
    "own",
    [
        pytest.param(reference("acme-dev", "acme"), id="another-namespace-of-the-tenant"),
        pytest.param(reference("acme-prod"), id="its-own-namespace"),
        pytest.param(reference("beta-prod", known=False), id="off-the-cluster"),
    ],
)
def test_it_may_be_shared_with_ones_own(own: NamespaceReference) -> None:
    assert list(sharing(exposure(own), TERMS)) == []


def test_a_key_alone_shares_with_nobody() -> None:
    assert list(sharing(exposure(), TERMS)) == []


@pytest.mark.parametrize(
    "foreign", [reference("beta-prod", "beta"), reference("nobodys"), reference("kube-system")]
)
def test_it_may_not_be_shared_with_others_and_none_is_named(foreign: NamespaceReference) -> None:
    (found,) = sharing(exposure(foreign), TERMS)
    assert found.detail == "shares the address with a namespace that is not acme's"
    assert found.remedy == "share it within acme only, or ask abuse@asergo.example"
    assert found.key == ("a", foreign.text)


@pytest.mark.parametrize("known", [True, False])
def test_everyone_is_somebody_else_on_and_off_the_cluster(known: bool) -> None:
    (found,) = sharing(exposure(reference("*", known=known, everyone=True)), TERMS)
    assert found.detail == "shares the address with every namespace"
