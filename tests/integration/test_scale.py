"""The benchmark of a large cluster, on a small one: it works, and at rest next to nothing is asked.

It has a control plane of its own: nothing else may write meanwhile.
"""

from bench.population import Size
from bench.scale import measure


def test_at_rest_only_leases_are_written_and_nothing_grows_with_tenants() -> None:
    """After starts of both processes with everything there, which write nothing either."""
    soon = {"AUP_API_REQUEST_SECONDS": "5", "AUP_LEDGER_MARGIN_SECONDS": "15"}
    size = Size(tenants=4, namespaces=3, pods=60)
    found = measure(size, rest=10, requests=40, quiet=6, settings=soon)

    assert (found.made.tenants, found.made.namespaces, found.made.pods) == (4, 12, 60)
    assert [start.role for start in found.starts] == ["admission", "controller"]
    assert all(0 < s.ready <= s.rest and 0 < s.memory <= s.peak for s in found.starts)
    # The chart's own policy is applied again, and its status told: nothing that grows.
    assert all(start.writes <= 4 for start in found.starts)
    asked = {(asked.role, asked.verb, asked.resource) for asked in found.rest}
    assert {role for role, _, _ in asked} == {"admission", "controller"}
    writes = {resource for _, verb, resource in asked if verb not in {"get", "list", "watch"}}
    assert writes == {"leases"}
    assert not [one for one in found.rest if one.verb == "get" and one.in_a_minute > 12]
    assert [admission.mode for admission in found.admission] == ["no policy", "webhook"]
