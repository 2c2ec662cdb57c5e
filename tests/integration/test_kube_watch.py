"""Informers against a real API server, over connections that break for real."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aup.errors import ForbiddenError
from aup.kube.client import Cluster
from aup.kube.resource import CONFIG_MAPS, CUSTOM_RESOURCE_DEFINITIONS, SECRETS, Resource
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed
from aup.live.once import look
from support.asynchronous import asynchronous, eventually
from support.controlplane import ControlPlane
from support.proxy import Proxy


class Data(msgspec.Struct, frozen=True):
    """The projection of these tests: numbers in a ConfigMap, nothing else."""

    data: dict[str, int] = {}


Seen = tuple[str, dict[str, int] | None, dict[str, int] | None]


class Witness:
    """Writes down what an informer tells."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.refused: list[str] = []

    def change(self, key: ObjectKey, old: Data | None, new: Data | None) -> None:
        self.seen.append((key.name, old.data if old else None, new.data if new else None))

    def refuse(self, key: ObjectKey, _problem: str) -> None:
        self.refused.append(key.name)


def numbers(name: str, namespace: str, **data: int | str) -> dict[str, Any]:
    return CONFIG_MAPS.manifest(
        name,
        namespace=namespace,
        metadata={"labels": {"app": "numbers"}},
        data={key: str(value) for key, value in data.items()},
    )


class Lenient(msgspec.Struct, frozen=True):
    data: dict[str, str] = {}


def read_numbers(raw: bytes | msgspec.Raw) -> Data:
    """Read a ConfigMap whose values are numbers; ValueError for others."""
    return Data({key: int(value) for key, value in typed(Lenient)(raw).data.items()})


@asynccontextmanager
async def informed(
    kube: Cluster, namespace: str, witness: Witness | None = None, **options: Any
) -> AsyncIterator[Informer[Data]]:
    """Run an informer on the ConfigMaps of these tests until the block ends."""
    told = witness or Witness()
    informer = Informer(
        kube,
        CONFIG_MAPS,
        read_numbers,
        namespace=namespace,
        labels="app=numbers",
        on_change=told.change,
        on_undecodable=told.refuse,
        **options,
    )
    task = asyncio.create_task(informer.run())
    try:
        await asyncio.wait_for(informer.synced.wait(), 15)
        yield informer
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled(), "the informer ended by itself"


def number_kind(plural: str) -> Resource:
    return Resource("test.example", "v1", plural, plural.capitalize(), namespaced=False)


