"""Which facts about a tenant the terms of export control and sanctions name."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from aup.api.sections.choice import Unknown
from aup.api.sections.export import Sector
from aup.api.tenant import Owner, TenantSpec
from aup.policy.countries import CountryRules, Place
from aup.policy.declaration import canonical_use
from aup.policy.terms import PartyHit, SectorTerm
from aup.text import join, printable


def party_hits(tenant: TenantSpec, rules: CountryRules) -> tuple[PartyHit, ...]:
    """Return every fact about a tenant that asks for refusal or review."""
    home = tenant.establishment
    return (
        *_place_hits("establishment", rules.place(home.country, home.subdivision), rules),
        *_owner_hits(tenant.ownership, rules),
        *(
            hit
            for user in tenant.end_users
            for hit in _place_hits(
                f'end user "{printable(user.name)}"',
                rules.place(user.country, user.subdivision),
                rules,
            )
        ),
    )


def served_hits(tenant: TenantSpec, rules: CountryRules) -> tuple[PartyHit, ...]:
    """Return every served country that asks for refusal or review."""
    return tuple(
        hit
        for country in tenant.served_countries
        for hit in _place_hits("served countries", _served(country, rules), rules)
    )


def sector_terms(
    tenant: TenantSpec, rules: CountryRules, sectors: Iterable[Sector]
) -> tuple[SectorTerm, ...]:
    """Return the classes of workloads that the tenant may not run, and because of whom."""
    concerned = tuple(_concerned(tenant, rules))
    owners = [(rules.place(o.country, o.subdivision), o.percent) for o in tenant.ownership]
    return tuple(
        SectorTerm(
            country=sector.country,
            because=who,
            classes=frozenset(map(canonical_use, sector.workload_classes)),
        )
        for sector in sectors
        for who in _because(sector.country, concerned, owners, rules)
    )


def _because(
    country: str,
    concerned: Iterable[tuple[str, Place]],
    owners: Iterable[tuple[Place, Decimal]],
    rules: CountryRules,
) -> Iterator[str]:
    """Yield what of the tenant lies in a country, or in a part of one; owners all together."""
    for who, place in concerned:
        if _lies_in(place, country):
            yield who
    shares = [percent for place, percent in owners if _lies_in(place, country)]
    if shares and sum(shares) >= rules.ownership_threshold:
        yield "owners"


def _lies_in(place: Place, country: str) -> bool:
    """Tell whether a place is a country, or the part of one that is meant."""
    return country in {place.country, place.subdivision}


def _concerned(tenant: TenantSpec, rules: CountryRules) -> Iterator[tuple[str, Place]]:
    """Yield every place that the tenant has to do with, and how, but for those of its owners."""
    home = tenant.establishment
    yield "establishment", rules.place(home.country, home.subdivision)
    for user in tenant.end_users:
        yield f'end user "{printable(user.name)}"', rules.place(user.country, user.subdivision)
    for country in tenant.served_countries:
        yield "served countries", _served(country, rules)


def _served(text: str, rules: CountryRules) -> Place:
    """Read a served country, or a part of one."""
    if rules.code(text) or not (part := rules.subdivision(text)):
        return rules.place(text, None)
    return rules.place(part.partition("-")[0], part)


def _place_hits(subject: str, place: Place, rules: CountryRules) -> Iterator[PartyHit]:
    """Yield the hit of one place, if it is one."""
    if rules.denies(place):
        denied_part = place.subdivision in rules.deny_subdivisions
        yield PartyHit(subject, place.subdivision if denied_part else place.country, review=False)
    elif not place.country and rules.unknown is not Unknown.ALLOW:
        yield PartyHit(subject, printable(place.text), review=rules.unknown is Unknown.REVIEW)


def _owner_hits(owners: Iterable[Owner], rules: CountryRules) -> Iterator[PartyHit]:
    """Yield a hit when the shares that count reach the threshold together.

    Shares add up over owners and over denied places: who splits one holding among several hands
    stays one case. Shares of unknown origin count where a country that is not known would.
    """
    denied: list[tuple[str, Decimal]] = []
    unknown: list[tuple[str, Decimal]] = []
    for owner in owners:
        place = rules.place(owner.country, owner.subdivision)
        if rules.denies(place):
            part = place.subdivision if place.subdivision in rules.deny_subdivisions else ""
            denied.append((part or place.country, owner.percent))
        elif not place.country:
            unknown.append((printable(place.text), owner.percent))
    together = [*denied, *unknown]
    if denied and _total(denied) >= rules.ownership_threshold:
        yield PartyHit("owners", _shares(denied), review=False)
    elif rules.unknown is Unknown.ALLOW or not unknown:
        return
    elif _total(together) >= rules.ownership_threshold:
        yield PartyHit("owners", _shares(together), review=rules.unknown is Unknown.REVIEW)


def _total(shares: Iterable[tuple[str, Decimal]]) -> Decimal:
    return sum((percent for _, percent in shares), Decimal(0))


def _shares(shares: list[tuple[str, Decimal]]) -> str:
    """Return ``IR (51 %)`` or ``IR and KP (55 %)``."""
    places = join(sorted({place for place, _ in shares}), "and")
    return f"{places} ({_total(shares).normalize():f} %)"
