"""The client against a real API server: reads, locks, apply, errors, identities."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from aup.errors import (
    AlreadyExistsError,
    ApiError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    UndecodableError,
    UnreachableError,
)
from aup.kube.client import Cluster
from aup.kube.rbac import Call
from aup.kube.resource import (
    CONFIG_MAPS,
    NAMESPACES,
    PODS,
    RESOURCE_QUOTAS,
    TENANT_REPORTS,
    Resource,
)
from aup.kube.wire import ObjectMeta
from support.asynchronous import asynchronous
from support.controlplane import ControlPlane

SELF_REVIEWS = Resource(
    "authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", namespaced=False
)
WHO_AM_I = {"apiVersion": SELF_REVIEWS.api_version, "kind": SELF_REVIEWS.kind, "metadata": {}}


class Labelled(msgspec.Struct, frozen=True):
    """What these tests read of a ConfigMap."""

    metadata: ObjectMeta
    data: dict[str, int] | None = None


def config_map(name: str, namespace: str, **data: str) -> dict[str, Any]:
    return CONFIG_MAPS.manifest(name, namespace=namespace, data=data)


@asynchronous
async def test_an_object_is_read_as_dict_or_type(cluster: ControlPlane, namespace: str) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        manifest = config_map("web", namespace, port="8080")
        manifest["metadata"]["labels"] = {"app": "web"}
        await kube.create(CONFIG_MAPS, manifest)

        as_dict = await kube.get(CONFIG_MAPS, "web", namespace=namespace)
        typed = await kube.get(CONFIG_MAPS, "web", namespace=namespace, into=dict[str, object])

        assert as_dict["data"] == {"port": "8080"}
        assert typed == as_dict
        with pytest.raises(UndecodableError, match=f"configmaps {namespace}/web: .*int"):
            await kube.get(CONFIG_MAPS, "web", namespace=namespace, into=Labelled)


@asynchronous
async def test_what_is_missing_is_none_or_an_error(cluster: ControlPlane, namespace: str) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        assert await kube.get_or_none(CONFIG_MAPS, "absent", namespace=namespace) is None
        with pytest.raises(NotFoundError) as caught:
            await kube.get(CONFIG_MAPS, "absent", namespace=namespace)
        assert caught.value.reason == "NotFound"
        assert str(caught.value) == 'configmaps "absent" not found'
        with pytest.raises(NotFoundError):
            await kube.delete(CONFIG_MAPS, "absent", namespace=namespace)
        await kube.delete(CONFIG_MAPS, "absent", namespace=namespace, missing_ok=True)


@asynchronous
async def test_a_list_longer_than_a_chunk_is_complete(
    cluster: ControlPlane, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aup.kube.reader.CHUNK", 3)
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        for number in range(8):
            manifest = config_map(f"cm-{number}", namespace)
            manifest["metadata"]["labels"] = {"odd": str(number % 2)}
            await kube.create(CONFIG_MAPS, manifest)
        listed = kube.list_objects(CONFIG_MAPS, namespace=namespace, labels="odd=1", into=Labelled)
        assert [item.metadata.name async for item in listed] == ["cm-1", "cm-3", "cm-5", "cm-7"]
        pages = [page async for page in kube.list_pages(CONFIG_MAPS, namespace=namespace)]
        assert len(pages) >= 3
        assert len({page.metadata.resource_version for page in pages}) == 1
        by_name = kube.list_objects(CONFIG_MAPS, namespace=namespace, fields="metadata.name=cm-4")
        assert [item["metadata"]["name"] async for item in by_name] == ["cm-4"]


@asynchronous
async def test_a_list_reports_what_it_cannot_read_and_goes_on(
    cluster: ControlPlane, namespace: str
) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        for name, value in (("a", "1"), ("b", "2")):
            await kube.create(CONFIG_MAPS, config_map(name, namespace, key=value))
        refused: list[str] = []
        listed = kube.list_objects(
            CONFIG_MAPS,
            namespace=namespace,
            fields="metadata.name!=kube-root-ca.crt,metadata.name!=a",
            into=Labelled,
            on_undecodable=lambda key, _: refused.append(key.path),
        )
        assert [item async for item in listed] == []
        assert refused == [f"{namespace}/b"]


@asynchronous
async def test_a_stale_write_is_a_conflict_in_every_form(
    cluster: ControlPlane, namespace: str
) -> None:
    """Replace, merge patch, JSON patch and delete all refuse an object that has changed since."""
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        old = await kube.create(CONFIG_MAPS, config_map("web", namespace, a="1"))
        stale = old["metadata"]["resourceVersion"]
        await kube.merge_patch(CONFIG_MAPS, "web", {"data": {"a": "2"}}, namespace=namespace)

        with pytest.raises(ConflictError):
            await kube.replace(CONFIG_MAPS, old)
        with pytest.raises(ConflictError):
            await kube.merge_patch(
                CONFIG_MAPS,
                "web",
                {"data": {"a": "3"}},
                namespace=namespace,
                resource_version=stale,
            )
        with pytest.raises(ConflictError):
            await kube.json_patch(
                CONFIG_MAPS,
                "web",
                [{"op": "replace", "path": "/data/a", "value": "4"}],
                namespace=namespace,
                resource_version=stale,
            )
        with pytest.raises(ConflictError):
            await kube.delete(CONFIG_MAPS, "web", namespace=namespace, resource_version=stale)
        with pytest.raises(ConflictError):
            await kube.delete(CONFIG_MAPS, "web", namespace=namespace, uid="no-such-uid")
        now = await kube.get(CONFIG_MAPS, "web", namespace=namespace)
        assert now["data"] == {"a": "2"}


@asynchronous
async def test_a_fresh_write_succeeds_in_every_form(cluster: ControlPlane, namespace: str) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        one = await kube.create(CONFIG_MAPS, config_map("web", namespace, a="1"))
        two = await kube.replace(CONFIG_MAPS, one | {"data": {"a": "2"}})
        version = two["metadata"]["resourceVersion"]
        three = await kube.json_patch(
            CONFIG_MAPS,
            "web",
            [{"op": "replace", "path": "/data/a", "value": "3"}],
            namespace=namespace,
            resource_version=version,
        )
        four = await kube.merge_patch(
            CONFIG_MAPS,
            "web",
            {"data": {"b": "4"}},
            namespace=namespace,
            resource_version=three["metadata"]["resourceVersion"],
        )
        assert four["data"] == {"a": "3", "b": "4"}
        uid = four["metadata"]["uid"]
        await kube.delete(CONFIG_MAPS, "web", namespace=namespace, uid=uid, dry_run=True)
        assert await kube.get_or_none(CONFIG_MAPS, "web", namespace=namespace) is not None
        await kube.delete(CONFIG_MAPS, "web", namespace=namespace, uid=uid)
        assert await kube.get_or_none(CONFIG_MAPS, "web", namespace=namespace) is None


@asynchronous
async def test_a_failed_test_operation_is_invalid_not_a_conflict(
    cluster: ControlPlane, namespace: str
) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await kube.create(CONFIG_MAPS, config_map("web", namespace, a="1"))
        operations = [{"op": "test", "path": "/data/a", "value": "other"}]
        with pytest.raises(InvalidError):
            await kube.json_patch(CONFIG_MAPS, "web", operations, namespace=namespace)


@asynchronous
async def test_a_replace_without_a_lock_is_refused_before_it_is_sent(
    cluster: ControlPlane, namespace: str
) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        with pytest.raises(ValueError, match="needs a resourceVersion"):
            await kube.replace(CONFIG_MAPS, config_map("web", namespace))


@asynchronous
async def test_apply_owns_exactly_what_it_writes(cluster: ControlPlane, namespace: str) -> None:
    """An applied field that is left out later goes away, somebody else's field stays."""
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await kube.apply(CONFIG_MAPS, config_map("web", namespace, ours="1", more="2"))
        await kube.merge_patch(
            CONFIG_MAPS, "web", {"data": {"theirs": "3", "ours": "9"}}, namespace=namespace
        )
        after = await kube.apply(CONFIG_MAPS, config_map("web", namespace, ours="1"))
        assert after["data"] == {"ours": "1", "theirs": "3"}
        managers = {entry["manager"] for entry in after["metadata"]["managedFields"]}
        assert managers == {"aup-operator"}


