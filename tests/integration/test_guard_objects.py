"""The guard of the operator's own kinds: who writes, reports and approves, and what stays."""

import json
import secrets
from typing import Any

import pytest

from aup.rules import CATALOGUE
from support.controlplane import ControlPlane
from support.guard import (
    Manifest,
    exemption,
    grant,
    measured,
    ours,
    quarantine,
    refusal,
    report,
    role,
)
from support.release import Release
from support.waiting import until

POLICY = "aup-operator-objects"
CONTROLLER = "system:serviceaccount:aup-system:aup-operator-controller"


@pytest.fixture(scope="module", autouse=True)
def people(release: Release) -> None:
    """Bind people to the chart's roles; `eve` may do everything with our kinds but the verbs."""
    cluster = release.cluster
    role(
        cluster,
        "everything-of-ours",
        {
            "apiGroups": ["aup.asergo.com"],
            "resources": ["*"],
            "verbs": [
                *("get", "list", "watch", "create", "update", "patch", "delete"),
                "deletecollection",
            ],
        },
    )
    grant(cluster, "eve", "everything-of-ours")
    for person in ("dora", "dan"):
        grant(cluster, person, "aup-operator-abuse-desk")
    grant(cluster, "ada", "everything-of-ours")
    for person in ("ada", "ann", "dora"):
        grant(cluster, person, "aup-operator-approver")
    grant(cluster, "clara", "aup-operator-provider")


def name(prefix: str) -> str:
    """Return a fresh name."""
    return f"{prefix}-{secrets.token_hex(3)}"


def create(cluster: ControlPlane, manifest: Manifest, user: str | None = None) -> None:
    """Create an object; fail when that is refused."""
    cluster.kubectl("create", "-f", "-", input=json.dumps(manifest), as_user=user)


def answer(cluster: ControlPlane, *arguments: str, **options: Any) -> str:
    """Return with which words the guard refuses a command; fail when it passes."""
    done = cluster.kubectl(*arguments, check=False, **options)
    policy, message = refusal(done)
    assert (done.returncode, policy) == (1, POLICY), done.stdout + message
    return message


def answer_to(cluster: ControlPlane, manifest: Manifest, user: str | None) -> str:
    """Return with which words the guard refuses to create an object."""
    return answer(cluster, "create", "-f", "-", input=json.dumps(manifest), as_user=user)


def set_status(release: Release, kind: str, of: str, status: dict[str, Any]) -> None:
    """Write a status, as the controller does."""
    manifest = json.dumps(ours(kind, of, status=status))
    release.controller.kubectl(
        *("apply", "--server-side", "--force-conflicts", "--subresource=status", "-f", "-"),
        input=manifest,
    )


def tenant(of: str) -> Manifest:
    """Return a Tenant."""
    return ours(
        "Tenant",
        of,
        spec={
            "policy": "asergo",
            "legalName": "Acme ApS",
            "establishment": {"country": "DK"},
            "namespaces": {"names": ["acme-prod"]},
        },
    )


def assignment(of: str) -> Manifest:
    """Return an AddressAssignment."""
    return ours(
        "AddressAssignment",
        of,
        spec={"tenant": "acme", "cidr": "198.51.100.16/28", "from": "2026-01-01T00:00:00Z"},
    )


