"""Licences: software runs under terms that the policy allows, and products with a right to them.

Fields read, for all rules of the section
    image of containers, initContainers and ephemeralContainers; volumes[].image.reference
Looked up
    the provider's catalogue: by digest, then version range, then repository

license/expression
    Allowed       software whose SPDX expression the policy's deny and allow lists let pass
    Serves        "comply with all license terms" (asergo/3.1)

license/unknown
    Allowed       software that the catalogue knows, with a licence or a product; any other as the
                  policy's `license.unknown` says. Never a reference that cannot be read: no
                  kubelet runs it, and a runtime that reads it otherwise would run it unjudged
    Serves        "comply with all license terms" (asergo/3.1)

license/entitlement
    Allowed       products, named by the catalogue or by a LicenseRef of the policy, for which the
                  tenant holds an entitlement that is valid now, covers every region in which the
                  pod may land, and covers production where the namespace is production. In its
                  grace it warns. Once expired it refuses new workloads; under WarnRecreate it
                  only warns for Pods, and for what controllers make out of what was admitted
    Serves        "maintain valid licenses" (asergo/3.2)
"""

from collections.abc import Iterator

from aup.api.sections.choice import Unknown
from aup.facts.model import Image, Workload
from aup.policy.spdx import NONE, render
from aup.policy.terms import LicenseTerms, Software
from aup.rules.base import Rule, Violation
from aup.rules.license.shortfall import Shortfall, shortfalls
from aup.rules.license.verdict import Verdict, judge, refused
from aup.rules.software import known
from aup.text import clip, join

_EXPRESSION_LIMIT = 200
"""Characters of an expression that a message shows."""


def expression(workload: Workload, terms: LicenseTerms) -> Iterator[Violation]:
    """Yield each image whose licence the policy does not allow."""
    for image, software in _known(workload, terms):
        licensed = software.license
        if licensed is None or judge(licensed, terms) is not Verdict.DENIED:
            continue
        text = render(licensed)
        yield Violation(
            path=image.path,
            value=image.text,
            detail=_not_allowed(text, refused(licensed, terms)),
            remedy=(
                "use a version or other software under a licence that is allowed, "
                f"or ask {terms.contact} for an exemption"
            ),
            key=(software.repository, text),
            image=software.name(image),
        )


def unknown(workload: Workload, terms: LicenseTerms) -> Iterator[Violation]:
    """Yield each image of which nobody knows the licence."""
    for image in workload.images:
        if image.problem:
            yield Violation(
                path=image.path,
                value=image.text,
                detail=f"is no image reference: {image.problem}",
                remedy="write registry/repository:tag, or @sha256:… in place of the tag",
                key=(image.text,),
            )
        elif terms.unknown is not Unknown.ALLOW and (why := _why_unknown(image, terms)):
            yield Violation(
                path=image.path,
                value=image.text,
                detail=why,
                remedy=f"tell {terms.contact} which licence it is under",
                key=(image.repository,),
                image=image.name,
                review=terms.unknown is Unknown.REVIEW,
            )


def entitlement(workload: Workload, terms: LicenseTerms) -> Iterator[Violation]:
    """Yield each product that the tenant runs without a full right to it."""
    for image, software in _known(workload, terms):
        for short in shortfalls(software, workload, terms):
            own = [gap.remedy for gap in short.gaps if gap.remedy]
            yield Violation(
                path=image.path,
                value=image.text,
                detail=f"is {short.product}, {_falls_short(short, terms)}",
                remedy=", or ".join([*own, f"send proof of licence to {terms.contact}"]),
                key=(software.repository, short.product),
                image=software.name(image),
                warn=short.soft,
            )


def _known(workload: Workload, terms: LicenseTerms) -> Iterator[tuple[Image, Software]]:
    """Yield the images that the catalogue knows."""
    return known(workload, terms.catalog)


def _not_allowed(text: str, keys: tuple[str, ...]) -> str:
    """Say which licence is in the way."""
    if keys == (NONE,):
        return "comes without any licence (NONE), so nobody may use it"
    shown = clip(text, _EXPRESSION_LIMIT)
    if keys == (text,):
        return f"is under {shown}, which the policy does not allow"
    return f"is under {shown}, and the policy does not allow {join(keys)}"


def _why_unknown(image: Image, terms: LicenseTerms) -> str:
    """Say why the licence of an image is unknown; empty when it is known."""
    software = next(iter(terms.catalog.about(image)), None)
    if software is None:
        return "is not in the software catalogue, so its licence is not known"
    if software.product:
        return ""  # its entitlement is its licence
    if software.license is None:
        return "has no licence in the software catalogue"
    if judge(software.license, terms) is Verdict.UNKNOWN:
        text = clip(render(software.license), _EXPRESSION_LIMIT)
        return f"is under {text}, of which the policy does not know what it asks"
    return ""


def _falls_short(short: Shortfall, terms: LicenseTerms) -> str:
    """Say what the tenant holds, as far as it goes."""
    if short.entitlement is None:
        return f"for which {terms.tenant} holds no valid entitlement"
    gaps = ", and ".join(gap.words for gap in short.gaps)
    return f"and the entitlement {short.entitlement.name} of {terms.tenant} {gaps}"


RULES = (
    Rule(
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
    ),
    Rule(
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
            "unknown, not judged."
        ),
    ),
    Rule(
        id="license/entitlement",
        title="Products run with a valid entitlement",
        reads=Workload,
        terms=lambda terms: terms.license,
        check=entitlement,
        blind=(
            "How much of a product runs: quantities are reported, not refused. Under "
            "WarnRecreate a Pod written by hand passes with a warning after expiry, since it "
            "cannot be told from one that an operator of the tenant makes anew."
        ),
    ),
)
