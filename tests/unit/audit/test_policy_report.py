"""PolicyReports: bounded, stable, and nothing in them that a tenant must not read."""

from datetime import timedelta

from aup.audit.impact import Impact
from aup.audit.policy_report import MAX_RESULTS, policy_report, timestamps
from aup.engine.decision import Finding, Outcome
from aup.rules.base import Violation
from support.replacing import replace
from support.world import NOW, terms

TERMS = terms("acme")


def impact(*outcomes: Outcome, name: str = "web", value: str = "8080") -> Impact:
    """Return an object with one finding for each outcome."""
    violation = Violation(
        path="spec.containers[0].ports[0].hostPort",
        value=value,
        detail="is opened on the node's own address",
        remedy="leave out hostPort",
        key=(value,),
    )
    link = "https://docs.asergo.example/aup/rules/host/port"
    return Impact(
        kind="Deployment",
        namespace="acme-prod",
        name=name,
        findings=tuple(Finding("host/port", "6.2", violation, o, link=link) for o in outcomes),
        api_version="apps/v1",
    )


def test_a_finding_becomes_a_result_that_names_object_rule_and_remedy() -> None:
    assert policy_report(TERMS, [impact(Outcome.DENY)], {}, NOW) == {
        "source": "aup-operator",
        "summary": {"pass": 0, "fail": 1, "warn": 0, "error": 0, "skip": 0},
        "results": [
            {
                "policy": "asergo",
                "rule": "host/port",
                "category": "host",
                "severity": "high",
                "result": "fail",
                "scored": True,
                "source": "aup-operator",
                "message": "spec.containers[0].ports[0].hostPort 8080 is opened on the node's own "
                "address; leave out hostPort",
                "timestamp": {"seconds": int(NOW.timestamp()), "nanos": 0},
                "resources": [
                    {
                        "apiVersion": "apps/v1",
                        "kind": "Deployment",
                        "namespace": "acme-prod",
                        "name": "web",
                    }
                ],
                "properties": {
                    "revision": "2023-06-01",
                    "clause": "6.2",
                    "path": "spec.containers[0].ports[0].hostPort",
                    "value": "8080",
                    "help": "https://docs.asergo.example/aup/rules/host/port",
                },
            }
        ],
    }


def test_a_matter_for_the_providers_people_is_not_in_it() -> None:
    """Tenants may read the report."""
    found = impact(Outcome.REVIEW, Outcome.AUDIT, Outcome.WARN)
    body = policy_report(TERMS, [found], {}, NOW)
    assert [(r["result"], r["severity"]) for r in body["results"]] == [
        ("warn", "low"),
        ("warn", "medium"),
    ]


def exempt(name: str = "web", *, review: bool = False) -> Impact:
    """Return an object of which consent covers the only finding."""
    found = impact(Outcome.EXEMPT, name=name)
    (finding,) = found.findings
    violation = replace(finding.violation, review=review)
    consent = replace(finding, violation=violation, exemption="acme-debug-q4")
    return replace(found, findings=(consent,))


def test_what_an_exemption_covers_is_skipped_and_says_by_which() -> None:
    body = policy_report(TERMS, [exempt()], {}, NOW)
    assert body["summary"] == {"pass": 0, "fail": 0, "warn": 0, "error": 0, "skip": 1}
    (result,) = body["results"]
    assert (result["result"], result["severity"]) == ("skip", "info")
    assert result["properties"]["exemption"] == "acme-debug-q4"
    assert result["message"] == (
        "spec.containers[0].ports[0].hostPort 8080 is opened on the node's own address; "
        "exemption acme-debug-q4 covers it"
    )
    (failed,) = policy_report(TERMS, [impact(Outcome.DENY)], {}, NOW)["results"]
    assert "exemption" not in failed["properties"]


def test_what_people_look_into_is_not_told_although_it_is_covered() -> None:
    body = policy_report(TERMS, [exempt(review=True)], {}, NOW)
    assert (body["summary"]["skip"], body["results"]) == (0, [])


def test_what_is_skipped_takes_no_place_from_what_is_wrong() -> None:
    found = [exempt(f"a{n}") for n in range(MAX_RESULTS)]
    found += [impact(Outcome.AUDIT, name="b"), impact(Outcome.DENY, name="c")]
    body = policy_report(TERMS, found, {}, NOW)
    assert [r["result"] for r in body["results"][:3]] == ["fail", "warn", "skip"]
    assert (len(body["results"]), body["summary"]["skip"]) == (MAX_RESULTS, MAX_RESULTS)


def test_a_report_says_since_when_its_findings_are_known() -> None:
    """Or one that lists more than the TenantReport would be written anew at each audit."""
    found = [impact(Outcome.DENY), exempt("web"), exempt("other")]
    body = policy_report(TERMS, found, {}, NOW)
    later = policy_report(TERMS, found, timestamps(body), NOW + timedelta(hours=1))
    assert later == body
    assert timestamps({}) == {}


def test_a_finding_keeps_the_time_at_which_it_was_first_made() -> None:
    since = NOW - timedelta(days=3)
    seen = {("host/port", "Deployment/web", "spec.containers[0].ports[0].hostPort", "8080"): since}
    later = NOW + timedelta(hours=1)
    (result,) = policy_report(TERMS, [impact(Outcome.DENY)], seen, later)["results"]
    assert result["timestamp"]["seconds"] == int(since.timestamp())


def test_the_same_findings_make_the_same_report_in_any_order() -> None:
    found = [impact(Outcome.DENY, name=name) for name in ("b", "a", "c")]
    one, other = (policy_report(TERMS, order, {}, NOW) for order in (found, found[::-1]))
    assert one == other


def test_what_is_too_much_is_counted() -> None:
    """An object of etcd has a limit, and a report that is refused tells nobody anything."""
    found = [impact(Outcome.DENY, value="x" * 5000, name=f"w{i}") for i in range(MAX_RESULTS + 9)]
    body = policy_report(TERMS, found, {}, NOW)
    assert len(body["results"]) == MAX_RESULTS
    assert body["summary"]["fail"] == MAX_RESULTS + 9
    assert len(str(body)) < 1 << 20