class TestReports:
    """A report comes from who it says."""

    @pytest.mark.parametrize("source", ["falco", "mail"])
    def test_a_source_reports_under_its_own_name(self, release: Release, source: str) -> None:
        """Its ServiceAccount is bound to the chart's role of sources."""
        client = release.cluster.as_service_account("aup-system", f"source-{source}")
        client.kubectl("create", "-f", "-", input=json.dumps(report(name("ar"), source)))

    @pytest.mark.parametrize("claimed", ["mail", "desk", "nobody"])
    def test_a_source_cannot_report_as_another(self, release: Release, claimed: str) -> None:
        """Two independent sources isolate: one must not be able to be both."""
        client = release.cluster.as_service_account("aup-system", "source-falco")
        done = client.kubectl(
            "create", "-f", "-", input=json.dumps(report(name("ar"), claimed)), check=False
        )
        assert refusal(done) == (
            POLICY,
            f"spec.source {claimed} is not you; write source: falco",
        )

    @pytest.mark.parametrize(
        "user",
        ["eve", "dora", "clara-the-cook", "system:serviceaccount:acme-prod:source-falco", None],
    )
    def test_nobody_else_reports_as_a_source(self, release: Release, user: str | None) -> None:
        """Neither the abuse desk, nor a ServiceAccount of that name elsewhere, nor an admin."""
        if user and user not in {"eve", "dora"}:
            grant(release.cluster, user, "everything-of-ours")
        assert answer_to(release.cluster, report(name("ar"), "falco"), user) == (
            "spec.source falco is for the ServiceAccount source-falco in namespace aup-system only;"
            " people with the verb report on abusereports write source: desk"
        )

    @pytest.mark.parametrize(
        "user", ["eve", "dora", "system:serviceaccount:aup-system:source-usage", None]
    )
    def test_nobody_but_the_operator_says_what_was_measured(
        self, release: Release, user: str | None
    ) -> None:
        """Not even an account that is called like it: a report would name any tenant at all."""
        if user and user not in {"eve", "dora"}:
            grant(release.cluster, user, "everything-of-ours")
        assert answer_to(release.cluster, measured(name("ar")), user) == (
            "spec.source usage is what the operator measured, which it reports itself; write what"
            " you saw under a source of your own"
        )
        create(release.cluster, measured(name("ar")), CONTROLLER)

    @pytest.mark.parametrize("source", ["desk", "usage"])
    def test_measured_use_and_addresses_are_not_mixed(self, release: Release, source: str) -> None:
        """A source that may report addresses cannot slip in a tenant of its choice."""
        manifest = measured(name("ar")) if source == "desk" else report(name("ar"), "usage")
        manifest["spec"]["source"] = source
        done = release.cluster.kubectl(
            "create", "-f", "-", input=json.dumps(manifest), as_user="dora", check=False
        )
        assert "usage is what the operator measured" in done.stderr

    def test_people_at_the_desk_report_as_desk(self, release: Release) -> None:
        """They hold the verb report."""
        create(release.cluster, report(name("ar"), "desk"), "dora")

    def test_creating_reports_is_not_enough_to_report_as_desk(self, release: Release) -> None:
        """RBAC for create is what sources have as well."""
        assert answer_to(release.cluster, report(name("ar"), "desk"), "eve") == (
            "spec.source desk needs the verb report on abusereports, which eve does not hold"
        )


class TestTwoPersons:
    """What isolates or exempts is asked for by one person and approved by another."""

    @pytest.mark.parametrize("make", [quarantine, exemption])
    def test_a_request_names_who_asks(self, release: Release, make: Any) -> None:
        """Or one person could ask in another's name and approve in the own."""
        of = name("q")
        assert answer_to(release.cluster, make(of, "dan"), "eve") == (
            "spec.requestedBy dan is not you; write requestedBy: eve"
        )

    @pytest.mark.parametrize("make", [quarantine, exemption])
    def test_a_request_is_not_approved_at_birth(self, release: Release, make: Any) -> None:
        """Also not by one who may approve; all that is wrong is named at once."""
        manifest = make(name("q"), "dan", approval={"by": "ada"})
        assert answer_to(release.cluster, manifest, "ada") == (
            "spec.requestedBy dan is not you; write requestedBy: ada; spec.approval comes from a"
            " second person, after the object was created; leave it out"
        )

    def test_a_quarantine_is_not_released_at_birth(self, release: Release) -> None:
        """It would look as if it had been in force."""
        manifest = quarantine(name("q"), "eve", release={"by": "ann", "reason": "x"})
        assert answer_to(release.cluster, manifest, "eve") == (
            "spec.release comes after the approval; leave it out"
        )

    @pytest.mark.parametrize(
        ("kind", "make", "requester"),
        [("quarantine", quarantine, "dora"), ("exemption", exemption, "clara")],
    )
    def test_a_second_person_approves(
        self, release: Release, kind: str, make: Any, requester: str
    ) -> None:
        """One with the verb approve, in their own name."""
        of = name("q")
        create(release.cluster, make(of, requester), requester)
        mine = json.dumps({"spec": {"approval": {"by": "ann"}}})
        patch = ("patch", kind, of, "--type=merge", "-p", mine)
        needs = f"approving and releasing need the verb approve on {kind}s, which eve does not hold"
        assert answer(release.cluster, *patch, as_user="eve") == (
            f"spec.approval.by ann is not you; write by: eve; {needs}"
        )
        theirs = json.dumps({"spec": {"approval": {"by": "eve"}}})
        assert answer(
            release.cluster, "patch", kind, of, "--type=merge", "-p", theirs, as_user="eve"
        ) == (needs)
        release.cluster.kubectl(*patch, as_user="ann")

    def test_who_requested_does_not_approve(self, release: Release) -> None:
        """Dora holds both roles, which is no help: the definition and the guard both refuse."""
        of = name("q")
        create(release.cluster, quarantine(of, "dora"), "dora")
        own = json.dumps({"spec": {"approval": {"by": "dora"}}})
        done = release.cluster.kubectl(
            "patch", "quarantine", of, "--type=merge", "-p", own, as_user="dora", check=False
        )
        assert "somebody other than requestedBy must approve" in done.stderr
        assert answer(
            release.cluster,
            *("patch", "quarantine", of, "--type=merge", "-p"),
            json.dumps({"spec": {"approval": {"by": "ann"}}}),
            as_user="dora",
        ) == (
            "spec.approval.by ann is not you; write by: dora;"
            " you requested this; a second person approves and releases"
        )

    def test_release_takes_a_second_person_too(self, release: Release) -> None:
        """The one who approved may also release."""
        of = name("q")
        create(release.cluster, quarantine(of, "dora"), "dora")
        patch = ("patch", "quarantine", of, "--type=merge", "-p")
        approval = json.dumps({"spec": {"approval": {"by": "ann"}}})
        release.cluster.kubectl(*patch, approval, as_user="ann")
        release_ = json.dumps({"spec": {"release": {"by": "ann", "reason": "clean"}}})
        assert answer(release.cluster, *patch, release_, as_user="dora") == (
            "spec.release.by ann is not you; write by: dora;"
            " you requested this; a second person approves and releases"
        )
        assert answer(release.cluster, *patch, release_, as_user="eve") == (
            "spec.release.by ann is not you; write by: eve; approving and releasing need the verb"
            " approve on quarantines, which eve does not hold"
        )
        # An edit that decides nothing asks for nothing.
        release.cluster.kubectl("label", "quarantine", of, "desk=night", as_user="eve")
        release.cluster.kubectl(*patch, release_, as_user="ann")

    def test_the_operator_isolates_for_a_trusted_source(self, release: Release) -> None:
        """It approves what it created: the terms of the policy are the second word."""
        manifest = quarantine(name("q"), "source:falco", approval={"by": CONTROLLER})
        release.controller.kubectl("create", "-f", "-", input=json.dumps(manifest))


