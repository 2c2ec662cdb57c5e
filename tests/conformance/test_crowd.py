"""What holds budgets against a crowd can itself be wrong: it sees what it is there to see."""

import json
from typing import Any

import msgspec
import pytest

from support.crowd import use as watched
from support.crowd.api import Answer
from support.crowd.use import CPU, PODS, Use
from support.crowd.writers import Outcome, judged, pod

HARD = {PODS: 2, CPU: 300}


def seen(*steps: tuple[str, int, bool]) -> Use:
    """Return the use of one namespace after events, a second apart: name, size, whether it is."""
    use = Use(["shop"], HARD)
    use._note()
    for number, (name, cpu, exists) in enumerate(steps, 1):
        _event(use, name, cpu, exists=exists, number=number)
    use.states = [
        watched.State(float(second), state.version, state.used)
        for second, state in enumerate(use.states)
    ]
    return use


def _event(use: Use, name: str, cpu: int, *, exists: bool, number: int, **more: Any) -> None:
    manifest = pod(name, cpu)
    manifest["metadata"] |= {"uid": name, "namespace": "shop", "resourceVersion": str(number)}
    use._put(msgspec.json.decode(json.dumps(manifest | more), type=watched._Pod), exists=exists)
    use._note()


def test_every_state_beyond_the_budget_is_seen_under_any_key() -> None:
    use = seen(("a", 200, True), ("b", 200, True), ("b", 200, False), ("b", 50, True))
    assert [state.used[CPU] for state in use.over] == [400]
    assert use.most == {PODS: 2, CPU: 400}
    use = seen(("a", 50, True), ("b", 50, True), ("c", 50, True))
    assert [state.used[PODS] for state in use.over] == [3]


def test_a_pod_counts_as_it_is_now_and_not_once_it_has_ended() -> None:
    use = seen(("a", 200, True), ("a", 100, True))
    assert use.used == {PODS: 1, CPU: 100}
    _event(use, "a", 100, exists=True, number=3, status={"phase": "Succeeded"})
    assert use.used == {PODS: 0, CPU: 0}


def test_a_refusal_is_wrong_only_if_there_was_room_all_the_time() -> None:
    use = seen(("a", 200, True), ("b", 100, True), ("b", 100, False))
    need = {PODS: 1, CPU: 100}
    assert use.had_room(need, 0.5, 1.5)
    assert not use.had_room(need, 0.5, 2.5)
    assert not use.had_room(need, 2.5, 3.5)
    assert use.had_room(need, 3.0, 9.0)
    assert not use.had_room({PODS: 1, CPU: 101}, 3.0, 9.0)


def test_mean_use_is_weighed_by_time() -> None:
    use = seen(("a", 300, True), ("a", 300, False))
    assert use.mean(0.0, 4.0) == {PODS: 0.125, CPU: 0.25}


@pytest.mark.parametrize(
    ("status", "message", "outcome"),
    [
        (201, "", Outcome.CREATED),
        (403, "denied: [resources/budget, clause 1] spec", Outcome.BUDGET),
        (403, 'exceeded quota: aup-budget, requested: "pods=1"', Outcome.QUOTA),
        (403, "denied: [host/port, clause 2] spec", Outcome.FAILED),
        (500, "failed calling webhook: [resources/budget", Outcome.FAILED),
        (0, "", Outcome.FAILED),
    ],
)
def test_answers_are_told_apart(status: int, message: str, outcome: Outcome) -> None:
    """A refusal for another reason is none for want of room."""
    assert judged(Answer(status, json.dumps({"message": message}).encode()))[0] is outcome
