"""Export: no service for denied parties.

export/party
    Fields read   none: any workload of a tenant whose establishment, owners or end users the
                  policy's country terms name, or whose sanctions screening was confirmed
    Allowed       workloads of every other tenant. A name that only looks alike, and a country that
                  is none, are matters for a person, except for a tenant that is still being taken
                  on
    Serves        "no use in violation of … sanctions" (asergo/4.1)
"""

from collections.abc import Iterator

from aup.facts.model import Workload
from aup.policy.terms import ExportTerms
from aup.rules.base import Rule, Violation


def party(workload: Workload, terms: ExportTerms) -> Iterator[Violation]:
    """Yield each fact about the tenant for which none of its workloads may run."""
    for hit in terms.party:
        yield Violation(
            path=workload.path,
            value="",
            detail=(
                f"would run for {terms.tenant}, and the export and sanctions terms name its "
                f"{hit.subject}: {hit.value}"
            ),
            remedy=f"contact {terms.contact}",
            key=(hit.subject, hit.value),
            review=hit.review,
            at_once=hit.at_once,
        )


RULE = Rule(
    id="export/party",
    title="No service for denied parties",
    reads=Workload,
    terms=lambda terms: terms.export,
    check=party,
    blind=(
        "Everything that the provider has not written into the Tenant: true owners, end users "
        "behind the tenant, names on sanctions lists. It is not legal advice."
    ),
)