@asynchronous
async def test_apply_without_force_tells_who_owns_a_field(
    cluster: ControlPlane, namespace: str
) -> None:
    cluster.kubectl("create", "configmap", "web", "--from-literal=a=1", "-n", namespace)
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        manifest = config_map("web", namespace, a="2")
        with pytest.raises(ConflictError, match="kubectl-create"):
            await kube.apply(CONFIG_MAPS, manifest, force=False)
        forced = await kube.apply(CONFIG_MAPS, manifest, dry_run=True)
        assert forced["data"] == {"a": "2"}
        stored = await kube.get(CONFIG_MAPS, "web", namespace=namespace)
        assert stored["data"] == {"a": "1"}


@asynchronous
async def test_a_status_never_creates_or_changes_owner(
    cluster: ControlPlane, namespace: str
) -> None:
    """A status is for the object it was computed for, not for a later one of that name."""
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        status = {"hard": {"pods": "3"}}
        with pytest.raises(NotFoundError):
            await kube.apply_status(RESOURCE_QUOTAS, "q", status, namespace=namespace)
        spec = {"hard": {"pods": "3"}}
        quota = await kube.apply(
            RESOURCE_QUOTAS, RESOURCE_QUOTAS.manifest("q", namespace=namespace, spec=spec)
        )
        with pytest.raises(ConflictError):
            await kube.apply_status(
                RESOURCE_QUOTAS, "q", status, namespace=namespace, uid="00000000-0000"
            )
        written = await kube.apply_status(
            RESOURCE_QUOTAS,
            "q",
            {"used": {"secrets": "0"}},
            namespace=namespace,
            uid=quota["metadata"]["uid"],
        )
        assert written["status"]["used"]["secrets"] == "0"


