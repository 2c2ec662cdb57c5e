"""All kinds that route requests by hostname, or say which names are somebody's."""

from collections.abc import Mapping
from typing import Final

from aup.facts.routes.certificates import CERTIFICATES
from aup.facts.routes.controllers import CONTROLLERS
from aup.facts.routes.dns import DNS
from aup.facts.routes.fields import Extractor
from aup.facts.routes.gateway_api import GATEWAY_API
from aup.facts.routes.istio import ISTIO

ROUTES: Final[Mapping[tuple[str, str], Extractor]] = {
    **GATEWAY_API,
    **ISTIO,
    **CERTIFICATES,
    **DNS,
    **CONTROLLERS,
}
"""By API group and kind."""
