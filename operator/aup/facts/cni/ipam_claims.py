"""IPAMClaims: addresses that a pod or a machine keeps when it is made again.

The network writes them into the status; whoever writes others there has them given to the next pod
that names the claim.
"""

from collections.abc import Iterator
from typing import Final

from aup.facts import claims
from aup.facts.claims import Leaf
from aup.facts.json_value import text_of
from aup.facts.model import ClaimSource, Facts, PlatformSetting, Reach, Subject, Surroundings
from aup.facts.namespace import is_nobodys_account
from aup.facts.wire.tree import Tree, read_tree

_KEPT: Final = "says which address a pod keeps, which only the network knows"


def claim(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read the facts of an IPAMClaim; of what the network writes, wherever it runs, none."""
    tree = read_tree(raw)
    reports = () if is_nobodys_account(subject.writer, surroundings) else _reports(tree)
    return claims.exposed(subject, tree.problems, reports)


def _reports(tree: Tree) -> Iterator[Leaf]:
    """Yield each address that the status says."""
    for at, value in tree.each("status.ips[]"):
        yield PlatformSetting(text_of(value), at, ClaimSource.STATUS, Reach.REPORT, _KEPT)


KINDS: Final = {("k8s.cni.cncf.io", "IPAMClaim"): claim}
