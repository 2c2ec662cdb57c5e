"""Tools of security tests: what a consent must be to count, and what it covers."""

from typing import Any

import pytest

from aup.api.catalog import CatalogItem, SoftwareCategory
from aup.api.exemption import ExemptionScope
from aup.api.sections.security import SecurityTools
from aup.engine.evaluate import evaluate
from aup.facts.model import CommandLine, Container, ContainerKind, Execution, Facts, Workload
from aup.policy.compiler import compile_terms
from aup.policy.declaration import WORKLOAD_CLASS
from aup.policy.terms import Terms
from aup.policy.world import Objects, compile_world
from aup.rules.base import Violation
from aup.rules.security.commands import MAX_SCRIPT
from aup.rules.security.tools import tools
from support.licences import catalogues
from support.neutral import TERMS as NEUTRAL
from support.provider import DAY, at, catalog, exemption, policy, tenant
from support.replacing import replace
from support.workloads import container, subject, workload

NMAP = CatalogItem(repository="reg.example/nmap", category=SoftwareCategory.SECURITY_TOOL)
OTHER = CatalogItem(repository="reg.example/sqlmap", category=SoftwareCategory.SECURITY_TOOL)
TERMS = replace(NEUTRAL.security, catalog=catalogues(default=(NMAP, OTHER)))
TARGETS = ("198.51.100.16/28",)


def under(*rules: str, **changes: Any) -> Terms:
    """Return the terms of acme while one exemption is in force."""
    scope = ExemptionScope(**changes.pop("scope", {"namespaces": ("acme-prod",)}))
    objects = Objects(
        policies=(policy(),),
        tenants=(tenant(),),
        catalogs=(catalog("default", NMAP, OTHER),),
        exemptions=(exemption("x", *rules, scope=scope, **changes),),
    )
    known = frozenset({"security/tools", "host/port"})
    terms = compile_terms(compile_world(objects, rules=known), "acme", DAY)
    assert isinstance(terms, Terms), terms
    return terms


def refused(running: Workload, terms: Terms) -> list[str]:
    """Return the values for which the engine refuses a workload because of this rule."""
    denials = evaluate(Facts(subject(), (running,)), terms).denials
    return [f.violation.value for f in denials if f.rule == "security/tools"]


def test_it_is_said_what_a_consent_must_name() -> None:
    (found,) = tools(workload("mirror.example/reg/nmap:7"), TERMS)
    assert found == Violation(
        path="spec.containers[0].image",
        value="mirror.example/reg/nmap:7",
        detail="is for tests of security, to which acme has no consent in force",
        remedy="ask abuse@asergo.example for consent in writing that names the targets, the "
        "namespace acme-prod and the last day",
        key=("reg.example/nmap",),
        image="reg.example/nmap",
    )


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        pytest.param({"targets": TARGETS}, True, id="of-the-tenant"),
        pytest.param({"targets": ("www.acme.example",)}, True, id="aimed-at-a-name"),
        pytest.param({"namespaces": ("acme-prod",), "targets": TARGETS}, True, id="namespace"),
        pytest.param({"images": ("reg.example/nmap",), "targets": TARGETS}, True, id="image"),
        pytest.param({"namespaces": ("acme-dev",), "targets": TARGETS}, False, id="elsewhere"),
        pytest.param({"images": ("reg.example/sqlmap",), "targets": TARGETS}, False, id="other"),
        pytest.param({"namespaces": ("acme-prod",)}, False, id="namespace-without-targets"),
        pytest.param({"images": ("reg.example/nmap",)}, False, id="image-without-targets"),
        pytest.param({"targets": ("not a target",)}, False, id="no-readable-target"),
    ],
)
def test_a_consent_names_targets_and_covers_the_tool(
    scope: dict[str, Any], *, covered: bool
) -> None:
    terms = under("security/tools", scope=scope)
    running = workload("reg.example/nmap:7", continues=False)
    assert refused(running, terms) == ([] if covered else ["reg.example/nmap:7"])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"approval": None}, id="nobody-approved"),
        pytest.param({"expires_at": at("2026-11-20")}, id="over"),
        pytest.param({"starts_at": at("2026-11-22")}, id="not-begun"),
        pytest.param({"holder": "beta"}, id="another-tenants"),
    ],
)
def test_a_consent_is_in_force(changes: dict[str, Any]) -> None:
    terms = under("security/tools", scope={"targets": TARGETS}, **changes)
    assert refused(workload("reg.example/nmap"), terms) == ["reg.example/nmap"]


def test_an_exemption_from_two_rules_keeps_the_other_one() -> None:
    """Without targets it is no consent; from host/port it still exempts."""
    terms = under("security/tools", "host/port")
    assert [sorted(e.rules) for e in terms.exemptions] == [["host/port"]]
    assert not terms.security.consents


@pytest.mark.parametrize(
    ("images", "covered"),
    [
        pytest.param(("a.example/own",), True, id="all-that-runs-is-named"),
        pytest.param(("a.example/own", "a.example/more"), False, id="more-runs-than-is-named"),
    ],
)
def test_a_consent_to_images_covers_a_declared_test_of_nothing_else(
    images: tuple[str, ...], *, covered: bool
) -> None:
    scope = {"images": ("a.example/own",), "targets": TARGETS}
    running = workload(*images, labels={WORKLOAD_CLASS: "Security.Test"})
    found = refused(running, under("security/tools", scope=scope))
    assert found == ([] if covered else ["Security.Test"])


