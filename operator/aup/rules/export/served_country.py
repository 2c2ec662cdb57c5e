"""Export: no service to countries that may not be served.

export/served-country
    Fields read   none: any workload of a tenant whose servedCountries the policy's country terms
                  name
    Allowed       workloads of tenants that serve other countries, or do not say
    Serves        "no use in violation of … sanctions" (asergo/4.1)
"""

from collections.abc import Iterator

from aup.facts.model import Workload
from aup.policy.terms import ExportTerms
from aup.rules.base import Rule, Violation


def served_country(workload: Workload, terms: ExportTerms) -> Iterator[Violation]:
    """Yield each country that the tenant serves and may not."""
    for hit in terms.served:
        yield Violation(
            path=workload.path,
            value="",
            detail=f"would serve {hit.value} for {terms.tenant}, which the export and sanctions "
            "terms name",
            remedy=f"stop serving it and tell {terms.contact}",
            key=(hit.value,),
            review=hit.review,
            at_once=hit.at_once,
        )


RULE = Rule(
    id="export/served-country",
    title="Countries that may not be served are not",
    reads=Workload,
    terms=lambda terms: terms.export,
    check=served_country,
    blind="Where users really are: the provider writes into the Tenant what the tenant declared.",
)
