"""Security: tests of the security of others run with consent in writing.

security/tools
    Fields read   image of containers, initContainers and ephemeralContainers;
                  volumes[].image.reference; images that annotations inject; programs that the
                  containers' command and args, probes and hooks start, also from a shell's script,
                  by an interpreter or under a name that env spells out; scripts of Tekton and
                  Argo that a shell runs; the same of a command that pods/exec runs;
                  label aup.asergo.com/workload-class of the pod, or of the object that makes it,
                  where it says security-test or pentest
    Looked up     the provider's catalogues, for software of category SecurityTool; programs in
                  `security.toolCommands`, of which an image has the name that no catalogue knows
    Allowed       as `security.securityTools` says: under RequireConsent such tools while an
                  Exemption for security/tools is in force that names the targets of the test and
                  covers the namespace and the images; under Allowed all, under Forbidden none.
                  Scanners of one's own images and code, and tools for looking at one's own network
                  that the catalogue does not call security tools
    Serves        "vulnerability testing without prior written consent" (asergo/1.3);
                  "test the vulnerability … without express authorization" (zen/b17)
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from aup.api.catalog import SoftwareCategory
from aup.api.sections.security import SecurityTools
from aup.facts.model import Container, Execution, Image, Runs, Workload
from aup.policy.declaration import WORKLOAD_CLASS, canonical_use
from aup.policy.terms import SecurityTerms
from aup.rules.base import Rule, Violation
from aup.rules.security.commands import MAX_SCRIPT, Reading, started, words
from aup.rules.security.quoting import unquoted
from aup.rules.security.starters import ENDINGS
from aup.rules.software import known

CLASSES: Final = frozenset({"security-test", "penetration-test", "pentest"})
"""Values of the label aup.asergo.com/workload-class by which a tenant declares a test."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """One value that shows a security test."""

    path: str
    value: str
    image: str
    """What exemptions call the tool; empty where the test is declared."""
    images: tuple[str, ...]
    """What a consent that is limited to images must name."""


def tools(running: Runs, terms: SecurityTerms) -> Iterator[Violation]:
    """Yield each tool for security tests to which nobody has consented."""
    if terms.tools is SecurityTools.ALLOWED:
        return
    for sign in _signs(running, terms):
        if terms.tools is SecurityTools.FORBIDDEN:
            detail = "is for tests of security, which the policy does not allow"
            remedy = f"leave it out, or ask {terms.contact}"
        elif any(c.covers(running.namespace, sign.images) for c in terms.consents):
            continue
        else:
            detail, remedy = _unagreed(running, terms)
        yield Violation(
            path=sign.path,
            value=sign.value,
            detail=detail,
            remedy=remedy,
            key=(sign.image.partition("@")[0] or sign.value,),
            image=sign.image,
        )


def _unagreed(running: Runs, terms: SecurityTerms) -> tuple[str, str]:
    """Say that there is no consent, and how to get one."""
    detail = f"is for tests of security, to which {terms.tenant} has no consent in force"
    remedy = (
        f"ask {terms.contact} for consent in writing that names the targets, "
        f"the namespace {running.namespace} and the last day"
    )
    some = isinstance(running, Execution)
    if some and any(c.covers(running.namespace, ()) for c in terms.consents):
        detail += " but for images by name, and which image runs here is not known"
        remedy = f"let the container start it by its own command, or {remedy}"
    return detail, remedy


def _signs(running: Runs, terms: SecurityTerms) -> Iterator[_Sign]:
    """Yield the tools of a pod, and its label, or those of a command in one."""
    if isinstance(running, Workload):
        yield from _of_workload(running, terms)
    elif isinstance(running, Execution):
        yield from _named((running.container,), terms)


def _of_workload(workload: Workload, terms: SecurityTerms) -> Iterator[_Sign]:
    """Yield the tools of a workload, and its label."""
    for image, software in known(workload, terms.catalog):
        if software.category is SoftwareCategory.SECURITY_TOOL:
            name = software.name(image)
            yield _Sign(image.path, image.text, name, (name,))
    for image in workload.images:
        # Such images start the program by themselves: no command names it.
        if _program(image) in terms.tool_commands and not terms.catalog.about(image):
            yield _Sign(image.path, image.text, image.name, (image.name,))
    yield from _named(workload.containers, terms)
    for path, text in workload.declared(WORKLOAD_CLASS):
        if canonical_use(text) in CLASSES:
            yield _Sign(path, text, "", tuple(image.name for image in workload.images))


def _program(image: Image) -> str:
    """Return what an image is called in its registry: ``nmap`` of ``docker.io/example/nmap``."""
    return image.repository.rpartition("/")[2]


def _named(containers: Sequence[Container], terms: SecurityTerms) -> Iterator[_Sign]:
    """Yield the tools that the command lines of containers start."""
    named = _naming(terms.tool_commands)
    naming = [c for c in containers if named(unquoted(" ".join(words(c))))]
    for container in naming:
        yield from _started(container, terms, Reading(MAX_SCRIPT // len(naming)))


def _started(container: Container, terms: SecurityTerms, reading: Reading) -> Iterator[_Sign]:
    """Yield the tools that a container's command lines start, each once.

    What a script names beyond what is looked at counts as started: else whoever makes it, or its
    neighbours, long enough would hide it.
    """
    found = [pair for pair in started(container, reading) if pair[1] in terms.tool_commands]
    named = _naming(terms.tool_commands, whole=True)
    unread = reading.unread
    found += [(path, hit[1]) for path, text in unread if (hit := named(unquoted(text)))]
    for path, name in dict.fromkeys(found):
        yield _Sign(path, name, "", (container.image_name,))


@lru_cache(maxsize=64)
def _naming(
    programs: frozenset[str], *, whole: bool = False
) -> Callable[[str], re.Match[str] | None]:
    """Return what finds the first of these in a text, or as a whole word of it: most name none."""
    if not programs:
        return lambda _: None
    names = "|".join(map(re.escape, sorted(programs)))
    ending = "|".join(map(re.escape, ENDINGS))
    word = rf"(?<![\w.-])({names})(?:{ending})?(?![\w.-])"
    return re.compile(word if whole else names).search


RULE = Rule(
    id="security/tools",
    title="Security tests run with consent in writing",
    reads=Runs,
    terms=lambda terms: terms.security,
    check=tools,
    blind=(
        "Tools that neither a catalogue nor the policy lists, that an image of another name or "
        "another script starts by itself, and scripts that do the same; names that a shell puts "
        "together from variables, patterns, aliases or what a command prints, and names in an "
        "environment that comes from elsewhere (valueFrom, envFrom); what a program in another "
        "language starts; what somebody types into a shell, or sends it, in a running container: "
        "only the command itself of an exec is looked at, and consent that is limited to images "
        "does not count for it, since the image of its container is not told. Whether a test "
        "keeps to the targets of its consent: arguments are not read, reports of scans say so. "
        "Exemptions without targets, which are no consent, are told to the provider only."
    ),
)