async def install(kube: Cluster, kind: Resource) -> None:
    """Create the CRD of a kind that takes any fields, and wait until it is served."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": kind.version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
    }
    spec = {
        "group": kind.group,
        "scope": "Cluster",
        "names": {"plural": kind.plural, "kind": kind.kind},
        "versions": [version],
    }
    crds = CUSTOM_RESOURCE_DEFINITIONS
    await kube.apply(crds, crds.manifest(kind.group_resource, spec=spec))
    await eventually(lambda: kube.has(kind))


@pytest.fixture
def crd(cluster: ControlPlane) -> Resource:
    """Give the test a kind of its own, made just now."""
    kind = number_kind(f"n{secrets.token_hex(4)}s")

    async def make() -> None:
        async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
            await install(kube, kind)

    asyncio.run(make())
    return kind


@asynchronous
async def test_what_is_there_and_what_comes_is_told_in_order(
    cluster: ControlPlane, namespace: str
) -> None:
    witness = Witness()
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await kube.create(CONFIG_MAPS, numbers("a", namespace, x=1))
        async with informed(kube, namespace, witness) as informer:
            assert witness.seen == [("a", None, {"x": 1})]
            await kube.create(CONFIG_MAPS, numbers("b", namespace, x=2))
            await kube.merge_patch(CONFIG_MAPS, "a", {"data": {"x": "3"}}, namespace=namespace)
            await kube.delete(CONFIG_MAPS, "b", namespace=namespace)
            await eventually(lambda: len(witness.seen) == 4)
            assert witness.seen[1:] == [
                ("b", None, {"x": 2}),
                ("a", {"x": 1}, {"x": 3}),
                ("b", {"x": 2}, None),
            ]
            assert informer.items == {ObjectKey(namespace, "a"): Data({"x": 3})}
            assert informer.problem is None


@asynchronous
async def test_a_change_that_the_projection_does_not_show_is_none(
    cluster: ControlPlane, namespace: str
) -> None:
    witness = Witness()
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await kube.create(CONFIG_MAPS, numbers("a", namespace, x=1))
        async with informed(kube, namespace, witness):
            note = {"metadata": {"annotations": {"note": "hello"}}}
            await kube.merge_patch(CONFIG_MAPS, "a", note, namespace=namespace)
            await kube.create(CONFIG_MAPS, numbers("b", namespace))
            await eventually(lambda: len(witness.seen) > 1)
            assert [seen[0] for seen in witness.seen] == ["a", "b"]


@asynchronous
async def test_an_object_that_leaves_the_selector_is_gone(
    cluster: ControlPlane, namespace: str
) -> None:
    witness = Witness()
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await kube.create(CONFIG_MAPS, numbers("a", namespace, x=1))
        async with informed(kube, namespace, witness) as informer:
            unlabel = {"metadata": {"labels": {"app": None}}}
            await kube.merge_patch(CONFIG_MAPS, "a", unlabel, namespace=namespace)
            await eventually(lambda: not informer.items)
            assert witness.seen[-1] == ("a", {"x": 1}, None)


@pytest.mark.parametrize("keep", [True, False], ids=["kept", "taken-out"])
def test_an_unreadable_object_hurts_nobody_else(
    cluster: ControlPlane,
    namespace: str,
    keep: bool,
) -> None:
    """Its last good value is kept or taken out, the stream goes on, and it can come back."""

    @asynchronous
    async def scenario() -> None:
        witness = Witness()
        key = ObjectKey(namespace, "a")
        async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
            await kube.create(CONFIG_MAPS, numbers("a", namespace, x=1))
            await kube.create(CONFIG_MAPS, numbers("bad-from-the-start", namespace, x="?"))
            async with informed(kube, namespace, witness, keep_undecodable=keep) as informer:
                assert witness.refused == ["bad-from-the-start"]
                await kube.merge_patch(CONFIG_MAPS, "a", {"data": {"x": "!"}}, namespace=namespace)
                await kube.create(CONFIG_MAPS, numbers("b", namespace, x=2))
                await eventually(lambda: ObjectKey(namespace, "b") in informer.items)
                assert informer.items.get(key) == (Data({"x": 1}) if keep else None)
                assert "invalid literal" in informer.undecodable[key]
                await kube.merge_patch(CONFIG_MAPS, "a", {"data": {"x": "5"}}, namespace=namespace)
                await eventually(lambda: informer.items.get(key) == Data({"x": 5}))
                assert key not in informer.undecodable
                await kube.delete(CONFIG_MAPS, "bad-from-the-start", namespace=namespace)
                await eventually(lambda: not informer.undecodable)

    scenario()


@asynchronous
async def test_a_callback_that_raises_stops_nothing(cluster: ControlPlane, namespace: str) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    witness = Witness()
    async with (
        await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube,
        informed(kube, namespace, witness) as informer,
    ):
        informer.subscribe(fail)
        await kube.create(CONFIG_MAPS, numbers("a", namespace, x=1))
        await kube.create(CONFIG_MAPS, numbers("b", namespace, x=1))
        await eventually(lambda: len(witness.seen) == 2)


@asynchronous
async def test_a_late_subscriber_is_told_what_is_there(
    cluster: ControlPlane, namespace: str
) -> None:
    late = Witness()
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await kube.create(CONFIG_MAPS, numbers("a", namespace, x=1))
        async with informed(kube, namespace) as informer:
            informer.subscribe(late.change)
            assert late.seen == [("a", None, {"x": 1})]
            await kube.create(CONFIG_MAPS, numbers("b", namespace, x=2))
            await eventually(lambda: len(late.seen) == 2)


@asynchronous
async def test_what_happens_while_the_connection_is_cut_is_not_lost(
    cluster: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    """After a cut the watch goes on where it was: each change is told once, in order."""
    witness = Witness()
    async with (
        Proxy.before(cluster.url) as proxy,
        await Cluster.connect(
            kubeconfig=proxy.kubeconfig(cluster.kubeconfig, tmp_path / "k")
        ) as cuttable,
        await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube,
    ):
        await kube.create(CONFIG_MAPS, numbers("a", namespace, x=0))
        async with informed(cuttable, namespace, witness) as informer:
            for number in range(1, 4):
                proxy.cut()
                patch = {"data": {"x": str(number)}}
                await kube.merge_patch(CONFIG_MAPS, "a", patch, namespace=namespace)
                await eventually(lambda: len(witness.seen) > number)  # noqa: B023
            assert [new["x"] for _, _, new in witness.seen if new] == [0, 1, 2, 3]
            proxy.cut()
            await kube.delete(CONFIG_MAPS, "a", namespace=namespace)
            await eventually(lambda: not informer.items)


@asynchronous
async def test_a_silent_connection_is_given_up(
    cluster: ControlPlane, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A peer that is gone without a word does not leave us with old news for ever."""
    monkeypatch.setattr("aup.kube.watch.SILENCE_SECONDS", 0.5)
    async with (
        Proxy.before(cluster.url) as proxy,
        await Cluster.connect(
            kubeconfig=proxy.kubeconfig(cluster.kubeconfig, tmp_path / "k"), seconds=1.0
        ) as cuttable,
        await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube,
        informed(cuttable, namespace) as informer,
    ):
        proxy.pause()
        await kube.create(CONFIG_MAPS, numbers("a", namespace, x=1))
        await eventually(lambda: informer.problem is not None)
        assert not informer.items
        proxy.resume()
        await eventually(lambda: bool(informer.items) and informer.problem is None)