class TestExemptionsFromNothing:
    """Who mistypes a rule hears it from the API server, and not first from a tenant."""

    def told(self, release: Release, *rules: str) -> str:
        """Return what is said to who exempts from rules; fail when that is refused."""
        manifest = exemption(name("e"), "clara", rules=list(rules))
        done = release.cluster.kubectl(
            "create", "-f", "-", input=json.dumps(manifest), as_user="clara"
        )
        return done.stderr.partition("with binding 'aup-operator-advice': ")[2].strip()

    def test_an_exemption_from_a_rule_that_there_is_not_is_warned_about(
        self, release: Release
    ) -> None:
        rest = (
            " of this release, and nothing is exempted from by that; delete this exemption and"
            " create another one with the ids that denials name"
        )
        until("the advice is active", lambda: self.told(release, "host/prot"))
        assert self.told(release, "host/prot") == f"spec.rules host/prot is no rule{rest}"
        assert self.told(release, "host/port", "host/prot", "network/dns") == (
            f"spec.rules host/prot, network/dns are no rules{rest}"
        )

    def test_who_approves_it_hears_it_too(self, release: Release) -> None:
        of = name("e")
        create(release.cluster, exemption(of, "clara", rules=["host/prot"]), "clara")
        mine = json.dumps({"spec": {"approval": {"by": "ann"}}})
        done = release.cluster.kubectl(
            *("patch", "exemption", of, "--type=merge", "-p", mine), as_user="ann"
        )
        assert "spec.rules host/prot is no rule of this release" in done.stderr

    @pytest.mark.parametrize("start", range(0, len(CATALOGUE), 32))
    def test_nothing_is_said_of_rules_that_there_are(self, release: Release, start: int) -> None:
        assert self.told(release, *(rule.id for rule in CATALOGUE[start : start + 32])) == ""


