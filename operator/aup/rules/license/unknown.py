"""Licences: what nobody knows.

license/unknown
    Fields read   image of containers, initContainers and ephemeralContainers;
                  volumes[].image.reference; images that annotations inject; annotations
                  aup.asergo.com/license and aup.asergo.com/license.<container> of the pod
    Looked up     the provider's catalogues: by digest, then version range, then repository
    Allowed       software that a catalogue knows, with a licence or a product; of the provider's
                  own repositories (`license.trustedRepositories`); whose licence the tenant
                  declares, where no catalogue names one; any other as `license.unknown` says.
                  Never a reference that cannot be read: no kubelet runs it, and a runtime that
                  reads it otherwise would run it unjudged
    Serves        "comply with all license terms" (asergo/3.1)
"""

from collections.abc import Iterator

from aup.api.sections.choice import Unknown
from aup.facts.model import Workload
from aup.policy.declaration import LICENSE
from aup.policy.spdx import Expression, render
from aup.policy.terms import LicenseTerms, Software
from aup.rules.base import Rule, Violation
from aup.rules.license.expression import EXPRESSION_LIMIT
from aup.rules.license.program import Program, is_trusted, programs
from aup.rules.license.verdict import Verdict, judge
from aup.text import clip


def unknown(workload: Workload, terms: LicenseTerms) -> Iterator[Violation]:
    """Yield each image of which nobody knows the licence."""
    for program in programs(workload, terms):
        image = program.image
        if image.problem:
            yield Violation(
                path=image.path,
                value=image.text,
                detail=f"is no image reference: {image.problem}",
                remedy="write registry/repository:tag, or @sha256:… in place of the tag",
                key=(image.text,),
            )
        elif terms.unknown is not Unknown.ALLOW and (why := _why_unknown(program, terms)):
            yield Violation(
                path=image.path,
                value=image.text,
                detail=why,
                remedy=_remedy(program, terms),
                key=(image.repository,),
                image=image.name,
                review=terms.unknown is Unknown.REVIEW,
            )


def _why_unknown(program: Program, terms: LicenseTerms) -> str:
    """Say why the licence of an image is unknown; empty when it is known, or need not be."""
    if is_trusted(program.image, terms):
        return ""
    if not program.silent:
        unsettled = (s.license for s in program.known if s.license and not _is_settled(s, terms))
        return "".join(_unjudged("is under", found) for found in list(unsettled)[:1])
    if (declared := program.assumed) and declared.expression is not None:
        if judge(declared.expression, terms) is not Verdict.UNKNOWN:
            return ""
        return _unjudged("is declared to be under", declared.expression)
    if not program.known:
        return "is not in the software catalogue, so its licence is not known"
    named = next((word.license for word in program.known if word.license), None)
    return _unjudged("is under", named) if named else "has no licence in the software catalogue"


def _is_settled(software: Software, terms: LicenseTerms) -> bool:
    """Tell whether a word of a catalogue leaves nothing open: an entitlement is a licence."""
    if software.product or software.license is None:
        return True
    return judge(software.license, terms) is not Verdict.UNKNOWN


def _unjudged(how: str, expression: Expression) -> str:
    """Say that the policy has no answer to an expression."""
    text = clip(render(expression), EXPRESSION_LIMIT)
    return f"{how} {text}, of which the policy does not know what it asks"


def _remedy(program: Program, terms: LicenseTerms) -> str:
    """Say who can make it known."""
    tell = f"tell {terms.contact} which licence it is under"
    if not program.silent:
        return tell
    if program.assumed is not None:
        return f"declare a licence that SPDX lists, or {tell}"
    return f"declare its licence in the annotation {LICENSE} of the pod, or {tell}"


RULE = Rule(
    id="license/unknown",
    title="The licence of software is known",
    reads=Workload,
    terms=lambda terms: terms.license,
    check=unknown,
    blind=(
        "An image under a name that the catalogue knows, pushed there by somebody else. A "
        "digest that the catalogue does not list, of a repository that it knows by versions "
        "only, is unknown: an item without versions speaks for the rest. A "
        "mirror that the catalogue does not list hides what it serves: its images are "
        "unknown, not judged. Whether a tenant's declaration is true."
    ),
)
