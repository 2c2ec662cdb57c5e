"""Every sentence that a tenant reads about a decision.

The API server prints the denial after ``admission webhook "…" denied the request:``, keeps its
line breaks, and shows warnings only when they are one line of at most 256 characters.
"""

from datetime import UTC
from itertools import accumulate, takewhile

from aup.engine.decision import Decision, Finding
from aup.text import clip, legible, plural, printable

WARNING_LIMIT = 256
"""Characters: what the API server shows of one warning (KEP-1693)."""

WARNINGS_LIMIT = 4096
"""Characters of all warnings to one request: the API server cuts off what is beyond."""

UNREADABLE_TITLE = "An object that cannot be read"
UNREADABLE_MEANS = (
    (
        "Where a rule has to look, something stands that is not of the type or the form that its "
        "kind says: a text where a list belongs, an address in a field that holds numbers, JSON "
        "in an annotation that ends too early, more containers or claims than are looked at. It "
        "is refused and never skipped, since what nobody can read may hide anything; what can be "
        "read beside it is judged all the same, and told in the same answer."
    ),
    (
        "The denial names the field, what stands there and what belongs there. Write it as the "
        "documentation of the kind says; where something is too much, spread it over several "
        "objects."
    ),
    (
        "No clause stands for it, and no policy or exemption names it: it counts as strictly as "
        "the strictest rule of the policy. Fields that no rule reads, the API server checks by "
        "itself."
    ),
)
"""What there is to know of it, in paragraphs: it is no rule that has a page of its own."""

DENIAL_LIMIT = 32 * 1024
"""Characters of one denial; past it the rest of the findings is counted."""


def sentence(finding: Finding) -> str:
    """Return a finding without its rule: ``<path> <value> <detail>; <remedy>``."""
    return f"{_fact(finding)}; {legible(finding.violation.remedy)}"


def excused(finding: Finding) -> str:
    """Return a finding that consent covers: what it is about, and by which exemption it passes."""
    return f"{_fact(finding)}; exemption {legible(finding.exemption)} covers it"


def statement(finding: Finding) -> str:
    """Return what is wrong, without what to do: ``[<rule>, clause <id>] <path> <value> …``."""
    return f"[{_tag(finding)}] {_fact(finding)}"


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
    lines = [line(finding) for finding in told(decision)]
    if more := len(decision.denials) - len(lines):
        lines.append(f"and {plural(more, 'more finding')}, not shown here")
    return "\n".join((head, *lines, terms_hint(decision.subject.namespace)))


def told(decision: Decision) -> tuple[Finding, ...]:
    """Return the findings that an answer to a refused request names: what its limit holds.

    An answer of millions of characters would be one that the API server does not take.
    """
    ends = accumulate(len(line(finding)) for finding in decision.denials)
    held = takewhile(
        lambda pair: pair[1] <= DENIAL_LIMIT, zip(decision.denials, ends, strict=False)
    )
    return tuple(finding for finding, _ in held)


def warnings(decision: Decision) -> list[str]:
    """Return one line per finding that does not refuse the object, as many as are shown."""
    left = WARNINGS_LIMIT - WARNING_LIMIT  # room for the last line
    lines: list[str] = []
    for shown, finding in enumerate(decision.warnings):
        text = warning(finding)
        left -= len(text)
        if left < 0:
            more = plural(len(decision.warnings) - shown, "more finding")
            lines.append(
                clip(f"and {more}; {terms_hint(decision.subject.namespace)}", WARNING_LIMIT)
            )
            break
        lines.append(text)
    return lines


def warning(finding: Finding) -> str:
    """Return a finding as a warning: the link goes before the words do."""
    begins = finding.refused_from
    day = f"from {begins.astimezone(UTC).date()} " if begins else ""
    return clip(f"would violate {day}[{_tag(finding)}] {sentence(finding)}", WARNING_LIMIT)


def terms_hint(namespace: str) -> str:
    """Return the line that tells a tenant where its terms are written.

    An object outside of namespaces has none of its own to name.
    """
    where = legible(namespace) or "<your namespace>"
    return f"what you are held to: kubectl get tenantreport aup -n {where} -o yaml"


def _fact(finding: Finding) -> str:
    """Return ``spec.externalIPs[0] 203.0.113.9 is not assigned to acme``."""
    violation = finding.violation
    words = (violation.path, printable(violation.value), violation.detail)
    return legible(" ".join(word for word in words if word))


def _tag(finding: Finding) -> str:
    """Return ``network/assigned-address, clause 6.2``."""
    return f"{finding.rule}, clause {finding.clause}" if finding.clause else finding.rule
