"""What is taken holds no secret."""

import json

from hypothesis import given
from hypothesis import strategies as st

from aup.evidence.snapshot import scrubbed, taken

SECRET = "hunter2"
CONTAINER = {
    "name": "web",
    "image": "registry.example/shop:1",
    "env": [
        {"name": "PASSWORD", "value": SECRET},
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    ],
}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web",
        "managedFields": [{"manager": "kubectl"}],
        "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": json.dumps(
                {"kind": "Pod", "spec": {"containers": [CONTAINER]}}
            ),
            "note": "plain words",
            "broken": '{"env": [{"name": "P", "value": "hunter2"',
        },
    },
    "spec": {"containers": [CONTAINER], "initContainers": [CONTAINER]},
}


def test_names_of_variables_are_kept_and_values_are_not() -> None:
    kept = scrubbed(POD)
    assert SECRET not in json.dumps(kept)
    env = kept["spec"]["containers"][0]["env"]
    assert env[0] == {"name": "PASSWORD", "value": "(removed)"}
    assert env[1] == CONTAINER["env"][1]
    assert "managedFields" not in kept["metadata"]
    assert kept["metadata"]["annotations"]["note"] == "plain words"


def test_secret_and_config_map_keep_their_keys_only() -> None:
    for kind in ("Secret", "ConfigMap"):
        fields = {"data": {"k": SECRET}, "stringData": {"s": SECRET}, "binaryData": None}
        kept = scrubbed({"kind": kind, "metadata": {}, **fields})
        assert kept["data"] == {"k": "(removed)"}
        assert kept["stringData"] == {"s": "(removed)"}


@given(
    path=st.lists(st.sampled_from(["spec", "template", "jobTemplate", "containers"]), max_size=5),
    in_list=st.booleans(),
)
def test_values_are_found_at_any_depth(path: list[str], *, in_list: bool) -> None:
    """Kinds that nobody has thought of have pod templates too."""
    value: object = dict(CONTAINER)
    for step in path:
        value = {step: [value] if in_list else value}
    assert SECRET not in json.dumps(scrubbed({"kind": "Thing", "metadata": {}, "spec": value}))


def test_the_entry_names_the_object_and_the_hash_of_what_is_kept() -> None:
    ((item, data),) = taken([POD])
    assert (item.kind, item.name) == ("Pod", "web")
    assert SECRET.encode() not in data


def test_the_object_itself_is_not_changed() -> None:
    before = json.dumps(POD)
    scrubbed(POD)
    assert json.dumps(POD) == before
