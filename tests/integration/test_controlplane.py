"""The test bed itself: what every other integration test stands on."""

from support.controlplane import ControlPlane


def test_the_server_is_the_version_that_was_asked_for(cluster: ControlPlane) -> None:
    print(f"ready after {cluster.start_seconds:.1f} s")
    assert cluster.server_version() == f"v{cluster.version}"


def test_a_fresh_namespace_takes_a_pod_at_once(cluster: ControlPlane, namespace: str) -> None:
    cluster.kubectl("run", "web", "--image=registry.example/web", "--namespace", namespace)
    cluster.kubectl("get", "pod", "web", "--namespace", namespace)
