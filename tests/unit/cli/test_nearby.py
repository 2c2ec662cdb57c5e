"""A bundle may tell of the cluster around the manifests."""

from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aup.cli.nearby import nearby
from aup.documents import read_documents
from support.commands import ACME, OWN, Commands, service, write
from support.corpus import CASES
from support.world import NODES, PODS, VOLUMES, Cluster

CLUSTER_FILE = CASES / "cluster.yaml"


def namespace(name: str, **metadata: Any) -> dict[str, Any]:
    """Return a Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **metadata}}


def test_the_cluster_of_the_corpus_is_the_one_that_its_cases_are_judged_in() -> None:
    """Two tellings of one world: here as manifests, there as the tests need it."""
    around, cluster = (
        nearby(
            read_documents(CLUSTER_FILE.read_bytes()), {"acme-prod": "acme", "beta-prod": "beta"}
        ),
        Cluster(),
    )
    assert around.pods_known
    for node in (*NODES, "node-nowhere"):
        assert around.region_of(node) == cluster.region_of(node)
    for address in (*PODS, "192.0.2.99"):
        assert around.owner_of(ip_address(address)) == cluster.owner_of(ip_address(address))
    for claim in (*VOLUMES, "elsewhere"):
        found = around.regions_of_volume("acme-prod", claim)
        assert found == cluster.regions_of_volume("acme-prod", claim)
    for zone in ("eu-north-1a", "eu-west-1a", "us-east-1b", "nowhere-1a"):
        assert around.region_of_zone(zone) == cluster.region_of_zone(zone)


def test_without_any_of_it_nothing_is_known() -> None:
    around = nearby([{"apiVersion": "apps/v1", "kind": "Node"}], {})
    assert not around.pods_known
    assert around.region_of("a") is None
    assert around.owner_of(ip_address("192.0.2.1")) is None
    assert around.budget_settled("a")


def test_a_stamp_counts_more_than_a_claim() -> None:
    stamped = namespace("shop", labels={"aup.asergo.com/tenant": "beta"})
    assert nearby([stamped], {"shop": "acme"}).tenant_of("shop") == "beta"
    assert nearby([namespace("shop")], {"shop": "acme"}).tenant_of("shop") == "acme"


def test_a_quota_that_is_not_in_force_is_known_by_its_stamp() -> None:
    around = nearby([namespace("a", annotations={"aup.asergo.com/budget": "unsettled"})], {})
    assert (around.budget_settled("a"), around.budget_settled("b")) == (False, True)


def test_a_zone_whose_nodes_disagree_is_in_no_region() -> None:
    nodes = [
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": region,
                "labels": {
                    "topology.kubernetes.io/zone": "z",
                    "topology.kubernetes.io/region": region,
                },
            },
        }
        for region in ("a", "b")
    ]
    assert nearby(nodes[:1], {}).region_of_zone("z") == "a"
    assert nearby(nodes, {}).region_of_zone("z") is None


def test_an_object_that_no_api_server_holds_is_told(tmp_path: Path, aup: Commands) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nstatus: {podIPs: [{ip: nope}]}\n"
    bundle = write(tmp_path, "pod.yaml", pod)
    said = aup.run("check", *ACME, "--bundle", bundle, write(tmp_path, "s.yaml", service(OWN)))
    assert (said.code, "aup: the cluster around: 'nope' does not appear" in said.err) == (2, True)
