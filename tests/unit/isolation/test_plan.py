"""Isolating and giving back, cut off at any line: a model of the API server carries the plan out.

The model does what the controller does with each step, one effect at a time, and a crash forgets
everything but what the API server holds.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aup.api.exemption import Approval
from aup.api.meta import ConditionStatus, ObjectMeta, condition
from aup.api.quarantine import (
    Quarantine,
    QuarantinePhase,
    QuarantineSpec,
    QuarantineStatus,
    Release,
)
from aup.isolation.hold import RESTORED, Target
from aup.isolation.journal import Journal, decoded, encode
from aup.isolation.manifests import DENY_SPEC
from aup.isolation.neutralise import REQUIREMENTS, closes
from aup.isolation.plan import (
    LOCKED,
    SNAPSHOTTED,
    Act,
    Change,
    Policy,
    Step,
    View,
    next_step,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
UID = "ns-uid"
Expressions = list[Mapping[str, Any]] | None
Effect = Callable[[], None]

ENDS = frozenset({Act.AWAIT_APPROVAL, Act.BLOCK, Act.HOLD, Act.RELEASE})


class StaleError(Exception):
    """The object has changed since it was read."""


@dataclass
class Model:
    """What the API server holds."""

    policies: dict[str, tuple[str, Expressions]]
    """Name → uid and expressions."""
    state: str = "active"
    own: dict[str, Any] | None = None
    chunks: list[str] = field(default_factory=list)
    status: QuarantineStatus = field(default_factory=QuarantineStatus)
    released: bool = False
    uid: str = UID
    terminating: bool = False
    others: tuple[str, ...] = ()

    def view(self) -> View:
        """Return what the controller sees."""
        spec = QuarantineSpec(
            namespace="acme-prod",
            namespace_uid=UID,
            tenant="acme",
            reasons=("PortScan",),
            requested_by="desk",
            approval=Approval(by="lead"),
            release=Release(by="lead", reason="done") if self.released else None,
        )
        return View(
            quarantine=Quarantine(metadata=ObjectMeta(name="q"), spec=spec, status=self.status),
            target=Target("acme-prod", self.uid, "acme", self.state, terminating=self.terminating),
            policies=tuple(Policy(n, u, "1", e) for n, (u, e) in self.policies.items()),
            own=self.own,
            journal=decoded((str(n), text) for n, text in enumerate(self.chunks)),
            others=self.others,
        )

    def say(self, type_: str, status: ConditionStatus, **fields: Any) -> None:
        """Write a condition."""
        conditions = condition(
            self.status.conditions, type_, status=status, reason="R", message="", now=NOW
        )
        self.status = msgspec.structs.replace(self.status, conditions=conditions, **fields)

    def save(self, journal: Journal | None) -> None:
        """Write the journal."""
        self.chunks = [encode(chunk) for chunk in (journal or Journal()).chunks]

    def journalled(self) -> None:
        """Note that there is a journal."""
        self.status = msgspec.structs.replace(self.status, journal="aup-journal")

    def set(self, name: str, expressions: Expressions) -> None:
        """Write one policy as somebody else."""
        uid, _ = self.policies[name]
        self.policies[name] = (uid, expressions)

    def write(self, change: Change) -> None:
        """Write one policy as the controller: only the version that it has looked at."""
        seen: Any = change.policy.expressions
        if self.policies.get(change.policy.name) != (change.policy.uid, seen):
            raise StaleError
        wanted: Any = change.expressions
        self.policies[change.policy.name] = (change.policy.uid, wanted)

    def effects(self, step: Step) -> Iterator[Effect]:
        """Yield what a step does, in its order."""
        true, false = ConditionStatus.TRUE, ConditionStatus.FALSE
        match step.act:
            case Act.SNAPSHOT_BEFORE:
                yield lambda: self.say(SNAPSHOTTED, false)
            case Act.LOCK:
                yield lambda: setattr(self, "state", "isolated")
                yield lambda: self.say(LOCKED, false)
            case Act.PROVE_LOCK:
                yield lambda: self.say(LOCKED, true)
            case Act.SNAPSHOT:
                yield lambda: self.say(SNAPSHOTTED, true)
            case Act.DENY:
                yield lambda: setattr(self, "own", dict(DENY_SPEC))
            case Act.JOURNAL:
                yield lambda: self.save(step.journal)
                yield self.journalled
            case Act.SETTLE:
                yield lambda: self.save(step.journal)
            case Act.NEUTRALISE | Act.RESTORE:
                for change in step.changes:
                    yield partial(self.write, change)
            case Act.REMOVE_DENY:
                yield lambda: setattr(self, "own", None)
            case Act.NOTE_RESTORED:
                yield lambda: setattr(
                    self,
                    "status",
                    msgspec.structs.replace(self.status, conflicts=step.conflicts),
                )
                if step.journal is not None:
                    yield lambda: self.save(step.journal)
                yield lambda: self.say(RESTORED, true)
            case Act.UNLOCK:
                yield lambda: setattr(self, "state", "active")
            case Act.HOLD:
                if self.chunks:
                    yield self.journalled
            case Act.AWAIT_APPROVAL | Act.BLOCK:
                return
            case Act.RELEASE:
                phase = QuarantinePhase.RELEASED
                yield lambda: setattr(
                    self, "status", msgspec.structs.replace(self.status, phase=phase)
                )

    def run(
        self, crashes: Iterator[bool], between: Callable[[], None] = lambda: None
    ) -> Act | None:
        """Work until there is nothing to do; None after a crash."""
        for _ in range(200):
            step = next_step(self.view())
            try:
                for effect in self.effects(step):
                    if next(crashes):
                        return None
                    effect()
                    between()
            except StaleError:
                continue
            if step.act in ENDS:
                return step.act
        pytest.fail("it does not come to an end")


def never() -> Iterator[bool]:
    """Crash nowhere."""
    while True:
        yield False


def at_times(draw: st.DataObject) -> Iterator[bool]:
    """Crash wherever hypothesis likes, at most a dozen times."""
    left = 12
    while True:
        crash = left > 0 and draw.draw(st.integers(0, 3), label="crash") == 0
        left -= crash
        yield crash


OWN_WORDS = st.lists(
    st.fixed_dictionaries(
        {"key": st.sampled_from(["app", "tier"]), "operator": st.sampled_from(["Exists"])}
    )
    | st.sampled_from([dict(r) for r in REQUIREMENTS]),
    min_size=1,
    max_size=3,
)
EXPRESSIONS = st.none() | OWN_WORDS
BREAKERS_WORDS: list[Expressions] = [
    None,
    [{"key": "x", "operator": "Exists"}],
    [*map(dict, REQUIREMENTS), {"key": "y", "operator": "Exists"}],
]
"""The last one selects nothing by itself, but is not what we write: it ends with another word."""
POLICIES = st.dictionaries(st.sampled_from("abcd"), EXPRESSIONS, max_size=4)


def model_of(policies: dict[str, Expressions]) -> Model:
    """Return a cluster with these policies."""
    return Model({name: (f"uid-{name}", words) for name, words in policies.items()})


@settings(max_examples=150, deadline=None)
@given(policies=POLICIES, draw=st.data())
def test_crash_anywhere_resumes_and_release_is_exact(
    policies: dict[str, Expressions], draw: st.DataObject
) -> None:
    """Everything that the tenant wrote until the lock is there again, and nothing is reported."""
    model = model_of(policies)
    last = dict(policies)
    crashes = at_times(draw)

    def tenant() -> None:
        """Change things as long as nobody keeps the tenant from it."""
        if model.state == "active" and draw.draw(st.booleans(), label="tenant writes"):
            name = draw.draw(st.sampled_from("abcde"))
            last[name] = draw.draw(EXPRESSIONS)
            model.policies[name] = (f"uid-{name}", last[name])

    while (end := model.run(crashes, tenant)) is None:
        pass
    assert end is Act.HOLD
    assert closed_off(model)
    model.released = True
    while (end := model.run(crashes)) is None:
        pass
    assert end is Act.RELEASE
    assert {name: words for name, (_, words) in model.policies.items()} == last
    assert model.state == "active"
    assert model.own is None
    assert model.status.conflicts == ()
    assert not model.view().journal.open


@settings(max_examples=150, deadline=None)
@given(policies=POLICIES, draw=st.data())
def test_what_others_wrote_last_is_what_stays(
    policies: dict[str, Expressions], draw: st.DataObject
) -> None:
    """Whoever breaks the glass at any line of it: their last word stands when all is over."""
    model = model_of(policies)
    last = dict(policies)
    crashes = at_times(draw)

    left = 8

    def breaker() -> None:
        nonlocal left
        if left > 0 and draw.draw(st.integers(0, 5), label="glass") == 0:
            left -= 1
            name = draw.draw(st.sampled_from("abcde"))
            # Not with our own words: nobody could tell these from ours.
            words = draw.draw(st.sampled_from(BREAKERS_WORDS))
            model.policies[name] = (f"uid-{name}", words)
            last[name] = words

    while (end := model.run(crashes, breaker)) is None:
        pass
    model.released = True
    while (end := model.run(crashes, breaker)) is None:
        pass
    assert end is Act.RELEASE
    assert {name: words for name, (_, words) in model.policies.items()} == last
    assert not model.view().journal.open


def closed_off(model: Model) -> bool:
    """Tell whether no policy lets anything through and the lock is on."""
    neutral = all(closes(words or ()) for _, words in model.policies.values())
    return neutral and model.own == DENY_SPEC and model.state == "isolated"


def isolated(**policies: Expressions) -> Model:
    """Return a cluster in which the namespace is isolated."""
    model = model_of(policies)
    assert model.run(never()) is Act.HOLD
    return model


def test_changed_deleted_and_remade_policies_are_conflicts() -> None:
    model = isolated(changed=None, deleted=None, remade=None, kept=None)
    written = model.policies["changed"][1] or []
    model.set("changed", [*written, {"key": "extra", "operator": "Exists"}])
    del model.policies["deleted"]
    model.policies["remade"] = ("uid-other", None)
    assert model.run(never()) is Act.HOLD
    model.released = True
    assert model.run(never()) is Act.RELEASE
    found = {c.object: (c.found, c.expected) for c in model.status.conflicts}
    assert found.keys() == {f"NetworkPolicy/{n}" for n in ("changed", "deleted", "remade")}
    assert found["NetworkPolicy/deleted"][0] == '"object is gone"'
    assert found["NetworkPolicy/remade"][0] == '"made anew with uid uid-other"'
    assert model.policies["kept"][1] is None
    assert model.policies["remade"][1] is None


def test_release_leaves_a_namespace_that_another_quarantine_holds() -> None:
    model = isolated(web=None)
    during = dict(model.policies)
    model.others = ("another",)
    model.released = True
    assert model.run(never()) is Act.RELEASE
    assert model.state == "isolated"
    assert model.own == DENY_SPEC
    assert model.policies == during
    assert model.view().journal.open


def test_namespace_made_anew_is_not_touched() -> None:
    """It is another one: this Quarantine is blocked, and its release changes nothing there."""
    model = isolated(web=None)
    model.uid, model.state = "another", "active"
    model.policies = {"web": ("uid-new", None)}
    assert next_step(model.view()).reason == "NamespaceReplaced"
    model.released = True
    assert model.run(never()) is Act.RELEASE
    assert model.policies == {"web": ("uid-new", None)}
    assert [c.object for c in model.status.conflicts] == ["NetworkPolicy/web"]


def test_lost_journal_is_told_and_nothing_is_opened_by_guesswork() -> None:
    """What the journal should know and does not is a conflict; what drifts since is known again."""
    own: Expressions = [dict(requirement) for requirement in REQUIREMENTS]
    model = isolated(web=None, drifts=None, own=own)
    model.chunks = []
    model.set("drifts", [{"key": "app", "operator": "Exists"}])
    assert model.run(never()) is Act.HOLD
    assert next_step(model.view()).reason == "JournalLost"
    during = model.policies["web"]
    model.released = True
    assert model.run(never()) is Act.RELEASE
    found = {c.object for c in model.status.conflicts}
    assert found == {"NetworkPolicy/web", "NetworkPolicy/own"}
    assert model.policies["web"] == during
    assert model.policies["drifts"][1] == [{"key": "app", "operator": "Exists"}]
    assert model.state == "active"


def test_namespace_that_is_being_deleted_is_locked_and_waits_for_its_end() -> None:
    """It takes neither a probe nor a policy; trying them again and again would be in vain."""
    model = model_of({"web": None})
    model.terminating = True
    assert model.run(never()) is Act.BLOCK
    assert next_step(model.view()).reason == "NamespaceTerminating"
    assert model.state == "isolated"
    assert model.own is None
    model.released = True
    assert model.run(never()) is Act.RELEASE
    assert model.state == "active"


def test_second_quarantine_of_a_namespace_begins_with_what_is_there_then() -> None:
    """The journal of the first one is closed; what the tenant wrote since is what it gives back."""
    model = isolated(web=[{"key": "app", "operator": "Exists"}])
    model.released = True
    assert model.run(never()) is Act.RELEASE
    model.released, model.status = False, QuarantineStatus()
    model.set("web", [{"key": "tier", "operator": "Exists"}])
    assert model.run(never()) is Act.HOLD
    model.released = True
    assert model.run(never()) is Act.RELEASE
    assert model.policies["web"][1] == [{"key": "tier", "operator": "Exists"}]
    assert model.status.conflicts == ()


def test_nothing_is_changed_before_evidence_lock_and_journal() -> None:
    """The order in which things are done."""
    model = model_of({"web": None})
    acts: list[Act] = []
    while not acts or acts[-1] is not Act.HOLD:
        step = next_step(model.view())
        acts.append(step.act)
        for effect in model.effects(step):
            effect()
    assert acts == [
        Act.SNAPSHOT_BEFORE,
        Act.LOCK,
        Act.PROVE_LOCK,
        Act.SNAPSHOT,
        Act.DENY,
        Act.JOURNAL,
        Act.NEUTRALISE,
        Act.SETTLE,
        Act.HOLD,
    ]
