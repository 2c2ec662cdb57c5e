"""What a cloud's load balancers are told: whose target group somebody's pods are in."""

from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import AddressClaim, ClaimSource, Operation, Subject, Writer
from support.corpus import as_json
from support.world import Cluster

ALICE = Writer("alice@acme.example", ("tenants:acme",))
ARN = "arn:aws:elasticloadbalancing:eu-north-1:123456789012:targetgroup/beta-shop/6d0ecf831eec9f09"


def bound(spec: Any, writer: Writer | None = ALICE, **meta: Any) -> tuple[AddressClaim, ...]:
    subject = Subject(
        group="elbv2.k8s.aws",
        kind="TargetGroupBinding",
        namespace="acme-prod",
        name="x",
        operation=Operation.CREATE,
        writer=writer,
    )
    found = extract(as_json({"metadata": meta, "spec": spec}), subject, Cluster())
    assert found.problems == ()
    return found.exposure.addresses if found.exposure else ()


@pytest.mark.parametrize(
    ("spec", "claimed"),
    [
        ({"targetGroupARN": ARN}, [("spec.targetGroupARN", ARN)]),
        ({"targetGroupName": "beta-shop"}, [("spec.targetGroupName", "beta-shop")]),
        (
            {"targetGroupARN": ARN, "targetGroupName": "acme-legacy"},
            [("spec.targetGroupARN", ARN)],
        ),
        (
            {"targetGroupARN": "", "targetGroupName": "beta-shop"},
            [("spec.targetGroupName", "beta-shop")],
        ),
        ({"serviceRef": {"name": "web", "port": 80}}, []),
    ],
)
def test_the_group_is_what_its_arn_says_and_else_its_name(
    spec: Any, claimed: list[tuple[str, str]]
) -> None:
    """The controller follows the ARN, which it writes itself where there is a name alone."""
    found = bound(spec)
    assert [(one.path, one.text) for one in found] == claimed
    assert all(one.opaque for one in found)


@pytest.mark.parametrize(
    ("writer", "meta", "source"),
    [
        pytest.param(ALICE, {}, ClaimSource.RECORD, id="asked-for"),
        pytest.param(None, {"uid": "1"}, ClaimSource.RECORD, id="stored"),
        pytest.param(None, {}, ClaimSource.SPEC, id="file"),
    ],
)
def test_a_stored_one_may_be_its_controllers(
    writer: Writer | None, meta: dict[str, str], source: ClaimSource
) -> None:
    (found,) = bound({"targetGroupARN": ARN}, writer, **meta)
    assert found.source is source