class TestOperatorsOwn:
    """What the operator says is not written by others."""

    @pytest.mark.parametrize("user", ["eve", None], ids=["eve", "administrator"])
    @pytest.mark.parametrize(
        "manifest",
        [
            ours("AddressUse", "198.51.100.20", spec={"address": "198.51.100.20"}),
            ours("TenantReport", "aup", namespace="default"),
        ],
        ids=lambda manifest: manifest["kind"],
    )
    def test_nobody_writes_its_kinds(
        self, release: Release, manifest: Manifest, user: str | None
    ) -> None:
        """Forged, they would blame another tenant or reassure this one."""
        plural = manifest["kind"].lower() + "s"
        assert (
            answer_to(release.cluster, manifest, user)
            == f"{plural} are written by the operator only"
        )

    @pytest.mark.parametrize(
        ("kind", "status"),
        [
            ("Tenant", {"namespaces": []}),
            ("Quarantine", {"phase": "Released"}),
            ("AddressAssignment", {"deletable": True}),
        ],
    )
    def test_nobody_writes_a_status(
        self, release: Release, kind: str, status: dict[str, Any]
    ) -> None:
        """Deletions are decided by it."""
        of = name("s")
        make = {"Tenant": tenant, "AddressAssignment": assignment}
        made = make[kind](of) if kind in make else quarantine(of, "dora")
        create(release.cluster, made, "dora" if kind == "Quarantine" else None)
        for user in ("eve", None):
            assert answer(
                release.cluster,
                *("patch", kind, of, "--subresource=status", "--type=merge", "-p"),
                json.dumps({"status": status}),
                as_user=user,
            ) == (f"{kind.lower()}s/status is written by the operator only")
        set_status(release, kind, of, status)

    def test_a_report_goes_with_its_namespace(self, release: Release) -> None:
        """And by no other way: neither one by one nor as a collection."""
        cluster, namespace = release.cluster, name("acme")
        cluster.create_namespace(namespace)
        manifest = ours("TenantReport", "aup", namespace=namespace)
        release.controller.kubectl("create", "-f", "-", input=json.dumps(manifest))
        words = "tenantreports are written by the operator only"
        for what in ("aup", "--all"):
            assert answer(
                cluster, "delete", "tenantreport", what, "-n", namespace, as_user="eve"
            ) == (words)
        cluster.kubectl("delete", "namespace", namespace, "--timeout=60s")

    def test_a_tenant_reads_its_report(self, release: Release) -> None:
        """The built-in role view is enough, and admin includes it."""
        cluster, namespace = release.cluster, name("acme")
        cluster.create_namespace(namespace)
        manifest = ours("TenantReport", "aup", namespace=namespace)
        release.controller.kubectl("create", "-f", "-", input=json.dumps(manifest))
        for role_ in ("view", "admin"):
            grant(cluster, f"anna-{role_}", role_, namespace)
            cluster.kubectl("get", "tenantreport", "aup", "-n", namespace, as_user=f"anna-{role_}")
            done = cluster.kubectl(
                *("delete", "tenantreport", "aup", "-n", namespace),
                as_user=f"anna-{role_}",
                check=False,
            )
            assert 'cannot delete resource "tenantreports"' in done.stderr


class TestGrantsOfAccess:
    """Consent is the tenant's: its provider cannot give it for it."""

    @staticmethod
    def grant_of_access(of: str) -> Manifest:
        """Return a SupportAccessGrant."""
        return ours(
            "SupportAccessGrant",
            of,
            spec={
                "users": ["one@asergo.example"],
                "reason": "TICKET-81",
                "expiresAt": "2036-01-01T00:00:00Z",
            },
        )

    def test_whoever_may_write_tenants_cannot_let_staff_in(self, release: Release) -> None:
        """The provider's own role and the administrator of the cluster alike."""
        cluster, namespace = release.cluster, name("acme")
        cluster.create_namespace(namespace)
        for user in ("eve", None):
            assert answer(
                cluster,
                *("create", "-n", namespace, "-f", "-"),
                input=json.dumps(self.grant_of_access(name("g"))),
                as_user=user,
            ) == (
                "a grant of access counts only when the tenant writes it, and you may write "
                "Tenants, which makes you the provider; ask an administrator of the namespace to "
                "create it"
            )

    def test_an_administrator_of_the_namespace_lets_staff_in_and_out(
        self, release: Release
    ) -> None:
        """By the built-in role admin; an editor does not decide about it."""
        cluster, namespace, of = release.cluster, name("acme"), name("g")
        cluster.create_namespace(namespace)
        grant(cluster, "anna", "admin", namespace)
        grant(cluster, "eddy", "edit", namespace)
        text = json.dumps(self.grant_of_access(of))
        done = cluster.kubectl(
            *("create", "-n", namespace, "-f", "-"), input=text, as_user="eddy", check=False
        )
        assert 'cannot create resource "supportaccessgrants"' in done.stderr
        cluster.kubectl("create", "-n", namespace, "-f", "-", input=text, as_user="anna")
        cluster.kubectl("get", "sag", of, "-n", namespace, as_user="eddy")
        cluster.kubectl("delete", "sag", of, "-n", namespace, as_user="anna")


