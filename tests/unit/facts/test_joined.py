"""Tables of kinds put together: a kind of two tables is read by both."""

from aup.facts.joined import Extractor, joined
from aup.facts.model import (
    Exposure,
    ExternalName,
    Facts,
    Offline,
    Problem,
    Subject,
    Surroundings,
    Workload,
)
from support.workloads import workload

KIND = ("example.com", "Thing")
SUBJECT = Subject(*KIND, "acme-prod", "web")
FIRST, SECOND = workload("a"), workload("b")
SHARED = Problem("spec", "", "is wrong")
OTHER = Problem("spec.x", "", "is wrong, too")


def finding(
    *workloads: Workload, exposure: Exposure | None = None, problems: tuple[Problem, ...] = ()
) -> Extractor:
    def extractor(_raw: bytes, subject: Subject, _surroundings: Surroundings) -> Facts:
        return Facts(subject, workloads, exposure=exposure, problems=problems)

    return extractor


def read(extractor: Extractor) -> Facts:
    return extractor(b"{}", SUBJECT, Offline())


def test_a_kind_of_one_table_is_read_as_it_is() -> None:
    only = finding(FIRST)
    assert joined({KIND: only}, {("", "Pod"): only})[KIND] is only


def test_a_kind_of_two_tables_has_what_either_finds_and_each_problem_once() -> None:
    exposure = Exposure("acme-prod")
    table = joined(
        {KIND: finding(FIRST, problems=(SHARED,))},
        {KIND: finding(SECOND, exposure=exposure, problems=(SHARED, OTHER))},
    )
    assert read(table[KIND]) == Facts(
        SUBJECT, (FIRST, SECOND), exposure=exposure, problems=(SHARED, OTHER)
    )


def test_what_both_find_of_exposure_is_put_together() -> None:
    own, further = ExternalName("a", "p", "a"), ExternalName("b", "q", "b")
    first = Exposure("acme-prod", external_names=(own,))
    second = Exposure("acme-prod", external_names=(further,))
    table = joined({KIND: finding(exposure=first)}, {KIND: finding(exposure=second)})
    assert read(table[KIND]).exposure == Exposure("acme-prod", external_names=(own, further))
