"""The test bed's server: what every other integration test stands on."""

import json
from pathlib import Path

import pytest

from support.controlplane import CommandError, ControlPlane
from support.controlplane.errors import RefusedError


def test_the_server_is_the_version_that_was_asked_for(cluster: ControlPlane) -> None:
    print(f"ready after {cluster.start_seconds:.1f} s")
    assert cluster.server_version() == f"v{cluster.version}"


def test_kubectl_is_of_the_servers_minor_version(cluster: ControlPlane) -> None:
    """A kubectl of another version on PATH must not be taken."""
    versions = json.loads(cluster.kubectl("version", "-o", "json").stdout)
    client, server = versions["clientVersion"], versions["serverVersion"]
    assert (client["major"], client["minor"]) == (server["major"], server["minor"])


def test_helm_reaches_the_server(cluster: ControlPlane, namespace: str) -> None:
    assert json.loads(cluster.helm("list", "--namespace", namespace, "-o", "json").stdout) == []


def test_a_fresh_namespace_takes_a_pod_at_once(cluster: ControlPlane, namespace: str) -> None:
    cluster.kubectl("run", "web", "--image=registry.example/web", "--namespace", namespace)
    cluster.kubectl("get", "pod", "web", "--namespace", namespace)


def test_controllers_work_and_collect_garbage(cluster: ControlPlane, namespace: str) -> None:
    """A Deployment gets its pods, and its ReplicaSets go with it."""
    place = ("--namespace", namespace)
    cluster.kubectl(
        *("create", "deployment", "web", "--image=registry.example/web", "--replicas=2", *place)
    )
    replicas = "--for=jsonpath={.status.replicas}=2"
    cluster.kubectl("wait", "deployment/web", replicas, "--timeout=30s", *place)
    pods = cluster.kubectl("get", "pods", "-l", "app=web", "-o", "name", *place).stdout.split()
    assert len(pods) == 2
    cluster.kubectl("delete", "deployment", "web", "--cascade=background", *place)
    cluster.kubectl("wait", "--for=delete", "replicasets,pods", "--all", "--timeout=30s", *place)


def test_a_user_is_known_by_name_and_groups_and_may_do_nothing(cluster: ControlPlane) -> None:
    anna = cluster.as_user("anna", ["developers", "oncall"])
    review = json.loads(anna.kubectl("auth", "whoami", "-o", "json").stdout)
    user = review["status"]["userInfo"]
    assert user["username"] == "anna"
    assert {"developers", "oncall"} <= set(user["groups"])
    with pytest.raises(CommandError, match="cannot list resource"):
        anna.kubectl("get", "secrets", "--all-namespaces")


def test_impersonation_is_held_to_the_other_users_rights(
    cluster: ControlPlane, namespace: str
) -> None:
    place = ("--namespace", namespace)
    answer = cluster.kubectl("get", "pods", *place, as_user="bert", as_groups=["x"], check=False)
    assert answer.returncode == 1
    assert 'User "bert" cannot list resource "pods"' in answer.stderr


def test_a_service_account_acts_under_its_own_rights(
    cluster: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    """A process with its kubeconfig may do what RBAC grants the account, and nothing else."""
    place = ("--namespace", namespace)
    cluster.kubectl("create", "serviceaccount", "robot", *place)
    cluster.kubectl(
        *("create", "rolebinding", "robot", "--clusterrole=view", *place),
        f"--serviceaccount={namespace}:robot",
    )
    kubeconfig = cluster.service_account_kubeconfig(namespace, "robot", tmp_path / "robot")
    assert kubeconfig.stat().st_mode & 0o777 == 0o600
    robot = cluster.as_service_account(namespace, "robot")
    answer = robot.kubectl("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}")
    assert answer.stdout == f"system:serviceaccount:{namespace}:robot"
    robot.kubectl("get", "pods")  # its kubeconfig names its namespace
    with pytest.raises(CommandError, match="cannot create resource"):
        robot.kubectl("create", "configmap", "x")


def test_pods_run_on_nodes_with_addresses_of_their_own(
    cluster: ControlPlane, namespace: str
) -> None:
    place = ("--namespace", namespace)
    first, second = cluster.nodes(2, {"topology.kubernetes.io/region": "eu-north-1"})
    for name in ("a", "b", "c"):
        cluster.kubectl("run", name, "--image=registry.example/web", *place)
    addresses = {
        cluster.run_pod(namespace, name, node=node)
        for name, node in (("a", first), ("b", first), ("c", second))
    }
    assert len(addresses) == 3
    cluster.kubectl("wait", "--for=condition=Ready", "pods", "--all", "--timeout=10s", *place)
    pod = json.loads(cluster.kubectl("get", "pod", "a", "-o", "json", *place).stdout)
    node = json.loads(cluster.kubectl("get", "node", first, "-o", "json").stdout)
    assert pod["spec"]["nodeName"] == first
    assert pod["status"]["phase"] == "Running"
    assert pod["status"]["hostIP"] == node["status"]["addresses"][0]["address"]
    assert node["metadata"]["labels"]["topology.kubernetes.io/region"] == "eu-north-1"
    assert "taints" not in node["spec"]


def test_the_gateway_api_can_be_installed(cluster: ControlPlane, namespace: str) -> None:
    cluster.install_gateway_api()
    gateway = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {
            "gatewayClassName": "any",
            "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
        },
    }
    cluster.kubectl("create", "-f", "-", input=json.dumps(gateway))


def test_an_unknown_path_is_told_from_an_unreachable_server(cluster: ControlPlane) -> None:
    with pytest.raises(RefusedError, match="404"):
        cluster.get("/apis/nothing.example/v1")


def test_an_unknown_version_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no Kubernetes 1\.2\.3: .* 1\.33, 1\.36"):
        ControlPlane("1.2.3")
