"""The guard of namespaces: nobody but the operator writes what is in force there."""

import json
import secrets
from typing import Any

import pytest

from support.controlplane import ControlPlane
from support.guard import grant, refusal, role
from support.release import Release

REMEDY = (
    "leave labels and annotations under aup.asergo.com/ out of the manifest and use kubectl apply,"
    " or copy the present values: "
)
CREATED = (
    "leave labels and annotations under aup.asergo.com/ out of the manifest, the operator sets them"
    " once a Tenant claims the namespace"
)

CLAIMED = (
    "namespace {}: claim.aup.asergo.com/customer says whose namespace it is; only who holds the"
    " verb stamp on namespaces may write it"
)
LOCKED = (
    "namespace {} is isolated: labels, annotations, owners and finalizers stay as they are until"
    " it is released"
)


@pytest.fixture(scope="module", autouse=True)
def people(release: Release) -> None:
    """`ops` may do everything with namespaces but stamp; `clara` is of the provider."""
    everything = ["get", "list", "create", "update", "patch", "delete"]
    role(
        release.cluster,
        "namespace-ops",
        {
            "apiGroups": [""],
            "resources": ["namespaces", "namespaces/status", "namespaces/finalize"],
            "verbs": everything,
        },
    )
    grant(release.cluster, "ops", "namespace-ops")
    grant(release.cluster, "clara", "aup-operator-provider")


def claimed(release: Release) -> str:
    """Create a namespace that acme has claimed, stamped by the controller."""
    name = f"acme-{secrets.token_hex(4)}"
    release.cluster.create_namespace(name, {"claim.aup.asergo.com/customer": "acme", "team": "web"})
    release.stamp(name)
    patch = {"metadata": {"annotations": {"aup.asergo.com/addresses": "198.51.100.16/28"}}}
    release.controller.kubectl("patch", "ns", name, "--type=merge", "-p", json.dumps(patch))
    return name


@pytest.fixture(scope="module")
def acme(release: Release) -> str:
    """Give tests a namespace in good standing, in which every change is refused."""
    return claimed(release)


@pytest.fixture(scope="module")
def isolated(release: Release) -> str:
    """Give tests an isolated namespace."""
    name = claimed(release)
    release.stamp(name, state="isolated")
    return name


@pytest.fixture
def own(release: Release) -> str:
    """Give a test a namespace of its own."""
    return claimed(release)


def read(cluster: ControlPlane, name: str) -> dict[str, Any]:
    """Return a namespace as it is now, without what the server keeps to itself."""
    found: dict[str, Any] = json.loads(cluster.kubectl("get", "ns", name, "-o", "json").stdout)
    found["metadata"].pop("managedFields", None)
    return found