@asynchronous
async def test_a_forgotten_position_leads_to_a_new_list(
    cluster: ControlPlane, crd: Resource
) -> None:
    """After a 410 the new list is compared with the old items: deletions are told as well."""
    witness = Witness()
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await kube.create(crd, crd.manifest("stays", data={"x": "1"}))
        informer = Informer(kube, crd, read_numbers, on_change=witness.change)
        gone, stays = ObjectKey("", "gone"), ObjectKey("", "stays")
        informer.items = {gone: Data({"x": 9}), stays: Data({"x": 0})}
        # The kind is younger than this, and so is the API server's memory of its events.
        informer._version = "1"
        task = asyncio.create_task(informer.run())
        await asyncio.wait_for(informer.synced.wait(), 15)
        task.cancel()
        assert sorted(witness.seen) == [("gone", {"x": 9}, None), ("stays", {"x": 0}, {"x": 1})]
        assert informer.items == {stays: Data({"x": 1})}


@asynchronous
async def test_an_optional_kind_is_empty_until_it_is_served(
    cluster: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CRD that is installed later is found; one that is removed leaves nothing behind."""
    monkeypatch.setattr("aup.kube.watch.UNSERVED_WAIT_SECONDS", 0.2)
    late = number_kind("latenumbers")
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        informer = Informer(kube, late, read_numbers, optional=True)
        task = asyncio.create_task(informer.run())
        await asyncio.wait_for(informer.synced.wait(), 15)
        assert not await kube.has(late)
        await install(kube, late)
        await kube.create(late, late.manifest("a", data={"x": "1"}))
        await eventually(lambda: informer.items == {ObjectKey("", "a"): Data({"x": 1})})
        await kube.delete(CUSTOM_RESOURCE_DEFINITIONS, late.group_resource)
        await eventually(lambda: not informer.items)
        task.cancel()


@asynchronous
async def test_a_kind_that_must_be_there_is_not_taken_for_empty(cluster: ControlPlane) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        informer = Informer(kube, number_kind("absentnumbers"), read_numbers)
        task = asyncio.create_task(informer.run())
        await eventually(lambda: informer.problem is not None)
        assert not informer.synced.is_set()
        task.cancel()


@asynchronous
async def test_a_reader_without_rights_is_never_synced_and_says_why(
    cluster: ControlPlane, namespace: str
) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        informer = Informer(kube.as_user("nobody"), SECRETS, typed(Data), namespace=namespace)
        task = asyncio.create_task(informer.run())
        await eventually(lambda: "cannot list" in (informer.problem or ""))
        assert not informer.synced.is_set()
        task.cancel()


@asynchronous
async def test_who_takes_one_look_without_rights_is_told_and_not_kept_waiting(
    cluster: ControlPlane,
) -> None:
    """As ``aup impact`` does: rights do not come while a person waits."""
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        async with asyncio.timeout(30):
            with pytest.raises(ForbiddenError, match='User "nobody" cannot list resource'):
                async with look(kube.as_user("nobody"), "aup-system", frozenset()):
                    pytest.fail("nothing can have been seen")


@asynchronous
async def test_an_event_of_many_megabytes_passes(cluster: ControlPlane, namespace: str) -> None:
    """The API server writes ``<`` as six bytes: a tenant must not be able to break a watch."""
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        witness = Witness()
        async with informed(kube, namespace, witness) as informer:
            await kube.create(CONFIG_MAPS, numbers("big", namespace, x="<" * 1_000_000))
            await kube.create(CONFIG_MAPS, numbers("next", namespace, x=1))
            await eventually(lambda: bool(informer.items))
            assert witness.refused == ["big"]


@asynchronous
async def test_a_quiet_stream_learns_at_once_how_far_it_is(
    cluster: ControlPlane, namespace: str
) -> None:
    """Also without a bookmark, of which there is one in a minute; and it goes on from there."""
    versions: list[str] = []
    witness = Witness()
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await kube.create(CONFIG_MAPS, numbers("a", namespace, x=1))
        async with informed(kube, namespace, witness, on_version=versions.append) as informer:
            await kube.create(SECRETS, SECRETS.manifest("other", namespace=namespace))
            now = await kube.version(CONFIG_MAPS)
            assert int(versions[-1]) < now
            await informer.advance()
            assert int(versions[-1]) >= now
            await kube.create(CONFIG_MAPS, numbers("b", namespace, x=2))
            await eventually(lambda: len(witness.seen) == 2)
            assert versions == sorted(versions, key=int)


@asynchronous
async def test_nothing_is_lost_between_cuts_and_many_writers(
    cluster: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    """Whatever happens meanwhile, in the end the informer holds what the API server holds."""
    chance = random.Random(7)  # noqa: S311  (the same course of events each time)
    async with (
        Proxy.before(cluster.url) as proxy,
        await Cluster.connect(
            kubeconfig=proxy.kubeconfig(cluster.kubeconfig, tmp_path / "k")
        ) as cuttable,
        await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube,
        informed(cuttable, namespace) as informer,
    ):

        async def write(writer: int) -> None:
            while proxy.accepted < 5:
                name = f"w{writer}-{chance.randrange(4)}"
                if chance.random() < 0.3:
                    await kube.delete(CONFIG_MAPS, name, namespace=namespace, missing_ok=True)
                else:
                    await kube.apply(CONFIG_MAPS, numbers(name, namespace, x=chance.randrange(99)))
                await asyncio.sleep(0.01)

        async def cut() -> None:
            while proxy.accepted < 5:
                await eventually(lambda: informer.problem is None)
                await asyncio.sleep(0.1)
                proxy.cut()
                await eventually(lambda: informer.problem is not None)

        await asyncio.gather(cut(), *(write(writer) for writer in range(4)))
        await kube.create(CONFIG_MAPS, numbers("last", namespace, x=1))
        await eventually(lambda: ObjectKey(namespace, "last") in informer.items)
        listed = kube.list_objects(CONFIG_MAPS, namespace=namespace, labels="app=numbers")
        stored = {item["metadata"]["name"]: item["data"]["x"] async for item in listed}
        assert {key.name: str(held.data["x"]) for key, held in informer.items.items()} == stored