def execution(*words: str) -> Execution:
    """Return a command that somebody runs in a pod of acme-prod."""
    line = CommandLine(words, "command")
    asked = Container(ContainerKind.CONTAINER, "web", "container", image=None, executed=(line,))
    return Execution("acme-prod", asked)


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        pytest.param({"targets": TARGETS}, True, id="of-the-tenant"),
        pytest.param({"namespaces": ("acme-prod",), "targets": TARGETS}, True, id="namespace"),
        pytest.param({"namespaces": ("acme-dev",), "targets": TARGETS}, False, id="elsewhere"),
        pytest.param({"images": ("reg.example/nmap",), "targets": TARGETS}, False, id="image"),
    ],
)
def test_a_consent_covers_a_command_in_a_pod_of_any_image(
    scope: dict[str, Any], *, covered: bool
) -> None:
    """Nobody here knows which image runs there."""
    terms = under("security/tools", scope=scope).security
    terms = replace(terms, tool_commands=frozenset({"nmap"}))
    found = [v.value for v in tools(execution("timeout", "9", "nmap", "-p-"), terms)]
    assert found == ([] if covered else ["nmap"])


def test_a_command_in_a_pod_is_read_as_a_container_s_own() -> None:
    terms = replace(TERMS, tool_commands=frozenset({"nmap"}))
    (found,) = tools(execution("sh", "-c", "sleep 1; nmap -sV 203.0.113.9"), terms)
    assert (found.path, found.value, found.key) == ("command[2]", "nmap", ("nmap",))
    assert not list(tools(execution("grep", "nmap", "/etc/services"), terms))


def test_no_length_of_a_command_in_a_pod_hides_a_tool() -> None:
    terms = replace(TERMS, tool_commands=frozenset({"nmap"}))
    long = "echo nmap\n" * (MAX_SCRIPT // 8) + "nmap -p- 203.0.113.9"
    assert [v.value for v in tools(execution("sh", "-c", long), terms)] == ["nmap"]


@pytest.mark.parametrize("value", ["security", "latest-test", "", "security-cameras"])
def test_another_class_is_no_test(value: str) -> None:
    assert not list(tools(workload("a/b", labels={WORKLOAD_CLASS: value}), TERMS))


def test_the_policy_may_allow_or_forbid_all() -> None:
    running = workload("reg.example/nmap", labels={WORKLOAD_CLASS: "pentest"})
    assert not list(tools(running, replace(TERMS, tools=SecurityTools.ALLOWED)))
    consents = under("security/tools", scope={"targets": TARGETS}).security.consents
    forbidden = replace(TERMS, tools=SecurityTools.FORBIDDEN, consents=consents)
    assert [v.detail for v in tools(running, forbidden)] == [
        "is for tests of security, which the policy does not allow"
    ] * 2


SCANNERS = replace(TERMS, tool_commands=frozenset({"nmap"}))


def scripts(*texts: str) -> Workload:
    """Return a workload with a container for each script."""
    lines = (("sh", "-c", text) for text in texts)
    return workload(containers=tuple(container("reg.example/app", command=line) for line in lines))


@pytest.mark.parametrize("decoys", [0, 100, MAX_SCRIPT // 2 - 1, MAX_SCRIPT // 2, MAX_SCRIPT])
@pytest.mark.parametrize("neighbours", [0, 15])
def test_no_length_of_a_script_or_of_its_neighbours_hides_a_tool(
    decoys: int, neighbours: int
) -> None:
    long = "a;" * decoys + "nmap x"
    assert len(list(tools(scripts(*[long] * (neighbours + 1)), SCANNERS))) == neighbours + 1


@pytest.mark.parametrize("text", ["n'm'ap x", "n\\\nmap x", 'eval "nm"ap', r"$'\156map' x"])
@pytest.mark.parametrize("decoys", [0, MAX_SCRIPT])
def test_no_quotes_within_its_name_hide_a_tool(text: str, decoys: int) -> None:
    assert list(tools(scripts("a;" * decoys + text), SCANNERS))


@pytest.mark.parametrize("before", [("env", *["A=1"] * 500), ("nice",) * 500])
def test_no_number_of_words_before_a_tool_hides_it(before: tuple[str, ...]) -> None:
    long = container("reg.example/app", command=(*before, "nmap", "x"))
    assert len(list(tools(workload(containers=(long,)), SCANNERS))) == 1


def test_beyond_what_is_looked_at_a_tool_is_a_word_of_its_own() -> None:
    padding = "a;" * MAX_SCRIPT
    named = "nmap is an argument"
    assert not list(tools(scripts(f"echo {named}"), SCANNERS))
    assert list(tools(scripts(f"{padding}echo {named}"), SCANNERS))
    assert not list(tools(scripts(f"{padding}unmap x; /etc/nmap.conf; nmap-data"), SCANNERS))


def test_neighbours_that_name_no_tool_take_nothing_of_what_is_looked_at() -> None:
    long = "a;" * 1000 + "echo nmap"
    assert not list(tools(scripts(long, *["sleep 1"] * 200), SCANNERS))
