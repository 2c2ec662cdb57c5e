"""Kinds that route traffic: egress, announcements, pools, data planes, meshes, clouds."""

from typing import Final

from aup.facts.routing.announcements import ANNOUNCEMENTS
from aup.facts.routing.clouds import CLOUDS
from aup.facts.routing.dataplane import DATAPLANE
from aup.facts.routing.egress import EGRESS
from aup.facts.routing.kind import Kinds
from aup.facts.routing.mesh import MESH

KINDS: Final[Kinds] = {**EGRESS, **ANNOUNCEMENTS, **DATAPLANE, **MESH, **CLOUDS}
