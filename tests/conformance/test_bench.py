"""The benchmark compares like with like: its Pods and its goals are what they say."""

import pytest

from bench.admission import CLIENTS, Row
from bench.checks import CHECKS, REGISTRY, Check, breaching
from bench.floor import SaysYes
from bench.goals import judge
from bench.handwritten import HandWritten
from bench.objects import SIZE, encoded, pod
from support.replacing import replace

PEERS = ("Gatekeeper CEL", "Gatekeeper Rego", "Kyverno")
OURS = ("guard", "twins", "webhook", "all")


def rows(*, ours: float, peers: float, by_hand: float, yes: float = 0.1) -> list[Row]:
    """Return a run in which every figure of a contender is the same number."""
    none = Row("no policy", 1, 2, 8, 0, 0, 400, 2, 0, 0, 0, 1)
    measures = {HandWritten.name: by_hand, SaysYes.name: yes}
    figures = measures | dict.fromkeys(PEERS, peers) | dict.fromkeys(OURS, ours)
    made = [
        replace(none, mode=m, added_p50=f, added_p99=f, engine_cpu=f, server_cpu=2 + f)
        for m, f in figures.items()
    ]
    return [replace(row, clients=clients) for clients in CLIENTS for row in (none, *made)]


def verdicts(found: list[Row]) -> set[str]:
    """Return the different verdicts of a run."""
    return {goal.verdict for goal in judge(found)}


def test_a_run_within_all_limits_meets_all_goals() -> None:
    """An eighth of a peer, and as much as a policy by hand."""
    found = rows(ours=1, peers=8, by_hand=1)
    assert verdicts(found) == {"met"}
    assert len(judge(found)) == len(CLIENTS) * 12


def test_a_run_beyond_all_limits_misses_all_goals() -> None:
    """As much as a peer, and twice a policy by hand."""
    assert verdicts(rows(ours=2, peers=2, by_hand=1)) == {"missed"}


def test_the_better_peer_is_the_measure() -> None:
    """One peer that is as good as we are is enough to miss."""
    found = rows(ours=1, peers=80, by_hand=1)
    good = [replace(r, added_p50=1.0) if r.mode == "Kyverno" else r for r in found]
    missed = {goal.goal for goal in judge(good) if goal.verdict == "missed"}
    assert missed == {"added p50: 0.2 of a peer's"}


def test_what_saying_yes_costs_too_much_for_is_out_of_reach() -> None:
    """Of latencies only: processor time is an engine's own matter."""
    judged = judge(rows(ours=2, peers=2, by_hand=1, yes=0.5))
    of_peers = {g.goal: g.verdict for g in judged if g.mode == "webhook"}
    assert of_peers == {
        "added p50: 0.2 of a peer's": "out of reach",
        "added p99: 0.2 of a peer's": "out of reach",
        "engine cpu: 0.125 of a peer's": "missed",
    }


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_bad_pod_differs_from_the_good_one_in_its_spec_only(check: Check) -> None:
    """The Pod is as large as that of an application, and only what is checked is changed."""
    bad, good = breaching(check), pod()
    assert bad["spec"] != good["spec"]
    assert {**bad, "spec": None} == {**good, "spec": None}
    assert len(encoded(good)) == SIZE


def test_messages_tell_the_checks_apart() -> None:
    """A refusal is evidence of one check."""
    messages = [check.message for check in CHECKS]
    assert not [(a, b) for a in messages for b in messages if a != b and a in b]


def test_the_good_pod_comes_from_the_registry_that_is_allowed() -> None:
    """Else the six checks would refuse what is measured."""
    spec = pod()["spec"]
    images = [c["image"] for c in (*spec["containers"], *spec["initContainers"])]
    assert all(image.startswith(REGISTRY) for image in images)
