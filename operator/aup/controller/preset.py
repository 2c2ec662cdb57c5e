"""The policy that the chart carries: applied for the provider, who may take any field over.

A release of Helm cannot hold an object of a kind that it installs itself, so the chart writes the
policy into a ConfigMap. It is applied under a field manager of its own and never by force: what a
person has edited since stays as it is, and the conflict is told. A ConfigMap that goes takes
nothing away.
"""

from typing import Any

import msgspec
from typing_extensions import override

from aup.controller.context import Context
from aup.controller.reconciler import NEVER, Reconciler, Wake
from aup.documents import InvalidDocumentError, read_documents
from aup.errors import ConflictError, InvalidError
from aup.kube.events import EventType, Regarding
from aup.kube.resource import ACCEPTABLE_USE_POLICIES, CONFIG_MAPS
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed

FIELD_MANAGER = "aup-operator-preset"
KEY = "policy.yaml"


class _Meta(msgspec.Struct, frozen=True):
    uid: str = ""


class _ConfigMap(msgspec.Struct, frozen=True):
    metadata: _Meta
    data: dict[str, str] | None = None


class Preset(Reconciler):
    """Applies the chart's policy whenever the ConfigMap changes."""

    name = "preset"

    def __init__(self, context: Context) -> None:
        self._context = context
        self._maps = Informer(
            context.cluster,
            CONFIG_MAPS,
            typed(_ConfigMap),
            namespace=context.settings.namespace,
            fields=f"metadata.name={context.settings.policy_config_map}",
        )

    @property
    @override
    def informers(self) -> tuple[Informer[Any], ...]:
        """Return the watch of the ConfigMap."""
        return (self._maps,)

    @override
    def attach(self, wake: Wake) -> None:
        """Follow the ConfigMap."""
        self._maps.subscribe(lambda key, *_: wake(key))

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Apply the policy, or say why it is not applied."""
        found = self._maps.items.get(key)
        if found is None:
            return NEVER
        about = Regarding.to(CONFIG_MAPS, key.name, namespace=key.namespace, uid=found.metadata.uid)
        try:
            policy = _policy((found.data or {}).get(KEY, ""))
            await self._context.cluster.apply(
                ACCEPTABLE_USE_POLICIES, policy, force=False, manager=FIELD_MANAGER
            )
        except InvalidDocumentError as error:
            await self._tell(about, "InvalidPolicy", str(error))
        except ConflictError as error:
            note = f"The policy was edited by hand and stays as it is: {error}"
            await self._tell(about, "PolicyEdited", note, "Normal")
        except InvalidError as error:
            # Mostly a change without a new revision: the message says so.
            await self._tell(about, "PolicyRefused", str(error))
        # Nothing changes by itself: an admin's edit is theirs, and the next upgrade comes back.
        return NEVER

    async def _tell(
        self, about: Regarding, reason: str, note: str, type_: EventType = "Warning"
    ) -> None:
        await self._context.events.post(about, reason, note, action="ApplyPolicy", type=type_)


def _policy(text: str) -> dict[str, Any]:
    """Return the one policy of a text.

    Raises:
        InvalidDocumentError: it holds something else.

    """
    match list(read_documents(text)):
        case [{"kind": "AcceptableUsePolicy", "metadata": {"name": str()}} as policy]:
            return dict(policy)
        case _:
            raise InvalidDocumentError(problem=f"{KEY} must hold one AcceptableUsePolicy")
