"""Kinds that route traffic or let it pass: egress, announcements, data planes, policies, meshes."""

from typing import Final

from aup.facts.routing.announcements import ANNOUNCEMENTS
from aup.facts.routing.backends import BACKENDS
from aup.facts.routing.clouds import CLOUDS
from aup.facts.routing.dataplane import DATAPLANE
from aup.facts.routing.egress import EGRESS
from aup.facts.routing.kind import Kinds
from aup.facts.routing.local_policies import IN_NAMESPACES
from aup.facts.routing.mesh import MESH
from aup.facts.routing.policies import POLICIES

KINDS: Final[Kinds] = {
    **EGRESS,
    **ANNOUNCEMENTS,
    **DATAPLANE,
    **POLICIES,
    **IN_NAMESPACES,
    **MESH,
    **BACKENDS,
    **CLOUDS,
}
