"""Export: sectoral sanctions, which forbid classes of software for countries otherwise served.

export/sector
    Fields read   label aup.asergo.com/workload-class of the pod, or of the object that makes it;
                  images of all containers and image volumes, by the class that the catalogue gives
                  them
    Allowed       classes that `export.sectoral` does not name for a country that the tenant is
                  established in, owned from, works for or serves. Another class, or none, for such
                  a country: as `export.otherClasses` says
    Serves        "no use in violation of EU or international … sanctions" (asergo/4.1)
"""

from collections.abc import Iterator

from aup.api.sections.choice import Unknown
from aup.facts.model import Workload
from aup.policy.declaration import WORKLOAD_CLASS, canonical_use
from aup.policy.terms import ExportTerms, SectorTerm
from aup.rules.base import Rule, Violation
from aup.rules.software import known

_Class = tuple[str, str, str, str]
"""Path, value as written, class, and the image that an exemption would name."""


def sector(workload: Workload, terms: ExportTerms) -> Iterator[Violation]:
    """Yield each class of software that may not be run because of a country."""
    if not terms.sectors:
        return
    classes = tuple(_classes(workload, terms))
    concerned: dict[str, SectorTerm] = {}
    for term in terms.sectors:
        concerned.setdefault(term.country, term)
    named = {country: _named(country, terms) for country in concerned}
    for country, term in concerned.items():
        hit = False
        for path, value, name, image in classes:
            if name in named[country]:
                hit = True
                yield Violation(
                    path=path,
                    value=value,
                    detail=f"is of class {name}, which may not be run for {_whose(term)}",
                    remedy=f"contact {terms.contact}",
                    key=(country, name),
                    image=image,
                )
        if not hit and terms.other_classes is not Unknown.ALLOW:
            yield _other(workload, classes, term, terms)


def _classes(workload: Workload, terms: ExportTerms) -> Iterator[_Class]:
    """Yield the classes that the pod declares and that the catalogue knows."""
    for path, text in workload.declared(WORKLOAD_CLASS):
        yield path, text, canonical_use(text), ""
    for image, software in known(workload, terms.catalog):
        if software.workload_class:
            name = canonical_use(software.workload_class)
            yield image.path, image.text, name, software.name(image)


def _named(country: str, terms: ExportTerms) -> frozenset[str]:
    """Return every class that the terms name for a country."""
    return frozenset(name for t in terms.sectors if t.country == country for name in t.classes)


def _other(
    workload: Workload, classes: tuple[_Class, ...], term: SectorTerm, terms: ExportTerms
) -> Violation:
    """Return the matter of a class that the terms do not name, or of none."""
    path, value, name, image = next(iter(classes), (workload.path, "", "", ""))
    what = f"is of class {name}" if name else "declares no class of workload"
    return Violation(
        path=path,
        value=value,
        detail=f"{what}, and the sectoral sanctions concern {_whose(term)}",
        remedy=f"ask {terms.contact} whether it may be run",
        key=(term.country, name, "other"),
        image=image,
        review=terms.other_classes is Unknown.REVIEW,
    )


def _whose(term: SectorTerm) -> str:
    """Return the country and what the tenant has to do with it."""
    return f"{term.country} ({term.because})"


RULE = Rule(
    id="export/sector",
    title="Sectoral sanctions are kept",
    reads=Workload,
    terms=lambda terms: terms.export,
    check=sector,
    blind=(
        "What a program is for, unless its image is in the catalogue with a class or the tenant "
        "declares one. Countries that the provider has not written into the Tenant."
    ),
)
