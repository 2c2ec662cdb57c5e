"""What manifests are judged by: the provider's objects, whose namespace, and what is wrong."""

from datetime import datetime
from pathlib import Path

import pytest

from aup.cli.bundle import Wanted, load
from support.commands import ACME, AT, FOREIGN, OWN, REPORT, Commands, service, write
from support.world import NOW, WORLD_FILE, terms

HEAD = "apiVersion: aup.asergo.com/v1alpha1\n"


@pytest.mark.parametrize(
    ("world", "problem"),
    [
        (f"{HEAD}kind: Nope", "world.yaml:2:7: there is no kind Nope"),
        (f"{HEAD}kind: Tenant\nmetadata: {{name: a}}", "Tenant a: object has no spec"),
        (
            f"{HEAD}kind: SoftwareCatalog\nmetadata: {{}}\nspec: {{items: [{{repository: 7}}]}}",
            "world.yaml:4:29: SoftwareCatalog: spec.items[0].repository is a number where a ",
        ),
        ("a: [", "world.yaml: line 1, column 5: did not find"),
    ],
)
def test_a_bundle_that_cannot_be_used_exits_with_two_and_names_the_line(
    tmp_path: Path, aup: Commands, world: str, problem: str
) -> None:
    bundle = write(tmp_path, "world.yaml", world)
    said = aup.run("check", "--bundle", bundle, write(tmp_path, "s.yaml", service(OWN)))
    assert said.code == 2
    assert said.err.startswith("aup: ")
    assert problem in said.err


def test_a_bundle_that_is_not_there_exits_with_two(tmp_path: Path, aup: Commands) -> None:
    said = aup.run("check", "--bundle", str(tmp_path / "nope.yaml"), "x.yaml")
    assert (said.code, "nope.yaml: No such file" in said.err) == (2, True)


def test_the_terms_are_those_of_the_cluster() -> None:
    bundle = load(Wanted((WORLD_FILE,), tenant="acme", at=NOW))
    ours, theirs = bundle.terms("anywhere"), terms("acme")
    assert (ours.network.addresses, ours.exemptions) == (
        theirs.network.addresses,
        theirs.exemptions,
    )
    assert (ours.license.entitlements, ours.clauses) == (
        theirs.license.entitlements,
        theirs.clauses,
    )


def test_each_namespace_is_judged_for_its_tenant(tmp_path: Path, aup: Commands) -> None:
    file = write(tmp_path, "s.yaml", service("198.51.100.34"))
    world = ("--bundle", str(WORLD_FILE), *AT)
    assert aup.run("check", *world, "-n", "beta-prod", file).code == 0
    assert aup.run("check", *world, "-n", "acme-prod", file).code == 1


def test_namespaces_that_others_name_are_theirs_without_a_cluster(
    tmp_path: Path, aup: Commands
) -> None:
    """Of a namespace that no Tenant of the bundle names, nobody can say here whose it is."""

    def external(name: str) -> str:
        spec = f"{{type: ExternalName, externalName: {name}}}"
        text = f"apiVersion: v1\nkind: Service\nmetadata: {{name: db}}\nspec: {spec}\n"
        return write(tmp_path, f"{name}.yaml", text)

    inside = {
        "db.beta-prod.svc": 1,
        "db.kube-system.svc": 1,
        "db.acme-dev.svc": 0,
        "db.lost.svc": 0,
    }
    assert {name: aup.run("check", *ACME, external(name)).code for name in inside} == inside


@pytest.mark.parametrize("text", ["", service(OWN)])
def test_a_bundle_that_says_nothing_is_warned_about(
    tmp_path: Path, aup: Commands, text: str
) -> None:
    bundle = write(tmp_path, "bundle.yaml", text)
    said = aup.run("check", "--bundle", bundle, write(tmp_path, "s.yaml", service(OWN)))
    assert said.err == (
        "aup: the bundle holds no object of aup.asergo.com/v1alpha1: nothing is judged by it\n"
    )


def test_a_namespace_of_nobody_costs_no_other_object(tmp_path: Path, aup: Commands) -> None:
    """The tenants that are named are few: a provider may have thousands."""
    stray = write(tmp_path, "a.yaml", service(OWN).replace("{name", "{namespace: lost, name"))
    file = write(tmp_path, "b.yaml", service(FOREIGN))
    said = aup.run("check", "--bundle", str(WORLD_FILE), *AT, "-n", "acme-prod", stray, file)
    assert said.code == 2
    problem = "is in namespace lost, which is not of acme, beta, carla, delta or "
    assert said.out.startswith(f"{stray}:3:23: {problem}")
    assert " more; use --tenant\n" in said.out
    assert "1 object checked, 1 would be refused" in said.out


def test_a_tenant_that_there_is_not_exits_with_two(tmp_path: Path, aup: Commands) -> None:
    file = write(tmp_path, "s.yaml", service(OWN))
    said = aup.run("check", "--bundle", str(WORLD_FILE), "--tenant", "nobody", file)
    assert (said.code, said.err) == (2, "aup: There is no Tenant nobody\n")


def test_a_misspelt_field_of_the_bundle_is_warned_about(tmp_path: Path, aup: Commands) -> None:
    """Otherwise the default would be in force, and nobody would know why."""
    text = WORLD_FILE.read_text()
    wrong = text.replace("    platformControllers:", "    platfromControllers:")
    assert wrong != text
    bundle = write(tmp_path, "world.yaml", wrong)
    file = write(tmp_path, "s.yaml", service(OWN))
    said = aup.run("check", "--bundle", bundle, "--tenant", "acme", *AT, file)
    before = wrong[: wrong.index("platfromControllers")].splitlines()
    place = f"{bundle}:{len(before)}:{len(before[-1]) + 1}"
    field = "spec.network.platfromControllers; did you mean platformControllers?"
    assert (said.code, said.err) == (0, f"aup: {place}: unknown field {field}\n")


def test_a_mistake_that_costs_one_object_only_is_told_and_not_fatal(
    tmp_path: Path, aup: Commands
) -> None:
    """As in the cluster, where one bad item leaves the others alone."""
    spec = 'spec: {tenant: acme, cidr: 203.0.113.1/24, from: "2026-01-01T00:00:00Z"}'
    bad = f"{HEAD}kind: AddressAssignment\nmetadata: {{name: bad}}\n{spec}"
    extra = write(tmp_path, "bad.yaml", bad)
    said = aup.run("check", *ACME, "--bundle", extra, write(tmp_path, "s.yaml", service(OWN)))
    assert said.code == 0
    assert "aup: AddressAssignment bad: cidr 203.0.113.1/24 is no canonical CIDR" in said.err


def test_a_report_holds_as_far_as_it_goes(tmp_path: Path, aup: Commands) -> None:
    report = write(tmp_path, "r.yaml", REPORT)
    own, foreign = (write(tmp_path, f"{a}.yaml", service(a)) for a in (OWN, FOREIGN))
    assert aup.run("check", "--bundle", report, own).code == 0
    said = aup.run("check", "--bundle", report, foreign)
    assert said.code == 1
    assert "not checked: addresses" not in said.out
    assert "license, " in said.out.splitlines()[-1]


def test_the_time_of_judgement_is_now_unless_it_is_said() -> None:
    assert load(Wanted((WORLD_FILE,), at=NOW)).now == NOW
    assert isinstance(load(Wanted((WORLD_FILE,))).now, datetime)
