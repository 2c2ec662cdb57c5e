"""Has the API server ask for advice about the groups of kinds that this cluster serves.

The chart cannot know them, and a rule for "*" would make the API server look at whatever a tenant
writes, Pods and Events included, only to find that there is nothing to ask.
"""

import logging
from typing import Any, Final

from typing_extensions import override

from aup.controller.context import Context
from aup.controller.reconciler import Reconciler
from aup.facts.carriers.walk import is_custom
from aup.kube.resource import VALIDATING_WEBHOOK_CONFIGURATIONS
from aup.kube.wire import ObjectKey

THE_RULES: Final = ObjectKey("", "advice")
"""The only key."""
WEBHOOK: Final = "advice.aup.asergo.com"
SECONDS: Final = 30.0
"""How long a kind that is new to the cluster waits for advice, and rules that somebody emptied."""

log = logging.getLogger(__name__)


class Advice(Reconciler):
    """Writes the rules of one webhook, as often as groups come and go."""

    name = "advice"

    def __init__(self, context: Context) -> None:
        self._context = context

    @override
    def first_keys(self) -> tuple[ObjectKey, ...]:
        """Begin at once."""
        return (THE_RULES,)

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Compare the rules with what is served."""
        cluster, name = self._context.cluster, self._context.settings.webhook_configuration
        configuration = await cluster.get_or_none(VALIDATING_WEBHOOK_CONFIGURATIONS, name)
        if configuration is not None:
            wanted = rules(await cluster.groups())
            webhooks = configuration.get("webhooks") or ()
            operations = [
                {"op": "add", "path": f"/webhooks/{place}/rules", "value": wanted}
                for place, webhook in enumerate(webhooks)
                if webhook["name"] == WEBHOOK and (webhook.get("rules") or []) != wanted
            ]
            if operations:
                await cluster.json_patch(
                    VALIDATING_WEBHOOK_CONFIGURATIONS,
                    name,
                    operations,
                    # Places in a list are only as good as the list.
                    resource_version=configuration["metadata"]["resourceVersion"],
                )
                log.info("groups to advise about", extra={"rules": wanted})
        return SECONDS


def rules(groups: frozenset[str]) -> list[dict[str, Any]]:
    """Return what to ask about, as the API server writes it: groups that may be anybody's."""
    custom = sorted(filter(is_custom, groups))
    if not custom:
        return []
    return [
        {
            "apiGroups": custom,
            "apiVersions": ["*"],
            "operations": ["CREATE", "UPDATE"],
            "resources": ["*"],
            "scope": "Namespaced",
        }
    ]
