"""The report of an episode: the numbers in it, one name for one episode, and back again."""

from datetime import UTC, datetime, timedelta

from aup.api.abuse import AbuseReport
from aup.api.meta import read, write
from aup.api.policy import AcceptableUsePolicy
from aup.api.sections.fair_use import FairUseTerms
from aup.fairuse.catalogue import CATALOGUE, Scope
from aup.fairuse.limits import limit_of
from aup.fairuse.reading import Reading
from aup.fairuse.report import decimal, measured, new_report, report_name, standing_of
from aup.fairuse.standing import Phase, Standing
from aup.policy.edition import compile_edition
from aup.presets import load
from aup.rules import RULE_IDS

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
CPU = CATALOGUE[0]
POLICY = read(AcceptableUsePolicy, load("asergo"))
OVER = Standing(Phase.OVER, since=START, counted=timedelta(minutes=15), readings=16)


def report() -> AbuseReport:
    """Return the report of a tenant with two namespaces."""
    limit = limit_of(CPU, FairUseTerms())
    assert limit is not None
    edition, _ = compile_edition("asergo", POLICY.spec, RULE_IDS)
    used = (("acme-prod", 6.25), ("acme-test", 0.5))
    reading = Reading(START + timedelta(minutes=17), 6.75, 0.84375, 0.9375, used)
    uids = {"acme-prod": "0b9d6a55", "acme-test": "1f53"}
    return new_report(
        measured("acme", CPU, OVER, reading, limit, scope=Scope(), edition=edition, uids=uids)
    )


def test_a_report_says_what_how_much_and_why_it_is_too_much() -> None:
    spec = write(report())["spec"]
    usage = spec.pop("usage")
    assert spec == {"source": "usage", "category": "Usage", "observedAt": "2026-11-22T12:17:00Z"}
    assert usage.pop("query").startswith("sum by (namespace) (rate(container_cpu")
    assert usage == {
        "measure": "CPU",
        "tenant": "acme",
        "namespace": "acme-prod",
        "namespaceUID": "0b9d6a55",
        "clause": "1.6",
        "unit": "cores",
        "used": "6.75",
        "floor": "4",
        "share": "0.844",
        "shareLimit": "0.25",
        "contention": "0.938",
        "contentionLimit": "0.85",
        "since": "2026-11-22T12:00:00Z",
        "until": "2026-11-22T12:17:00Z",
        "measuredSeconds": 900,
        "readings": 16,
        "namespaces": [{"name": "acme-prod", "used": "6.25"}, {"name": "acme-test", "used": "0.5"}],
    }


def test_one_episode_has_one_name() -> None:
    assert (
        report().metadata.name
        == report_name("acme", CPU.measure, START)
        == "usage-cpu-acme-1795348800"
    )
    assert report_name("acme", CPU.measure, START + timedelta(hours=1)) != report().metadata.name


def test_a_process_that_starts_takes_the_episode_up() -> None:
    """From nothing but the report."""
    again = standing_of(read(AbuseReport, write(report())))
    assert (again.phase, again.since, again.readings) == (Phase.OVER, START, 16)
    assert again.seen == START + timedelta(minutes=17)


def test_numbers_are_short_and_plain() -> None:
    assert [decimal(x) for x in (0, 4, 0.25, 1e-9, 17179869184.0)] == [
        *("0", "4", "0.25", "0", "17179869184"),
    ]
