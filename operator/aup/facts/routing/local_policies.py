"""Policies and networks of a namespace that reach beyond it: by a tier, or by being taken in.

Whom they are for is their own namespace, and the lock of a quarantine holds them as they stand.
"""

from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from aup.facts import claims
from aup.facts.json_value import text_of
from aup.facts.model import ClaimSource, Facts, PlatformSetting, Reach, Subject, Surroundings
from aup.facts.routing import passages
from aup.facts.routing.kind import Kinds, said
from aup.facts.wire.tree import read_tree

CALICO_PODS: Final = "projectcalico.org/orchestrator"
"""Label that Calico writes on what it makes of a pod. A NetworkSet has the labels that its writer
gives it, so that networks with this one are taken in as pods wherever policies tell them so."""
_PASSES_FOR: Final = "is the label by which policies tell pods from networks"


@dataclass(frozen=True, slots=True)
class LocalPolicy:
    """How policies of a namespace are read that name a tier of the whole cluster."""

    lets: passages.Read

    def __call__(self, raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
        """Read the facts of an object."""
        del surroundings
        tree = read_tree(raw)
        return said(tree, subject, (replace(one, final=False) for one in self.lets(tree)))


def network_set(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read Calico's NetworkSet: the tenant's own, unless it passes for pods."""
    del surroundings
    tree = read_tree(raw)
    labels = tree.one("metadata.labels")
    value = labels.get(CALICO_PODS) if isinstance(labels, dict) else None
    if value is None:
        return claims.exposed(subject, tree.problems)
    at = f'metadata.labels["{CALICO_PODS}"]'
    found = PlatformSetting(text_of(value), at, ClaimSource.SPEC, Reach.POLICY, _PASSES_FOR)
    return claims.exposed(subject, tree.problems, [found])


IN_NAMESPACES: Final[Kinds] = {
    ("crd.antrea.io", "NetworkPolicy"): LocalPolicy(passages.of_antrea),
    **{
        (group, kind): how
        for group in ("projectcalico.org", "crd.projectcalico.org")
        for kind, how in (
            ("NetworkPolicy", LocalPolicy(passages.of_calico)),
            ("NetworkSet", network_set),
        )
    },
}
"""By API group and kind."""
