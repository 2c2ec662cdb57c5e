"""An early word: what the pods of a controller would need of a budget, and what is left of it.

A budget counts pods and not templates, so an object that makes pods passes, and its pods do not.
Whoever writes it is told at once, or is refused if the policy wants that. What exists is not asked
for again: only what an edit adds. What containers do not say counts as our LimitRange gives it.

Nothing is said to what a controller made, since its owner was told, nor of a target that no watch
has shown. Where native quotas are all that holds a budget, how much of it is left is not known:
what is said is what needs more than all of it. Nothing here waits.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, Protocol

from msgspec import structs
from typing_extensions import override

from aup.admission.review import Request, metadata
from aup.api.sections.choice import Unrecognised
from aup.budget import words
from aup.budget.forecast import CONTROLLERS, NO_PODS, Forecast, forecast, replicas, target
from aup.budget.growth import needs, needs_more, numbered
from aup.budget.measure import NOTHING
from aup.budget.usage import Defaults
from aup.budget.wire import UnreadableError
from aup.budget.words import Place, Room
from aup.engine.decision import Decision
from aup.engine.evaluate import judged
from aup.live.budgets import Held
from aup.policy.terms import Terms
from aup.rules.base import Violation

SCALERS: Final = ("autoscaling", "horizontalpodautoscalers")
_WRITES: Final = frozenset({"CREATE", "UPDATE"})
_STATEFUL: Final = ("apps", "statefulsets")
_PODS, _CLAIMS = "pods", "persistentvolumeclaims"
_KINDS: Final = {("apps", "deployments"): "Deployment", ("apps", "statefulsets"): "StatefulSet"}
"""What a Scale is of."""
_NUMBERS: Final = {"daemonsets": "", "jobs": "spec.parallelism", "cronjobs": ""}
"""Where a kind says how many pods there will be, if not in ``spec.replicas``; empty: nowhere."""


class Present(Protocol):
    """What exists, in memory."""

    def budget(self, tenant: str) -> Held | None:
        """Return a tenant's budget; ``None`` when it has none of which anything could be said."""

    def room(self, tenant: str) -> Room | None:
        """Return how a tenant stands with its budget; ``None`` while that is not known."""

    def names(self, kind: str, namespace: str) -> Iterable[str]:
        """Return the names of all pods, or volume claims, of a namespace."""

    def nodes(self, template: bytes) -> int:
        """Return on how many nodes a DaemonSet of this template runs."""

    def controller(self, namespace: str, group: str, kind: str, name: str) -> Forecast | None:
        """Return what a controller makes now; ``None``: it is not known."""


class Unknown(Present):
    """Where nothing counts, nothing is known."""

    @override
    def budget(self, tenant: str) -> Held | None:
        """Return nothing."""

    @override
    def room(self, tenant: str) -> Room | None:
        """Return nothing."""

    @override
    def names(self, kind: str, namespace: str) -> Iterable[str]:
        """Return nothing."""
        return ()

    @override
    def nodes(self, template: bytes) -> int:
        """Return none."""
        return 0

    @override
    def controller(self, namespace: str, group: str, kind: str, name: str) -> Forecast | None:
        """Return nothing."""


class _Edit(NamedTuple):
    """What a request does to the pods that there will be."""

    new: Forecast
    old: Forecast
    place: Place
    template: str = ""
    """Path of what the pods are made from; empty where it is not in the object."""

    def given(self, defaults: Defaults) -> "_Edit":
        """Return the same of pods that are given what they do not say."""
        return self._replace(new=self.new.given(defaults), old=self.old.given(defaults))


def foretold(request: Request, terms: Terms, decision: Decision, present: Present) -> Decision:
    """Return the decision with what there is to say of pods to come."""
    said, held = terms.resources.over_budget_templates, present.budget(terms.tenant)
    if said is Unrecognised.ALLOW or held is None or request.operation not in _WRITES:
        return decision
    try:
        edit = _edit(request, present)
    except UnreadableError:
        # The rules refuse what cannot be read.
        return decision
    if edit is None:
        return decision
    edit = edit.given(held.gives(request.namespace, enforcing=terms.enforcing))
    warn = said is Unrecognised.WARN
    found = (
        judged(rule, structs.replace(violation, warn=warn), decision.subject, terms)
        for rule, violation in _violations(request.namespace, held, terms, edit, present)
    )
    return decision.adding(found)


