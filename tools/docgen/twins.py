"""The twins: the chart's file of policies, and the page that says what they see and what not."""

from pathlib import Path
from typing import Any

import yaml

from aup.rules import CATALOGUE
from aup.twins.catalogue import GROUPS, TWINNED, WITHOUT_TWIN
from aup.twins.model import Bound
from aup.twins.render import Policy, policies
from docgen.markdown import code, page, table

FILE = Path("charts/aup-operator/files/twins.yaml")
PLATFORM = "PLATFORM_NAMESPACES"
"""Stands in the file for what the template fills in: a CEL list."""
HEAD = """\
# Rules of the operator in the language of the API server, for the mode `available`: made by
# `make docs` out of operator/aup/twins, not to be edited. PLATFORM_NAMESPACES is filled in by the
# template.
"""


_COMPARED = """\
## How much is compared

The API server limits what a policy may cost, and its time grows by the square of a list's length. A
longer list is refused by the first of its rules that is held, with how much is compared. These are
the figures where terms allow little and a tenant's networks are of one or two lengths (`/24`); each
further length, and each network of an exemption, makes an address dearer by a tenth. How many
networks and hostnames a tenant has does not matter. What annotations list is compared as far: about
1,300 addresses, 1,000 hostnames.

"""


def _where(bound: Bound) -> str:
    """Return the path of a list; of a pod's as in a Pod."""
    return bound.path.replace("variables.at", "'spec'").replace(" + ", "").replace("'", "")


def text() -> str:
    """Return the chart's file."""
    rendered = [_written(policy) for group in GROUPS for policy in policies(group, PLATFORM)]
    return HEAD + yaml.safe_dump({"policies": rendered}, sort_keys=False, width=100)


def _written(policy: Policy) -> dict[str, Any]:
    """Return a policy as the template reads it: ``unless`` is the label that leaves it out."""
    unless = {"key": policy.asked.label, "value": str(policy.asked.unasked)} if policy.asked else {}
    return {
        "name": policy.name,
        "purpose": policy.purpose,
        **({"unless": unless} if unless else {}),
        "spec": policy.spec,
    }


def write(root: Path) -> None:
    """Write the chart's file."""
    (root / FILE).write_text(text(), encoding="utf-8")


def pages(root: Path) -> dict[str, str]:
    """Return the page of the twins."""
    del root
    held = [
        (code(twin.rule), group.name, twin.leaves or "nothing")
        for group in GROUPS
        for twin in group.twins
    ]
    compared = [
        (
            ", ".join(map(code, bound.rules)),
            group.name,
            code(_where(bound)),
            bound.what,
            bound.about,
        )
        for group in GROUPS
        for bound in (*group.bounds.sizes, *group.bounds.sums)
    ]
    left = [(code(rule.id), WITHOUT_TWIN[rule.id]) for rule in CATALOGUE if rule.id not in TWINNED]
    return {
        "twins.md": page(
            "Twins",
            "In the mode `available` these rules are held by policies of the API server itself, "
            "also while no admission replica answers. Such a policy knows the object and the "
            "stamps of its namespace and nothing else. What it leaves is judged by the webhook "
            "while that is there, and found by the audit otherwise.",
            table(["Rule", "Policy", "What it leaves to the webhook"], held),
            _COMPARED + table(["Rules", "Policy", "Where", "What", "At most"], compared),
            "## Rules without a twin\n\n" + table(["Rule", "Why"], left),
        )
    }