@pytest.mark.parametrize("user", ["ops", "clara", None], ids=["ops", "provider", "administrator"])
@pytest.mark.parametrize(
    ("arguments", "key", "present"),
    [
        (["label", "--overwrite", "aup.asergo.com/tenant=beta"], "tenant", '"acme"'),
        (["label", "aup.asergo.com/tenant-"], "tenant", '"acme"'),
        (["label", "--overwrite", "aup.asergo.com/state=free"], "state", '"active"'),
        (["label", "aup.asergo.com/net-raw=may-keep"], "net-raw", "absent"),
        (["label", "aup.asergo.com/mine=yes"], "mine", "absent"),
        (["label", "aup.asergo.com/Tenant=beta"], "Tenant", "absent"),
        (["annotate", "aup.asergo.com/addresses-"], "addresses", '"198.51.100.16/28"'),
        (
            ["annotate", "--overwrite", "aup.asergo.com/addresses=0.0.0.0/0"],
            "addresses",
            '"198.51.100.16/28"',
        ),
        (["annotate", "aup.asergo.com/tenant=beta"], "tenant", '"acme"'),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_no_stamp_is_written_changed_or_removed(
    release: Release, acme: str, user: str | None, arguments: list[str], key: str, present: str
) -> None:
    """The verb stamp does not help here, nor does being the cluster's administrator."""
    verb, *rest = arguments
    done = release.cluster.kubectl(verb, "namespace", acme, *rest, as_user=user, check=False)
    key = f"aup.asergo.com/{key}"
    assert refusal(done) == (
        "aup-operator-namespaces",
        f"namespace {acme}: only the operator writes {key}; {REMEDY}{key}: {present}",
    )


@pytest.mark.parametrize("subresource", ["status", "finalize"])
def test_subresources_change_no_stamp(release: Release, acme: str, subresource: str) -> None:
    """Both write labels too: the way by which namespaces were taken over elsewhere."""
    manifest = read(release.cluster, acme)
    manifest["metadata"]["labels"]["aup.asergo.com/tenant"] = "beta"
    done = release.cluster.kubectl(
        *("replace", "--raw", f"/api/v1/namespaces/{acme}/{subresource}", "-f", "-"),
        input=json.dumps(manifest),
        as_user="ops",
        check=False,
    )
    assert refusal(done)[0] == "aup-operator-namespaces"
    labels = read(release.cluster, acme)["metadata"]["labels"]
    assert labels["aup.asergo.com/tenant"] == "acme"


def test_a_label_in_capitals_is_no_way_around(release: Release, acme: str) -> None:
    """The API server itself refuses a prefix in capitals."""
    done = release.cluster.kubectl(
        "label", "ns", acme, "AUP.asergo.com/tenant=beta", as_user="ops", check=False
    )
    assert done.returncode != 0
    assert "prefix part a lowercase RFC 1123 subdomain" in done.stderr


@pytest.mark.parametrize("form", ["name", "generateName"])
@pytest.mark.parametrize("place", ["labels", "annotations"])
def test_nobody_creates_a_namespace_that_is_stamped_already(
    release: Release, form: str, place: str
) -> None:
    """Or a tenant with a namespace portal would choose what it is held to."""
    key = "aup.asergo.com/tenant"
    manifest = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {form: f"forged-{secrets.token_hex(3)}", place: {key: "beta"}},
    }
    done = release.cluster.kubectl(
        "create", "-f", "-", input=json.dumps(manifest), as_user="ops", check=False
    )
    policy, message = refusal(done)
    assert policy == "aup-operator-namespaces"
    assert message.endswith(f": only the operator writes {key}; {CREATED}")


def test_the_provider_creates_claimed_and_restored_namespaces(release: Release) -> None:
    """With the verb stamp: a portal claims at birth, a restore brings old stamps back."""
    name = f"portal-{secrets.token_hex(3)}"
    labels = {"claim.aup.asergo.com/customer": "acme", "aup.asergo.com/tenant": "acme"}
    manifest = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": labels},
    }
    release.cluster.kubectl("create", "-f", "-", input=json.dumps(manifest), as_user="clara")
    release.cluster.kubectl(
        *("label", "--overwrite", "ns", name, "claim.aup.asergo.com/customer=beta"),
        as_user="clara",
    )
    release.cluster.kubectl("delete", "ns", name, "--wait=false")


@pytest.mark.parametrize(
    "change",
    ["claim.aup.asergo.com/customer=beta", "claim.aup.asergo.com/customer-"],
)
def test_claims_need_the_verb_stamp(release: Release, acme: str, change: str) -> None:
    """A tenant's selector reads them."""
    done = release.cluster.kubectl(
        "label", "--overwrite", "ns", acme, change, as_user="ops", check=False
    )
    assert refusal(done) == (
        "aup-operator-namespaces",
        CLAIMED.format(acme),
    )


def test_one_answer_names_stamps_and_claims(release: Release, acme: str) -> None:
    """And to who may write claims it speaks of the stamps alone."""
    keys = ("aup.asergo.com/tenant=beta", "claim.aup.asergo.com/customer=beta")
    stamps = (
        f"namespace {acme}: only the operator writes aup.asergo.com/tenant;"
        f' {REMEDY}aup.asergo.com/tenant: "acme"'
    )
    for user, message in (("ops", f"{stamps}; {CLAIMED.format(acme)}"), ("clara", stamps)):
        done = release.cluster.kubectl(
            "label", "--overwrite", "ns", acme, *keys, as_user=user, check=False
        )
        assert refusal(done) == ("aup-operator-namespaces", message)


