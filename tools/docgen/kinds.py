"""The chart's table of other projects' kinds: what the webhook asks about beside Kubernetes' own.

Kubernetes' own stand in ``files/judged.yaml``, by hand: they come by resource and subresource.
"""

from collections import defaultdict
from pathlib import Path

import yaml

from aup.facts.carriers.walk import KNOWN_GROUPS, is_custom
from aup.facts.connections import ATTRIBUTES
from aup.facts.extract import KINDS
from aup.facts.persistent_volume import SECRETS_OF_DRIVERS
from aup.facts.routing import KINDS as ROUTING
from aup.facts.routing.kind import RoutingKind

FILE = Path("charts/aup-operator/files/kinds.yaml")
HEAD = """\
# Kinds of other projects that the operator reads: made by `make docs`, not to be edited.
#
# custom   by API group. Every version is sent: one that is not listed would pass unjudged wherever
#          a cluster serves no other
# reported kinds in tenants' namespaces through which the platform's own controllers tell what they
#          did; from them these are not sent
# known    groups with a dot about whose other kinds there is nothing to say
# attributes of CSI drivers, in lower case, that may say where a node connects to for a volume
# secrets  fields of CSI drivers that name a Secret
"""


def text() -> str:
    """Return the file."""
    custom: defaultdict[str, list[str]] = defaultdict(list)
    for group, kind in sorted(KINDS):
        if is_custom(group):
            custom[group].append(kind)
    reported = sorted(
        f"{group}/{kind}"
        for (group, kind), how in ROUTING.items()
        if isinstance(how, RoutingKind) and how.noted
    )
    table = {
        "custom": dict(custom),
        "reported": reported,
        "known": sorted(KNOWN_GROUPS),
        "attributes": sorted(ATTRIBUTES),
        "secrets": list(SECRETS_OF_DRIVERS),
    }
    return HEAD + yaml.safe_dump(table, sort_keys=False, width=100)


def write(root: Path) -> None:
    """Write the file."""
    (root / FILE).write_text(text(), encoding="utf-8")