class TestDeletionsThatWouldOpen:
    """What is in force ends by what ends it, never by deleting the paper."""

    def test_a_policy_with_tenants_stays(self, release: Release) -> None:
        """One at a time or as a collection; without tenants it goes."""
        of = name("aup")
        policy = ours(
            "AcceptableUsePolicy",
            of,
            spec={
                "revision": "1",
                "provider": {"name": "Host", "contact": "abuse@host.example"},
                "document": {"url": "https://host.example/aup", "effectiveFrom": "2026-01-01"},
            },
        )
        create(release.cluster, policy, "clara")
        set_status(release, "AcceptableUsePolicy", of, {"tenants": 2})
        words = (
            f"policy {of} is in force for 2 tenants; point their spec.policy to another one first"
        )
        assert answer(release.cluster, "delete", "aup", of, as_user="clara") == words
        assert answer(release.cluster, "delete", "aup", of) == words
        set_status(release, "AcceptableUsePolicy", of, {"tenants": 0})
        release.cluster.kubectl("delete", "aup", of, as_user="clara")

    def test_a_tenant_with_namespaces_stays(self, release: Release) -> None:
        """In a collection the request has no name; the object has."""
        of = name("acme")
        create(release.cluster, tenant(of), "clara")
        set_status(release, "Tenant", of, {"namespaces": ["acme-dev", "acme-prod"]})
        words = (
            f"tenant {of} still has the namespaces acme-dev, acme-prod; delete them or take them"
            " out of spec.namespaces first, and release those that are quarantined"
        )
        assert answer(release.cluster, "delete", "tenant", of, as_user="clara") == words
        raw = f"/apis/aup.asergo.com/v1alpha1/tenants?fieldSelector=metadata.name%3D{of}"
        assert answer(release.cluster, "delete", "--raw", raw, as_user="eve") == words
        set_status(release, "Tenant", of, {"namespaces": []})
        release.cluster.kubectl("delete", "tenant", of, as_user="clara")

    def test_an_assignment_stays_until_its_retention_has_passed(self, release: Release) -> None:
        """Complaints come months later; also one that the operator has not seen yet stays."""
        of = name("v4")
        create(release.cluster, assignment(of), "clara")
        words = (
            f"assignment {of} says who held 198.51.100.16/28; end it with spec.until, it can be"
            " deleted when status.deletable is true"
        )
        assert answer(release.cluster, "delete", "addressassignment", of, as_user="clara") == words
        set_status(release, "AddressAssignment", of, {"inForce": True, "deletable": False})
        assert answer(release.cluster, "delete", "addressassignment", of, as_user="clara") == words
        set_status(release, "AddressAssignment", of, {"inForce": False, "deletable": True})
        release.cluster.kubectl("delete", "addressassignment", of, as_user="clara")

    def test_a_use_of_an_address_stays(self, release: Release) -> None:
        """It answers who it was; only the operator counts its retention."""
        manifest = ours("AddressUse", "198.51.100.21", spec={"address": "198.51.100.21"})
        release.controller.kubectl("create", "-f", "-", input=json.dumps(manifest))
        assert answer(release.cluster, "delete", "addressuse", "198.51.100.21", as_user="eve") == (
            "addressuse 198.51.100.21 says who used an address; the operator deletes it when its"
            " retention has passed"
        )
        release.controller.kubectl("delete", "addressuse", "198.51.100.21")

    @pytest.mark.parametrize("phase", [None, "Locking", "Isolated", "Releasing", "Blocked"])
    def test_an_approved_quarantine_stays(self, release: Release, phase: str | None) -> None:
        """Released, it may go."""
        of = name("q")
        create(release.cluster, quarantine(of, "dora"), "dora")
        approval = json.dumps({"spec": {"approval": {"by": "ann"}}})
        release.cluster.kubectl(
            "patch", "quarantine", of, "--type=merge", "-p", approval, as_user="ann"
        )
        if phase:
            set_status(release, "Quarantine", of, {"phase": phase})
        assert answer(release.cluster, "delete", "quarantine", of, as_user="dora") == (
            f"quarantine {of} of namespace acme-prod is approved; write spec.release, it can be"
            " deleted when status.phase is Released"
        )
        set_status(release, "Quarantine", of, {"phase": "Released"})
        release.cluster.kubectl("delete", "quarantine", of, as_user="dora")

    def test_a_request_is_withdrawn(self, release: Release) -> None:
        """Before its approval a quarantine does nothing, so it may go."""
        of = name("q")
        create(release.cluster, quarantine(of, "dora"), "dora")
        set_status(release, "Quarantine", of, {"phase": "AwaitingApproval"})
        release.cluster.kubectl("delete", "quarantine", of, as_user="dan")
