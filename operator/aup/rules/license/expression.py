"""Licences: software runs under terms that the policy allows.

license/expression
    Fields read   image of containers, initContainers and ephemeralContainers;
                  volumes[].image.reference; images that annotations inject; annotations
                  aup.asergo.com/license and aup.asergo.com/license.<container> of the pod
    Looked up     the provider's catalogues: by digest, then version range, then repository; where
                  catalogues disagree, each word counts. Where none names a licence, what the
                  tenant declares
    Allowed       software whose SPDX expression the policy's deny and allow lists let pass
    Serves        "comply with all license terms" (asergo/3.1)
"""

from collections.abc import Iterator

from aup.facts.model import Workload
from aup.policy.spdx import NONE, Expression, render
from aup.policy.terms import LicenseTerms
from aup.rules.base import Rule, Violation
from aup.rules.license.program import Program, programs
from aup.rules.license.verdict import Verdict, judge, refused
from aup.text import clip, join

EXPRESSION_LIMIT = 200
"""Characters of an expression that a message shows."""


def expression(workload: Workload, terms: LicenseTerms) -> Iterator[Violation]:
    """Yield each image whose licence the policy does not allow."""
    for program in programs(workload, terms):
        image = program.image
        for word in program.known:
            if word.license is None or judge(word.license, terms) is not Verdict.DENIED:
                continue
            yield Violation(
                path=image.path,
                value=image.text,
                detail=_not_allowed(word.license, terms),
                remedy=(
                    "use a version or other software under a licence that is allowed, "
                    f"or ask {terms.contact} for an exemption"
                ),
                key=(word.repository, render(word.license)),
                image=word.name(image),
            )
        yield from _declared(program, terms)


def _declared(program: Program, terms: LicenseTerms) -> Iterator[Violation]:
    """Yield the violation of a licence that nobody but the tenant names."""
    declared, image = program.assumed, program.image
    if declared is None or declared.expression is None:
        return
    if judge(declared.expression, terms) is not Verdict.DENIED:
        return
    keys = refused(declared.expression, terms)
    ground = "nobody may use it" if keys == (NONE,) else f"the policy does not allow {join(keys)}"
    yield Violation(
        path=declared.path,
        value=declared.text,
        detail=f"is declared for {image.text}, and {ground}",
        remedy=(
            f"use software under a licence that is allowed, or ask {terms.contact} for an exemption"
        ),
        key=(image.repository, render(declared.expression)),
        image=image.name,
    )


def _not_allowed(licensed: Expression, terms: LicenseTerms) -> str:
    """Say which licence is in the way."""
    text, keys = render(licensed), refused(licensed, terms)
    if keys == (NONE,):
        return "comes without any licence (NONE), so nobody may use it"
    shown = clip(text, EXPRESSION_LIMIT)
    if keys == (text,):
        return f"is under {shown}, which the policy does not allow"
    return f"is under {shown}, and the policy does not allow {join(keys)}"


RULE = Rule(
    id="license/expression",
    title="Software runs under a licence that the policy allows",
    reads=Workload,
    terms=lambda terms: terms.license,
    check=expression,
    blind=(
        "What is inside an image beyond the catalogue's word for it: layers, packages, models "
        "fetched at run time. A tag may be moved to other content. Duties that a licence "
        "attaches to use, such as publishing source, are not seen at all."
    ),
)
