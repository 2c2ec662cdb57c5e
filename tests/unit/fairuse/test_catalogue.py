"""The queries: every selector of ours, every window, and what the policy's CRD says of defaults."""

import re
from string import Template

import pytest

from aup.fairuse.catalogue import CATALOGUE, Query, Scope, duration
from support.repository import ROOT

every_query = pytest.mark.parametrize("query", CATALOGUE, ids=lambda query: query.measure)


def templates(query: Query) -> list[str]:
    """Return all PromQL of a query."""
    return [query.use, query.share, query.health(), query.jobs(), *filter(None, [query.contention])]


@every_query
def test_every_selector_is_held_to_the_matchers_of_the_installation(query: Query) -> None:
    """One that is not would count other clusters, or what tenants export themselves."""
    scope = Scope(300, 'cluster="eu-1"')
    for template in templates(query):
        rendered = scope.render(template, 0.85)
        assert "$" not in rendered
        selectors = re.findall(r"\{[^}]*\}", rendered)
        assert selectors
        assert all(selector.endswith('cluster="eu-1"}') for selector in selectors), rendered
        # A metric without braces would have none.
        bare = re.sub(r"\{[^}]*\}(\[\w+\])?", "{}", rendered)
        assert not re.findall(r"\b(?:container|node|kubelet|machine|apiserver)_\w+\b(?!\{\})", bare)


@every_query
def test_use_share_and_recording_are_by_namespace(query: Query) -> None:
    assert query.use.startswith("sum by (namespace) (")
    assert "by (namespace)" in query.share
    assert re.fullmatch(r"namespace:aup_fair_use_\w+:\w+", query.record)


@every_query
def test_jobs_are_those_of_what_is_summed(query: Query) -> None:
    """Neither of contention nor of witnesses: several jobs export these."""
    (metric,) = re.findall(r"[a-z_]+\{", query.use)
    assert re.fullmatch(rf"count by \(job\) \({re.escape(metric)}[^}}]*\$M\}}\)", query.jobs())


@every_query
def test_the_definition_of_the_policy_tells_the_defaults(query: Query) -> None:
    """Share and contention are told once for all, floors one by one."""
    crd = (ROOT / "crds" / "aup.asergo.com_acceptableusepolicies.yaml").read_text()
    told = " ".join(
        crd.partition("Thresholds of single measures.")[2].partition("type:")[0].split()
    )
    assert query.floor in re.split(r"[ ,]", told)
    assert f"{query.share_percent} percent of what is contended" in told
    assert str(query.contention_percent) in re.split(r"[ ,)]", told)


@pytest.mark.parametrize(
    ("seconds", "text"), [(300, "5m"), (90, "90s"), (0.5, "500ms"), (3600, "60m"), (2.0, "2s")]
)
def test_a_duration_is_written_as_prometheus_reads_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_contention_stands_in_the_share() -> None:
    """So that the share is one of what is contended by the policy's own notion."""
    shares = [Template(query.share).get_identifiers() for query in CATALOGUE]
    assert ["C" in names for names in shares] == [True, True, *[False] * 5]
