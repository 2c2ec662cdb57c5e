"""Events on a real API server, as kubectl shows them."""

import json
from typing import Any

import pytest

from aup.kube.client import Cluster
from aup.kube.events import EventPoster, Regarding
from aup.kube.resource import CONFIG_MAPS, EVENTS, NAMESPACES
from support.asynchronous import asynchronous
from support.controlplane import ControlPlane


def events(cluster: ControlPlane, namespace: str, reason: str) -> list[dict[str, Any]]:
    """Return the Events of a reason as the core API shows them."""
    found = cluster.kubectl(
        "get", "events", "-n", namespace, "--field-selector", f"reason={reason}", "-o", "json"
    )
    items: list[dict[str, Any]] = json.loads(found.stdout)["items"]
    return items


@asynchronous
async def test_an_event_stands_beside_its_object(cluster: ControlPlane, namespace: str) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        made = await kube.create(CONFIG_MAPS, CONFIG_MAPS.manifest("web", namespace=namespace))
        poster = EventPoster(kube, instance="controller-0")
        note = "spec.data is more than it looks."
        await poster.post(Regarding.of(made), "Found", note, action="Look", type="Warning")
    (event,) = events(cluster, namespace, "Found")
    assert event["involvedObject"]["uid"] == made["metadata"]["uid"]
    assert (event["message"], event["type"]) == (note, "Warning")
    assert event["reportingComponent"] == "aup-operator"
    described = cluster.kubectl("describe", "configmap", "web", "-n", namespace).stdout
    assert note in described


@asynchronous
async def test_an_event_about_a_cluster_scoped_object_is_shown_with_it(
    cluster: ControlPlane, namespace: str
) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        made = await kube.get(NAMESPACES, namespace)
        poster = EventPoster(kube, instance="controller-0")
        await poster.post(Regarding.of(made), "NamespaceClaimed", "Now acme's.", action="Claim")
        by_name = Regarding.to(NAMESPACES, namespace, uid=made["metadata"]["uid"])
        await poster.post(by_name, "NamespaceLeft", "No more.", action="Claim")
    shown = cluster.kubectl("events", "--for", f"namespace/{namespace}", "-n", "default").stdout
    assert "Now acme's." in shown
    assert "No more." in shown


@asynchronous
async def test_a_repetition_is_counted_and_not_another_event(
    cluster: ControlPlane, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count is written once in a while; another note is another Event."""
    regarding = Regarding.to(CONFIG_MAPS, "web", namespace=namespace)
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        poster = EventPoster(kube, instance="controller-0")
        for _ in range(3):
            await poster.post(regarding, "Again", "the same.", action="Look")
        (event,) = events(cluster, namespace, "Again")
        assert event.get("series") is None, "repeated within the minute, so not written yet"
        monkeypatch.setattr("aup.kube.events.SERIES_SECONDS", 0.0)
        await poster.post(regarding, "Again", "the same.", action="Look")
        await poster.post(regarding, "Again", "something else.", action="Look")
    found = {event["message"]: event for event in events(cluster, namespace, "Again")}
    assert set(found) == {"the same.", "something else."}
    assert found["the same."]["series"]["count"] == 4


@asynchronous
async def test_a_repetition_of_an_event_that_was_swept_away_is_a_new_one(
    cluster: ControlPlane, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aup.kube.events.SERIES_SECONDS", 0.0)
    regarding = Regarding.to(CONFIG_MAPS, "web", namespace=namespace)
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        poster = EventPoster(kube, instance="controller-0")
        await poster.post(regarding, "Swept", "x.", action="Look")
        (event,) = events(cluster, namespace, "Swept")
        await kube.delete(EVENTS, event["metadata"]["name"], namespace=namespace)
        await poster.post(regarding, "Swept", "x.", action="Look")
    assert len(events(cluster, namespace, "Swept")) == 1


@asynchronous
async def test_a_long_note_is_cut_where_a_character_ends(
    cluster: ControlPlane, namespace: str
) -> None:
    regarding = Regarding.to(CONFIG_MAPS, "n" * 253, namespace=namespace)
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        poster = EventPoster(kube, instance="controller-0")
        await poster.post(regarding, "Long", "ø" * 2000, action="Look")
    (event,) = events(cluster, namespace, "Long")
    assert event["message"].startswith("øøø")
    assert event["message"].endswith("ø…")
    assert 1000 < len(event["message"].encode()) <= 1024


@asynchronous
async def test_an_event_that_cannot_be_posted_breaks_nothing(
    cluster: ControlPlane, namespace: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged; once it can be posted, it is."""
    regarding = Regarding.to(CONFIG_MAPS, "web", namespace=namespace)
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        poster = EventPoster(kube.as_user("nobody"), instance="controller-0")
        await poster.post(regarding, "Refused", "x.", action="Look")
        assert "event not posted" in caplog.text
        assert events(cluster, namespace, "Refused") == []
        cluster.kubectl(
            *("create", "role", "poster", "-n", namespace),
            *("--verb=create,patch", "--resource=events.events.k8s.io"),
        )
        cluster.kubectl(
            "create", "rolebinding", "poster", "--role=poster", "--user=nobody", "-n", namespace
        )
        await poster.post(regarding, "Refused", "x.", action="Look")
    assert len(events(cluster, namespace, "Refused")) == 1
