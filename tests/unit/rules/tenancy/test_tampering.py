"""Tampering: the operator's marks on what exists already, and on what a tenant writes anew."""

from typing import Any

from aup.rules.tenancy.tampering import MAX_MARKS
from support.reviews import review, send

OF_A_TENANT = ("tenants:acme", "system:authenticated")
STAMPS = {"aup.asergo.com/addresses": "198.51.100.16/28"}


def namespace(**annotations: str) -> dict[str, Any]:
    """Return a Namespace as the operator has stamped it, with annotations beside the stamps."""
    labels = {"aup.asergo.com/tenant": "acme", "aup.asergo.com/state": "active"}
    metadata = {"name": "acme-prod", "labels": labels, "annotations": {**STAMPS, **annotations}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def update(obj: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """Return what a user of the tenant is answered."""
    (answer,) = send(review(obj, old=old, operation="UPDATE", groups=OF_A_TENANT, name="acme-prod"))
    return answer.response


def test_stamps_that_stand_on_a_namespace_are_not_held_against_whoever_annotates_it() -> None:
    response = update(namespace(team="web"), namespace())
    assert response["allowed"]
    assert "warnings" not in response


def test_of_very_many_marks_some_are_told() -> None:
    marks = {f"claim.aup.asergo.com/x{i}": "" for i in range(2 * MAX_MARKS)}
    causes = update(namespace(**marks), namespace())["status"]["details"]["causes"]
    assert 0 < len(causes) <= MAX_MARKS


def test_behind_very_many_old_marks_none_is_added() -> None:
    old = namespace(**{f"claim.aup.asergo.com/x{i}": "" for i in range(2 * MAX_MARKS)})
    assert update(old, old)["allowed"]
    for key in ("claim.aup.asergo.com/a", "claim.aup.asergo.com/z"):
        new = {**old, "metadata": {**old["metadata"]}}
        new["metadata"]["annotations"] = {**old["metadata"]["annotations"], key: ""}
        assert not update(new, old)["allowed"]


def test_a_stamp_that_is_rewritten_is_refused() -> None:
    widened = namespace(**{"aup.asergo.com/addresses": "0.0.0.0/0"})
    (cause,) = update(widened, namespace())["status"]["details"]["causes"]
    assert cause["field"] == 'metadata.annotations["aup.asergo.com/addresses"]'


def test_a_stamp_that_is_taken_away_is_refused() -> None:
    """Without its stamp a namespace would be nobody's; the guard holds that in a cluster, too."""
    bare = namespace(team="web")
    del bare["metadata"]["labels"]["aup.asergo.com/tenant"]
    response = update(bare, namespace())
    (cause,) = response["status"]["details"]["causes"]
    assert cause["field"] == 'metadata.labels["aup.asergo.com/tenant"]'
    assert "acme is a mark that only the operator takes away" in cause["message"]
    everything = {**bare, "metadata": {"name": "acme-prod"}}
    assert len(update(everything, namespace())["status"]["details"]["causes"]) == len(STAMPS) + 2


def test_what_a_tenant_wrote_itself_is_its_own_to_take_away() -> None:
    noted = {"aup.asergo.com/note": "ours", "team": "web"}
    response = update(namespace(), namespace(**noted))
    assert response["allowed"]
    assert "warnings" not in response