def test_everything_else_of_a_namespace_is_free(release: Release, own: str) -> None:
    """Labels of others, annotations, finalizers: not ours to judge in good standing."""
    cluster = release.cluster
    cluster.kubectl("label", "ns", own, "team=shop", "--overwrite", as_user="ops")
    # Of others the webhook judges annotations, and here nobody answers for it.
    cluster.kubectl("annotate", "ns", own, "note=text", as_user="clara")
    cluster.kubectl("label", "ns", own, "notaup.asergo.com/tenant=x", as_user="ops")
    finalizers = json.dumps({"metadata": {"finalizers": ["example.com/hold"]}})
    cluster.kubectl("patch", "ns", own, "--type=merge", "-p", finalizers, as_user="ops")
    cluster.kubectl(
        "patch", "ns", own, "--type=merge", "-p", '{"metadata":{"finalizers":null}}', as_user="ops"
    )


def test_gitops_applies_a_manifest_without_stamps_again_and_again(release: Release) -> None:
    """Both kinds of apply leave fields alone that the manifest does not name."""
    name = f"git-{secrets.token_hex(3)}"
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    plain = json.dumps(manifest)
    release.cluster.kubectl("apply", "-f", "-", input=plain, as_user="ops")
    release.stamp(name)
    manifest["metadata"]["labels"] = {"team": "web"}  # type: ignore[index]
    edited = json.dumps(manifest)
    release.cluster.kubectl("apply", "-f", "-", input=edited, as_user="ops")
    for _ in range(2):
        release.cluster.kubectl(
            *("apply", "--server-side", "--force-conflicts", "-f", "-"), input=edited, as_user="ops"
        )
    assert read(release.cluster, name)["metadata"]["labels"]["aup.asergo.com/tenant"] == "acme"


def test_replacing_without_stamps_says_what_to_do(release: Release, acme: str) -> None:
    """`kubectl replace` removes what the manifest does not name; the answer shows the values."""
    manifest = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": acme, "labels": {"claim.aup.asergo.com/customer": "acme"}},
    }
    done = release.cluster.kubectl(
        "replace", "-f", "-", input=json.dumps(manifest), as_user="ops", check=False
    )
    policy, message = refusal(done)
    assert policy == "aup-operator-namespaces"
    told, _, values = message.partition(f"; {REMEDY}")
    # The order is the server's own, and another one each time.
    assert set(told.removeprefix(f"namespace {acme}: only the operator writes ").split(", ")) == {
        *("aup.asergo.com/tenant", "aup.asergo.com/state", "aup.asergo.com/addresses")
    }
    assert set(values.split(", ")) == {
        'aup.asergo.com/tenant: "acme"',
        'aup.asergo.com/state: "active"',
        'aup.asergo.com/addresses: "198.51.100.16/28"',
    }


def test_restoring_an_old_backup_over_a_namespace_says_what_to_do(
    release: Release, own: str
) -> None:
    """A manifest with the stamps of yesterday; with those of today it passes."""
    backup = read(release.cluster, own)
    backup["metadata"].pop("resourceVersion")
    release.cluster.kubectl("replace", "-f", "-", input=json.dumps(backup), as_user="ops")
    backup["metadata"]["annotations"]["aup.asergo.com/addresses"] = "203.0.113.0/24"
    done = release.cluster.kubectl(
        "replace", "-f", "-", input=json.dumps(backup), as_user="ops", check=False
    )
    key = "aup.asergo.com/addresses"
    assert refusal(done)[1] == (
        f'namespace {own}: only the operator writes {key}; {REMEDY}{key}: "198.51.100.16/28"'
    )


def test_very_long_stamps_leave_a_readable_answer(release: Release, own: str) -> None:
    """The API server would show its static message instead of one above 5 KiB."""
    addresses = ",".join(f"198.51.100.{n}/32" for n in range(250)) * 4
    patch = json.dumps({"metadata": {"annotations": {"aup.asergo.com/addresses": addresses}}})
    release.controller.kubectl("patch", "ns", own, "--type=merge", "-p", patch)
    done = release.cluster.kubectl(
        "annotate", "ns", own, "aup.asergo.com/addresses-", as_user="ops", check=False
    )
    _, message = refusal(done)
    assert message.startswith(
        f"namespace {own}: only the operator writes aup.asergo.com/addresses;"
    )
    assert message.endswith(" …")
    assert len(message) == 1202


