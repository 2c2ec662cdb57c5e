"""One policy, compiled as far as neither tenant nor time matter: an edition of the contract."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from aup.api.policy import PolicySpec
from aup.api.sections.choice import Enforcement, SectionTerms
from aup.api.sections.export import ExportTerms
from aup.policy.addresses import AddressSet
from aup.policy.countries import CountryRules
from aup.policy.problem import Reason, Trouble
from aup.policy.repository import read_prefix
from aup.policy.spdx import SpdxProblem, parse_exception, parse_license
from aup.policy.terms import ExportCategory, PolicyRef
from aup.text import printable

HELD_ELSEWHERE: Final = frozenset({"mail/complaint-deadline", "tenancy/unclaimed-namespace"})
"""What is held to where nobody judges an object: by the time that reports of spam set, and by the
chart's policy for namespaces of nobody. A clause may name them; there is nothing to switch off."""
BESIDE: Final = {
    "network/unknown-annotation": "network/assigned-address",
    "resources/ephemeral-storage": "resources/requests",
    "resources/limit-ratio": "resources/requests",
}
"""Rule to the one whose clause it shares where none names it: it holds a further part of that one,
and contracts are older than their rules."""
_HELD_BY: Final = {"host": "network"}
"""Section of rules to the section of the policy, where that has another name."""


@dataclass(frozen=True, slots=True)
class LicenseRules:
    """What the policy says of licences, in canonical ids."""

    deny: frozenset[str]
    allow: frozenset[str]
    exceptions: frozenset[str]
    references: Mapping[str, str]
    trusted: frozenset[str]
    """Repositories, with all below them."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A compiled policy."""

    ref: PolicyRef
    spec: PolicySpec
    modes: Mapping[str, Enforcement]
    clauses: Mapping[str, str]
    """Rule to the first clause that names it, or the rule that it stands beside."""
    pods: AddressSet
    """Range of the cluster's pods."""
    allowed_endpoints: AddressSet
    relays: AddressSet
    """Where mail is delivered for tenants."""
    license: LicenseRules
    countries: CountryRules
    categories: tuple[ExportCategory, ...]
    regions: Mapping[str, str]
    """Region to country."""


def compile_edition(
    name: str, spec: PolicySpec, rules: frozenset[str]
) -> tuple[Edition, tuple[Trouble, ...]]:
    """Compile a policy.

    With troubles the edition must not come into force: what could not be read is missing from it.
    An edition that was in force before is compiled all the same after a downgrade, without the
    rules that this version does not have.

    Args:
        name: of the AcceptableUsePolicy.
        spec: what it says.
        rules: the ids of the catalogue.

    """
    notes = _Notes()
    document = spec.document
    countries = _countries(spec.export, notes)
    network, ranges = spec.network, spec.network.cluster_cidrs
    # Read again with each tenant's terms; here a mistake in them is told with the others.
    _addresses("network.clusterCIDRs.services", ranges.services, notes)
    _addresses("network.clusterCIDRs.nodes", ranges.nodes, notes)
    edition = Edition(
        ref=PolicyRef(
            name=name,
            revision=spec.revision,
            provider=spec.provider.name,
            contact=spec.provider.contact,
            rules_url=(document.rules_url or document.url).rstrip("/"),
        ),
        spec=spec,
        modes=_modes(spec, rules, notes),
        clauses=_clauses(spec, rules, notes),
        pods=_addresses("network.clusterCIDRs.pods", ranges.pods, notes),
        allowed_endpoints=_addresses(
            "network.allowedEndpointCIDRs", network.allowed_endpoint_cidrs, notes
        ),
        relays=_addresses("mail.relayCIDRs", spec.mail.relay_cidrs, notes),
        license=_license(spec, notes),
        countries=countries,
        categories=_categories(spec.export, countries, notes),
        regions=_regions(spec.export, countries, notes),
    )
    return edition, tuple(notes.troubles)


class _Notes:
    """Collects troubles while the sections are read."""

    def __init__(self) -> None:
        self.troubles: list[Trouble] = []

    def add(self, reason: Reason, message: str) -> None:
        """Take one trouble down."""
        self.troubles.append(Trouble(reason, message))

    def known_rules(self, at: str, ids: Iterable[str], rules: frozenset[str]) -> tuple[str, ...]:
        """Return the ids that are in the catalogue."""
        found = []
        for rule in ids:
            if rule in rules:
                found.append(rule)
            else:
                self.add(Reason.UNKNOWN_RULE, f"{at} names {printable(rule)}, which is no rule")
        return tuple(found)

    def spdx(
        self, at: str, texts: Iterable[str], read: Callable[[str], str | SpdxProblem]
    ) -> frozenset[str]:
        """Return canonical ids."""
        found = set()
        for text in texts:
            got = read(text)
            if isinstance(got, SpdxProblem):
                self.add(Reason.INVALID_SPDX, f"{at}: {got.text!r} {got.detail}")
            else:
                found.add(got)
        return frozenset(found)


