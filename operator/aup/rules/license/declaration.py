"""Licences: what tenants declare is readable, and does not contradict the catalogue.

license/declaration
    Fields read   annotations aup.asergo.com/license and aup.asergo.com/license.<container> of the
                  pod; image of containers, initContainers and ephemeralContainers;
                  volumes[].image.reference; images that annotations inject
    Looked up     the provider's catalogues: by digest, then version range, then repository
    Allowed       an SPDX expression. For software whose licence a catalogue names: the same, one
                  of its alternatives, or more than it asks for. The annotation without a container
                  is about the images of which nobody knows the licence; where each is known, it
                  must agree with what is known of one of them
    Serves        "comply with all license terms" (asergo/3.1)

What the catalogue says of a licence stands, whatever is declared: a declaration that says
otherwise changes no other verdict, and is told here.
"""

from collections.abc import Iterator, Sequence

from aup.facts.model import Workload
from aup.policy.spdx import render
from aup.policy.terms import LicenseTerms
from aup.rules.base import Rule, Violation
from aup.rules.license.agreement import agrees
from aup.rules.license.expression import EXPRESSION_LIMIT
from aup.rules.license.program import (
    NOBODY_LOOKED,
    Declaration,
    Program,
    declares,
    is_said,
    programs,
)
from aup.text import clip


def declaration(workload: Workload, terms: LicenseTerms) -> Iterator[Violation]:
    """Yield each declaration that cannot be read, or that says otherwise than the catalogue."""
    if not declares(workload):
        return
    about: dict[str, tuple[Declaration, list[Program]]] = {}
    for program in programs(workload, terms):
        if (said := program.declared) is not None:
            about.setdefault(said.path, (said, []))[1].append(program)
    for said, of in about.values():
        if said.problem:
            yield _unreadable(said, terms)
        elif (concerned := _contradicted(said, of)) is not None:
            yield _contradiction(said, concerned, terms)


def _contradicted(said: Declaration, of: Sequence[Program]) -> Program | None:
    """Return a program whose licence is another one, where the words can be about no other."""
    if said.expression is None or said.expression == NOBODY_LOOKED:
        return None
    if any(program.silent for program in of):
        return None  # it is about that one
    named = [(p, word.license) for p in of for word in p.known if is_said(word)]
    if any(known is not None and agrees(said.expression, known) for _, known in named):
        return None
    return next((program for program, _ in named), None)


def _unreadable(said: Declaration, terms: LicenseTerms) -> Violation:
    """Return the violation of what is no expression."""
    return Violation(
        path=said.path,
        value=said.text,
        detail=said.problem,
        remedy=f"see https://spdx.org/licenses, or ask {terms.contact}",
        key=(said.text,),
    )


def _contradiction(said: Declaration, program: Program, terms: LicenseTerms) -> Violation:
    """Return the violation of what the catalogue knows otherwise."""
    licence = next(render(w.license) for w in program.known if w.license and is_said(w))
    image = program.image
    shown = clip(licence, EXPRESSION_LIMIT)
    return Violation(
        path=said.path,
        value=said.text,
        detail=f"is declared for {image.text}, which the software catalogue knows as {shown}",
        remedy=f"leave it out, or tell {terms.contact} what is wrong in the catalogue",
        key=(image.repository, said.text),
        image=image.name,
    )


RULE = Rule(
    id="license/declaration",
    title="Declared licences are readable and do not contradict the catalogue",
    reads=Workload,
    terms=lambda terms: terms.license,
    check=declaration,
    blind=(
        "Whether a declaration is true of software that no catalogue knows. Annotations of a "
        "controller's own metadata: only those of its pod template are read. A container whose "
        "name has more than 55 characters cannot be named in the key."
    ),
)