@asynchronous
async def test_errors_tell_what_the_api_server_said(cluster: ControlPlane, namespace: str) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await kube.create(CONFIG_MAPS, config_map("web", namespace))
        with pytest.raises(AlreadyExistsError):
            await kube.create(CONFIG_MAPS, config_map("web", namespace))
        with pytest.raises(InvalidError) as caught:
            await kube.create(
                PODS, PODS.manifest("p", namespace=namespace, spec={"containers": []})
            )
        assert caught.value.status == 422
        assert "spec.containers" in {cause["field"] for cause in caught.value.causes}
        with pytest.raises(InvalidError) as malformed:
            await kube.request("POST", CONFIG_MAPS.path(namespace=namespace), body=b"{")
        assert malformed.value.status == 400
        with pytest.raises(ApiError) as caught_method:
            await kube.request("POST", CONFIG_MAPS.path("web", namespace=namespace), body=b"{}")
        assert caught_method.value.status == 405


@asynchronous
async def test_a_view_acts_as_somebody_else(cluster: ControlPlane, namespace: str) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        anna = kube.as_user("anna", ("dev", "ops"))
        with pytest.raises(ForbiddenError, match='User "anna" cannot get resource "configmaps"'):
            await anna.get(CONFIG_MAPS, "web", namespace=namespace)
        review = await anna.create(SELF_REVIEWS, WHO_AM_I)
        assert review["status"]["userInfo"]["username"] == "anna"
        assert {"dev", "ops"} <= set(review["status"]["userInfo"]["groups"])
        assert await kube.get(CONFIG_MAPS, "kube-root-ca.crt", namespace=namespace)


@asynchronous
async def test_discovery_tells_what_is_served(cluster: ControlPlane) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        assert await kube.has(PODS)
        assert await kube.has(RESOURCE_QUOTAS)
        assert not await kube.has(Resource("example.org", "v1", "things", "Thing", namespaced=True))
        assert not await kube.has(Resource("", "v1", "things", "Thing", namespaced=True))


@asynchronous
async def test_each_call_is_recorded_as_rbac_asks_for_it(
    cluster: ControlPlane, namespace: str
) -> None:
    """An apply that makes the object needs create besides patch; RBAC agrees, see below."""
    calls: set[Call] = set()
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig, recorder=calls.add) as kube:
        await kube.apply(CONFIG_MAPS, config_map("web", namespace))
        await kube.apply_status(NAMESPACES, namespace, {"phase": "Active"})
        async for _ in kube.list_objects(PODS):
            pass
        await kube.delete(CONFIG_MAPS, "web", namespace=namespace)
    assert calls == {
        Call("patch", "", "configmaps", "", namespace, "web"),
        Call("create", "", "configmaps", "", namespace),
        Call("patch", "", "namespaces", "status", "", namespace),
        Call("list", "", "pods"),
        Call("delete", "", "configmaps", "", namespace, "web"),
    }


@asynchronous
async def test_an_apply_that_creates_needs_both_verbs(
    cluster: ControlPlane, namespace: str
) -> None:
    cluster.kubectl(
        "create", "role", "patcher", "--verb=patch", "--resource=configmaps", "-n", namespace
    )
    cluster.kubectl("create", "rolebinding", "p", "--role=patcher", "--user=ben", "-n", namespace)
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        ben = kube.as_user("ben")
        with pytest.raises(ForbiddenError, match="create"):
            await ben.apply(CONFIG_MAPS, config_map("web", namespace))
        await kube.create(CONFIG_MAPS, config_map("web", namespace))
        await ben.apply(CONFIG_MAPS, config_map("web", namespace, a="1"))