def _violations(
    namespace: str, held: Held, terms: Terms, edit: _Edit, present: Present
) -> Iterator[tuple[str, Violation]]:
    tenant, contact = terms.tenant, terms.policy.contact
    room = present.room(tenant)
    if edit.template and not (room and room.whole):
        for violation in _refused(namespace, held, terms, edit):
            at = structs.replace(violation, path=f"{edit.template}.{violation.path}")
            yield words.BUDGET_RULE, at
    if room is None:
        return
    claims = present.names(_CLAIMS, namespace) if edit.new.kept else ()
    asked = needs_more(held.meter, namespace, edit.new, edit.old, claims)
    if room.whole:
        # What an edit does not add was told before; of the rest, all of it has to fit.
        every = needs(held.meter, namespace, edit.new)
        asked = {key: every[key] for key in asked if key in every}
    yield from words.early(asked, room, edit.place, tenant=tenant, contact=contact)


def _refused(namespace: str, held: Held, terms: Terms, edit: _Edit) -> Iterator[Violation]:
    """Yield what no pod of a template would be admitted with, whatever is left."""
    tenant, contact = terms.tenant, terms.policy.contact
    new, old = (e.each[0] if e.pods and e.each else NOTHING for e in (edit.new, edit.old))
    for key in held.meter.closed(new, old):
        yield words.closed(key, tenant=tenant, contact=contact)
    for key in held.meter.endless(namespace, new, old):
        yield words.endless(key, tenant=tenant)


def _edit(request: Request, present: Present) -> _Edit | None:
    """Return what a request says of pods to come; ``None``: nothing."""
    at = request.resource.group, request.resource.resource
    if request.sub_resource:
        return _scaled(request, present) if request.sub_resource == "scale" else None
    if at == SCALERS:
        return _scaler(request, present)
    return _written(request, at, present) if at in CONTROLLERS else None


def _written(request: Request, at: tuple[str, str], present: Present) -> _Edit | None:
    """Return what a controller says of itself; ``None``: nothing new, or it has an owner."""
    if metadata(request.object).controller is not None:
        return None
    new = forecast(*at, bytes(request.object), nodes=present.nodes) or NO_PODS
    if request.operation == "UPDATE":
        old = forecast(*at, bytes(request.old_object), nodes=present.nodes) or NO_PODS
    elif at == _STATEFUL:
        # It takes over the pods of its names, as when it was deleted alone and is made again.
        there = numbered(present.names(_PODS, request.namespace), f"{request.name}-")
        old = new._replace(pods=min(there, new.pods))
    else:
        old = NO_PODS
    if (new.pods, new.template) == (old.pods, old.template):
        return None
    template = "spec.jobTemplate.spec.template" if at[1] == "cronjobs" else "spec.template"
    number = _NUMBERS.get(at[1], "spec.replicas")
    if not number or new.pods == old.pods:
        return _Edit(new, old, Place(template), template)
    return _Edit(new, old, Place(number, str(new.pods)), template)


def _scaled(request: Request, present: Present) -> _Edit | None:
    """Return what a Scale does."""
    at = request.resource.group, request.resource.resource
    found = present.controller(request.namespace, at[0], _KINDS.get(at, ""), request.name)
    if found is None:
        return None
    new, old = replicas(bytes(request.object)), replicas(bytes(request.old_object))
    if new <= old:
        return None
    place = Place("spec.replicas", str(new))
    return _Edit(found._replace(pods=new), found._replace(pods=old), place)


def _scaler(request: Request, present: Present) -> _Edit | None:
    """Return how far a HorizontalPodAutoscaler may go beyond what its target has now."""
    new = target(bytes(request.object))
    if new is None:
        return None
    if request.operation == "UPDATE":
        old = target(bytes(request.old_object))
        if old is not None and new[:3] == old[:3] and new.most <= old.most:
            return None
    found = present.controller(request.namespace, new.group, new.kind, new.name)
    if found is None or new.most <= found.pods:
        return None
    place = Place("spec.maxReplicas", str(new.most))
    return _Edit(found._replace(pods=new.most), found, place)
