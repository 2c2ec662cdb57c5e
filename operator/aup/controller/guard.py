"""Looks whether the chart's policies stand in the API server: nothing else would tell.

They hold while the operator is away, so they are not the operator's to write: an upgrade of the
release puts back what is missing.
"""

from typing import Any, Final

import msgspec
from typing_extensions import override

from aup import metrics
from aup.controller.context import Context
from aup.controller.reconciler import NEVER, Reconciler, Wake
from aup.kube.resource import (
    VALIDATING_ADMISSION_POLICIES,
    VALIDATING_ADMISSION_POLICY_BINDINGS,
)
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed
from aup.text import join

OURS: Final = "app.kubernetes.io/name=aup-operator"
"""Label of everything that the chart installs."""


class _Policy(msgspec.Struct, frozen=True):
    """A ValidatingAdmissionPolicy: that it is there is all that matters."""


class _BindingSpec(msgspec.Struct, frozen=True, rename="camel"):
    policy_name: str = ""
    validation_actions: tuple[str, ...] | None = None


class _Binding(msgspec.Struct, frozen=True):
    """A ValidatingAdmissionPolicyBinding."""

    spec: _BindingSpec = _BindingSpec()


class Guard(Reconciler):
    """Writes nothing; ``/readyz`` and a metric say what is missing."""

    name = "guard"

    def __init__(self, context: Context) -> None:
        self._expected = context.settings.guard_policies
        self._policies = Informer(
            context.cluster, VALIDATING_ADMISSION_POLICIES, typed(_Policy), labels=OURS
        )
        self._bindings = Informer(
            context.cluster, VALIDATING_ADMISSION_POLICY_BINDINGS, typed(_Binding), labels=OURS
        )

    @property
    @override
    def informers(self) -> tuple[Informer[Any], ...]:
        """Return the watches of policies and bindings."""
        return (self._policies, self._bindings)

    @override
    def attach(self, wake: Wake) -> None:
        """Count anew with every change."""
        for informer in self.informers:
            informer.subscribe(lambda *_: metrics.GUARD_MISSING.set(len(self._missing())))

    @override
    def problem(self) -> str:
        """Tell which policies are not in force."""
        missing = self._missing()
        if not missing:
            return ""
        return (
            "not in force are ValidatingAdmissionPolicies or their bindings: "
            f"{join(missing, 'and')}; helm upgrade puts them back"
        )

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Do nothing: there are no keys."""
        return NEVER

    def _missing(self) -> tuple[str, ...]:
        """Return the names of policies that are gone, or that nothing binds to refuse."""
        return tuple(name for name in self._expected if not self._in_force(name))

    def _in_force(self, name: str) -> bool:
        key = ObjectKey("", name)
        binding = self._bindings.items.get(key)
        return (
            key in self._policies.items
            and binding is not None
            and binding.spec.policy_name == name
            and "Deny" in (binding.spec.validation_actions or ())
        )