@asynchronous
async def test_a_guard_stops_writes_and_no_reads(cluster: ControlPlane, namespace: str) -> None:
    class StopError(Exception):
        pass

    def stop() -> None:
        raise StopError

    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        guarded = kube.guarded(stop)
        assert await guarded.get(NAMESPACES, namespace)
        with pytest.raises(StopError):
            await guarded.create(CONFIG_MAPS, config_map("web", namespace))
        with pytest.raises(StopError):
            await guarded.delete(CONFIG_MAPS, "web", namespace=namespace)
        assert await kube.get_or_none(CONFIG_MAPS, "web", namespace=namespace) is None


@asynchronous
async def test_names_from_outside_lead_nowhere_else(cluster: ControlPlane, namespace: str) -> None:
    """A name with slashes or a query in it is looked up as a name, and there is none."""
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        for name in ("../secrets", f"x/../../{namespace}", "a?b=c", "a+b", "ü"):
            assert await kube.get_or_none(CONFIG_MAPS, name, namespace=namespace) is None
        with pytest.raises(InvalidError, match="may not contain '%'"):
            await kube.get(CONFIG_MAPS, "a%2fb", namespace=namespace)


@asynchronous
async def test_a_refused_token_is_loaded_again_from_its_source(
    cluster: ControlPlane, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a 401 the credentials are read once more, but not at every request."""
    path = cluster.service_account_kubeconfig(namespace, "default", tmp_path / "kubeconfig")
    good = path.read_text()
    token = yaml.safe_load(good)["users"][0]["user"]["token"]
    path.write_text(good.replace(token, "expired"))
    async with await Cluster.connect(kubeconfig=path) as kube:
        path.write_text(good)
        with pytest.raises(ApiError) as caught:
            await kube.create(SELF_REVIEWS, WHO_AM_I)
        assert caught.value.status == 401, "loaded a moment ago, so not again"

        monkeypatch.setattr("aup.kube.connection.CREDENTIALS_MIN_SECONDS", 0.0)
        review = await kube.create(SELF_REVIEWS, WHO_AM_I)
        user = review["status"]["userInfo"]["username"]
        assert user == f"system:serviceaccount:{namespace}:default"


@asynchronous
async def test_an_api_server_that_is_not_there_is_named(
    cluster: ControlPlane, tmp_path: Path
) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(cluster.kubeconfig.read_text().replace(cluster.url, "https://127.0.0.1:1"))
    async with await Cluster.connect(kubeconfig=path) as kube:
        with pytest.raises(UnreachableError, match=r"cannot reach .*https://127\.0\.0\.1:1"):
            await kube.get(NAMESPACES, "default")
    with pytest.raises(UnreachableError, match=r"kubeconfig .*/absent\): there is no such file"):
        await Cluster.connect(kubeconfig=tmp_path / "absent")


@asynchronous
async def test_an_answer_that_does_not_come_in_time_is_given_up(cluster: ControlPlane) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        with pytest.raises(UnreachableError):
            await kube.within(0.000_001).get(NAMESPACES, "default")


@asynchronous
async def test_a_status_of_our_own_kind_is_kept_for_its_uid(
    cluster: ControlPlane, namespace: str
) -> None:
    """Custom resources answer a wrong uid like built-in ones, for status and for the rest."""
    crd = Path(__file__).parents[2] / "crds" / "aup.asergo.com_tenantreports.yaml"
    cluster.kubectl("apply", "--server-side", "-f", crd)
    cluster.kubectl("wait", "--for=condition=Established", "-f", crd)
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        made = await kube.apply(TENANT_REPORTS, TENANT_REPORTS.manifest("aup", namespace=namespace))
        uid = made["metadata"]["uid"]
        status = {"policy": "asergo", "revision": "2023-06-01"}
        with pytest.raises(ConflictError):
            await kube.apply_status(
                TENANT_REPORTS, "aup", status, namespace=namespace, uid="another"
            )
        written = await kube.apply_status(
            TENANT_REPORTS, "aup", status, namespace=namespace, uid=uid
        )
        assert written["status"]["policy"] == "asergo"


@asynchronous
async def test_a_map_that_loses_its_last_key_is_taken_away(
    cluster: ControlPlane, namespace: str
) -> None:
    """Applied as an empty map it would be stored as null, which the schema refuses."""
    crd = Path(__file__).parents[2] / "crds" / "aup.asergo.com_tenantreports.yaml"
    cluster.kubectl("apply", "--server-side", "-f", crd)
    cluster.kubectl("wait", "--for=condition=Established", "-f", crd)
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await kube.apply(TENANT_REPORTS, TENANT_REPORTS.manifest("aup", namespace=namespace))
        for used in ({"pods": "1"}, {}):
            written = await kube.apply_status(
                TENANT_REPORTS,
                "aup",
                {"budget": {"hard": {"pods": "3"}, "used": used}},
                namespace=namespace,
            )
        assert written["status"]["budget"] == {"hard": {"pods": "3"}}