def test_a_namespace_in_good_standing_is_deleted_and_goes(release: Release) -> None:
    """By whom RBAC lets, to the end: the namespace controller finalises it."""
    name = f"going-{secrets.token_hex(3)}"
    release.cluster.create_namespace(name)
    release.stamp(name)
    done = release.cluster.kubectl("delete", "ns", name, "--timeout=60s", as_user="ops")
    assert "deleted" in done.stdout
    gone = release.cluster.kubectl("get", "ns", name, check=False)
    assert "NotFound" in gone.stderr


@pytest.mark.parametrize("user", ["ops", None], ids=["ops", "administrator"])
def test_an_isolated_namespace_is_not_deleted(
    release: Release, isolated: str, user: str | None
) -> None:
    """Deleting it would end the case."""
    done = release.cluster.kubectl(
        "delete", "ns", isolated, "--wait=false", as_user=user, check=False
    )
    assert refusal(done) == (
        "aup-operator-namespaces",
        f"namespace {isolated} is isolated and cannot be deleted until it is released",
    )
    assert read(release.cluster, isolated)["status"]["phase"] == "Active"


@pytest.mark.parametrize(
    "patch",
    [
        {"labels": {"team": "shop"}},
        {"annotations": {"note": "text"}},
        {"finalizers": ["example.com/hold"]},
        {
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "Namespace", "name": "gone", "uid": "no-such-uid"}
            ]
        },
    ],
    ids=lambda patch: next(iter(patch)),
)
def test_an_isolated_namespace_keeps_its_metadata(
    release: Release, isolated: str, patch: dict[str, Any]
) -> None:
    """Labels open network policies of others; a dangling owner has it collected as garbage."""
    done = release.cluster.kubectl(
        *("patch", "ns", isolated, "--type=merge", "-p", json.dumps({"metadata": patch})),
        as_user="ops",
        check=False,
    )
    assert refusal(done) == (
        "aup-operator-namespaces",
        LOCKED.format(isolated),
    )


def test_nobody_finalises_an_isolated_namespace_by_hand(release: Release, isolated: str) -> None:
    """Without its finalizer it would vanish, and its pods would stay behind."""
    manifest = read(release.cluster, isolated)
    manifest["spec"]["finalizers"] = []
    done = release.cluster.kubectl(
        *("replace", "--raw", f"/api/v1/namespaces/{isolated}/finalize", "-f", "-"),
        input=json.dumps(manifest),
        as_user="ops",
        check=False,
    )
    assert refusal(done)[0] == "aup-operator-namespaces"


@pytest.mark.parametrize(
    "user",
    ["system:serviceaccount:kube-system:namespace-controller", "system:kube-controller-manager"],
)
def test_a_deletion_before_the_lock_is_finalised(
    release: Release, isolated: str, user: str
) -> None:
    """By whoever does that here: it depends on --use-service-account-credentials."""
    grant(release.cluster, user, "namespace-ops")
    manifest = read(release.cluster, isolated)
    manifest["spec"]["finalizers"] = []
    release.cluster.kubectl(
        *("replace", "--raw", f"/api/v1/namespaces/{isolated}/finalize?dryRun=All", "-f", "-"),
        input=json.dumps(manifest),
        as_user=user,
    )


def test_the_operator_passes(release: Release, own: str) -> None:
    """It writes, corrects and takes away stamps; it cannot lock itself out."""
    for state in ("isolated", "active"):
        release.stamp(own, state=state, tenant="beta")
    removed = json.dumps(
        {"metadata": {"labels": {"aup.asergo.com/tenant": None, "aup.asergo.com/state": None}}}
    )
    release.controller.kubectl("patch", "ns", own, "--type=merge", "-p", removed)
    assert "aup.asergo.com/tenant" not in read(release.cluster, own)["metadata"]["labels"]
