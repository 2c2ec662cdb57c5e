"""Every sentence that a tenant reads about a decision.

The API server prints the denial after ``admission webhook "…" denied the request:``, keeps its
line breaks, and shows warnings only when they are one line of at most 256 characters.
"""

from aup.engine.decision import Decision, Finding
from aup.text import clip, plural, printable

WARNING_LIMIT = 256
"""Characters: what the API server shows of one warning (KEP-1693)."""

DENIAL_LIMIT = 32 * 1024
"""Characters of one denial; past it the rest of the findings is counted."""


def sentence(finding: Finding) -> str:
    """Return a finding without its rule: ``<path> <value> <detail>; <remedy>``."""
    violation = finding.violation
    words = (violation.path, printable(violation.value), violation.detail)
    return f"{' '.join(w for w in words if w)}; {violation.remedy}"


def line(finding: Finding) -> str:
    """Return a finding in full, as it stands in a denial."""
    return f"[{_tag(finding)}] {sentence(finding)}. See {finding.link}"


def denial(decision: Decision) -> str:
    """Return the whole answer to a refused request: every finding, and where to read more."""
    rules = len({f.rule for f in decision.denials})
    head = (
        f"violates {plural(rules, 'rule')} of the Acceptable Use Policy of "
        f"{decision.policy.provider} (revision {decision.policy.revision})"
    )
    return "\n".join((head, *_bounded(decision.denials), terms_hint(decision.subject.namespace)))


def warnings(decision: Decision) -> list[str]:
    """Return one line per finding that does not refuse the object."""
    return [warning(f) for f in decision.warnings]


def warning(finding: Finding) -> str:
    """Return a finding as a warning: the link goes before the words do."""
    return clip(f"would violate [{_tag(finding)}] {sentence(finding)}", WARNING_LIMIT)


def terms_hint(namespace: str) -> str:
    """Return the line that tells a tenant where its terms are written."""
    return f"what you are held to: kubectl get tenantreport aup -n {namespace} -o yaml"


def _tag(finding: Finding) -> str:
    """Return ``network/assigned-address, clause 6.2``."""
    return f"{finding.rule}, clause {finding.clause}" if finding.clause else finding.rule


def _bounded(findings: tuple[Finding, ...]) -> list[str]:
    """Return the findings' lines as far as the limit goes, and a count of the rest."""
    lines: list[str] = []
    left = DENIAL_LIMIT
    for shown, finding in enumerate(findings):
        text = line(finding)
        if len(text) > left:
            lines.append(f"and {plural(len(findings) - shown, 'more finding')}, not shown here")
            break
        left -= len(text)
        lines.append(text)
    return lines