def _modes(spec: PolicySpec, rules: frozenset[str], notes: _Notes) -> Mapping[str, Enforcement]:
    """Read what the policy says of single rules and of sections."""
    notes.known_rules("rules", (rule.id for rule in spec.rules), rules)
    said = {rule: enforcement_of(spec, rule) for rule in rules}
    return {rule: mode for rule, mode in said.items() if mode is not None}


def enforcement_of(spec: PolicySpec, rule: str) -> Enforcement | None:
    """Return what a policy says of a rule, or else of its section; ``None`` where of neither."""
    section = rule.partition("/")[0]
    terms: SectionTerms = getattr(spec, _HELD_BY.get(section, section), SectionTerms())
    own = (named.enforcement for named in spec.rules if named.id == rule)
    return next(own, terms.enforcement)


def _clauses(spec: PolicySpec, rules: frozenset[str], notes: _Notes) -> Mapping[str, str]:
    """Find the clause that is cited for each rule."""
    cited: dict[str, str] = {}
    for clause in spec.clauses:
        named = (rule for rule in clause.rules if rule not in HELD_ELSEWHERE)
        for rule in notes.known_rules(f"clause {clause.id}", named, rules):
            cited.setdefault(rule, clause.id)
    for rule, other in BESIDE.items():
        if rule in rules and other in cited:
            cited.setdefault(rule, cited[other])
    return cited


def _addresses(at: str, cidrs: Iterable[str], notes: _Notes) -> AddressSet:
    """Read ranges one by one, so that one bad range does not hide the others."""
    sets = []
    for cidr in cidrs:
        try:
            sets.append(AddressSet.of((cidr,)))
        except ValueError:
            notes.add(Reason.INVALID_CIDR, f"{at}: {printable(cidr)} is no canonical CIDR")
    return AddressSet.of(network for found in sets for network in found.networks)


def _license(spec: PolicySpec, notes: _Notes) -> LicenseRules:
    """Read the licence terms."""
    terms = spec.license
    references = {}
    for ref, needed in terms.references.items():
        for key in notes.spdx("license.references", (ref,), parse_license):
            references[key] = needed.entitlement
    return LicenseRules(
        deny=notes.spdx("license.deny", terms.deny, parse_license),
        allow=notes.spdx("license.allow", terms.allow, parse_license),
        exceptions=notes.spdx("license.exceptions", terms.exceptions, parse_exception),
        references=references,
        trusted=_repositories(terms.trusted_repositories, notes),
    )


def _repositories(texts: Iterable[str], notes: _Notes) -> frozenset[str]:
    """Read the repositories that are the provider's own, each with all below it."""
    found = {text: read_prefix(text) for text in texts}
    for text in (text for text, name in found.items() if name is None):
        message = f"license.trustedRepositories: {printable(text)} is no registry and no repository"
        notes.add(Reason.INVALID_REPOSITORY, message)
    return frozenset(name for name in found.values() if name)


def _countries(export: ExportTerms, notes: _Notes) -> CountryRules:
    """Read which countries may not be served."""
    terms = export.countries
    rules = CountryRules(
        deny=frozenset(),
        deny_subdivisions=frozenset(),
        aliases=terms.aliases,
        unknown=terms.unknown,
        ownership_threshold=export.ownership_threshold_percent,
    )

    def read(at: str, texts: Iterable[str], code: Callable[[str], str | None]) -> frozenset[str]:
        found = {text: code(text) for text in texts}
        for text in (text for text, known in found.items() if not known):
            _no_country(f"export.countries.{at}", text, notes)
        return frozenset(known for known in found.values() if known)

    read("aliases", terms.aliases, rules.code)
    return replace(
        rules,
        deny=read("deny", terms.deny, rules.code),
        deny_subdivisions=read("denySubdivisions", terms.deny_subdivisions, rules.subdivision),
    )


def _no_country(at: str, text: str, notes: _Notes) -> None:
    notes.add(Reason.INVALID_COUNTRY, f"{at}: {printable(text)} leads to no ISO 3166 code")


def _regions(export: ExportTerms, countries: CountryRules, notes: _Notes) -> Mapping[str, str]:
    """Read the regions and their countries."""
    regions = {name: countries.code(region.country) for name, region in export.regions.items()}
    for name in (name for name, country in regions.items() if not country):
        _no_country(f"export.regions {printable(name)}", export.regions[name].country, notes)
    return regions


def _categories(
    export: ExportTerms, countries: CountryRules, notes: _Notes
) -> tuple[ExportCategory, ...]:
    """Read the categories; their regions must be among those that the policy knows.

    Where a region lies in a denied country, nothing controlled runs there.
    """
    for category in export.categories:
        for region in category.regions:
            if region not in export.regions:
                notes.add(
                    Reason.UNKNOWN_REGION,
                    f"export.categories {printable(category.id)}: region {printable(region)} "
                    "is not in export.regions",
                )
    denied = {
        name
        for name, region in export.regions.items()
        if countries.denies(countries.place(region.country, None))
    }
    return tuple(
        ExportCategory(
            id=category.id,
            label=category.label or "",
            regions=frozenset(category.regions) - denied,
        )
        for category in export.categories
    )
