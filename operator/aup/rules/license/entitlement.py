"""Licences: products run with a right to them.

license/entitlement
    Fields read   image of containers, initContainers and ephemeralContainers;
                  volumes[].image.reference; images that annotations inject; annotations
                  aup.asergo.com/license and aup.asergo.com/license.<container> of the pod;
                  spec.os.name, nodeSelector and required node affinity, by operating system
    Looked up     the provider's catalogues: by digest, then version range, then repository
    Allowed       products, named by the catalogue or by a LicenseRef of the policy, for which the
                  tenant holds an entitlement that is valid now, covers every region in which the
                  pod may land, by itself or with others for the same product, and covers production
                  where the namespace is production. The same for pods that ask for Windows nodes,
                  unless `license.windows` is Allowed. In its grace it warns. Once expired it
                  refuses new workloads; under WarnRecreate it only warns for Pods that controllers
                  make anew, and for what they make out of what was admitted
    Serves        "maintain valid licenses" (asergo/3.2)
"""

from collections.abc import Iterator

from aup.api.sections.license import WindowsLicense
from aup.facts.model import Workload
from aup.policy.terms import LicenseTerms
from aup.rules.base import Rule, Violation
from aup.rules.license.program import Program, programs
from aup.rules.license.shortfall import Shortfall, asked_by, short_of, shortfalls


def entitlement(workload: Workload, terms: LicenseTerms) -> Iterator[Violation]:
    """Yield each product that the tenant runs without a full right to it."""
    for program in programs(workload, terms):
        yield from _known(program, workload, terms)
        yield from _declared(program, workload, terms)
    yield from _windows(workload, terms)


def _known(program: Program, workload: Workload, terms: LicenseTerms) -> Iterator[Violation]:
    """Yield the products that catalogues name, each once."""
    image, told = program.image, set[str]()
    for word in program.known:
        for short in shortfalls(word, workload, terms):
            if short.product not in told:
                told.add(short.product)
                yield Violation(
                    path=image.path,
                    value=image.text,
                    detail=f"is {short.product}, {_falls_short(short, terms)}",
                    remedy=_remedy(short, terms),
                    key=(word.repository, short.product),
                    image=word.name(image),
                    warn=short.soft,
                )


def _declared(program: Program, workload: Workload, terms: LicenseTerms) -> Iterator[Violation]:
    """Yield the products that a declared licence asks for."""
    declared, image = program.assumed, program.image
    if declared is None or declared.expression is None:
        return
    for short in {s.product: s for s in asked_by(declared.expression, workload, terms)}.values():
        yield Violation(
            path=declared.path,
            value=declared.text,
            detail=(
                f"declares {image.text} to be under the licence of {short.product}, "
                f"{_falls_short(short, terms)}"
            ),
            remedy=_remedy(short, terms),
            key=(image.repository, short.product),
            image=image.name,
            warn=short.soft,
        )


def _windows(workload: Workload, terms: LicenseTerms) -> Iterator[Violation]:
    """Yield the lack of a licence for the operating system of Windows nodes."""
    ground = workload.windows
    if ground is None or terms.windows is WindowsLicense.ALLOWED:
        return
    if short := short_of(terms.windows_product, workload, terms):
        yield Violation(
            path=ground.path,
            value=ground.value,
            detail=(
                f"asks for Windows nodes, which need {short.product}, {_falls_short(short, terms)}"
            ),
            remedy=_remedy(short, terms),
            key=("windows", short.product),
            warn=short.soft,
        )


def _falls_short(short: Shortfall, terms: LicenseTerms) -> str:
    """Say what the tenant holds, as far as it goes."""
    if short.entitlement is None:
        return f"for which {terms.tenant} holds no valid entitlement"
    gaps = ", and ".join(gap.words for gap in short.gaps)
    return f"and the entitlement {short.entitlement.name} of {terms.tenant} {gaps}"


def _remedy(short: Shortfall, terms: LicenseTerms) -> str:
    """Say what the tenant can do itself, and what its provider."""
    own = [gap.remedy for gap in short.gaps if gap.remedy]
    return ", or ".join([*own, f"send proof of licence to {terms.contact}"])


RULE = Rule(
    id="license/entitlement",
    title="Products run with a valid entitlement",
    reads=Workload,
    terms=lambda terms: terms.license,
    check=entitlement,
    blind=(
        "How much of a product runs: quantities are reported, not refused. A Pod that lands on a "
        "Windows node without asking for one, by its name, by a RuntimeClass or by a taint that it "
        "tolerates. Under WarnRecreate a Pod passes with a warning after expiry when a "
        "ServiceAccount writes it and it says that a controller owns it, which may be invented."
    ),
)
