"""Ordinary manifests under the contracts that we ship: a tenant in good standing sees nothing."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from aup import presets
from aup.api.meta import read
from aup.api.policy import AcceptableUsePolicy
from aup.api.tenant import Acceptance, Tenant
from aup.engine import message
from aup.engine.decision import Decision
from aup.engine.evaluate import evaluate
from aup.facts.extract import extract, extract_object
from aup.facts.model import Offline, Operation, Subject, Writer
from aup.policy.compiler import compile_terms
from aup.policy.terms import Terms
from aup.policy.world import compile_world
from aup.rules import RULE_IDS
from support.corpus import CASES, as_json, documents
from support.replacing import replace
from support.world import NOW, PLATFORM_NAMESPACES, Cluster, world_objects

ORDINARY = CASES / "ordinary"
FILES = sorted(ORDINARY.rglob("*.yaml"))


every_preset = pytest.mark.parametrize("preset", presets.names())


@cache
def shipped_terms(preset: str) -> Terms:
    """Return what acme is held to when its provider applies a preset as it is.

    It accepted the edition, as every tenant in good standing did where that is asked for.
    """
    policy = read(AcceptableUsePolicy, presets.load(preset))
    world = compile_world(
        replace(
            world_objects(),
            policies=(policy,),
            tenants=tuple(_held_to(tenant, policy) for tenant in world_objects().tenants),
        ),
        rules=RULE_IDS,
        platform_namespaces=PLATFORM_NAMESPACES,
    )
    assert not world.troubles, world.troubles
    terms = compile_terms(world, "acme", NOW)
    assert isinstance(terms, Terms), terms
    return terms


def _held_to(tenant: Tenant, policy: AcceptableUsePolicy) -> Tenant:
    """Return a tenant as a customer of another provider."""
    accepted = Acceptance(revision=policy.spec.revision, at=NOW, by="cfo@acme.example")
    spec = structs.replace(tenant.spec, policy=policy.metadata.name, acceptance=accepted)
    return structs.replace(tenant, spec=spec)


def judge(obj: dict[str, Any], preset: str) -> Decision:
    """Judge an object that somebody of acme creates."""
    subject = Subject(
        group=str(obj["apiVersion"]).rpartition("/")[0],
        kind=obj["kind"],
        namespace="acme-prod",
        name=obj["metadata"]["name"],
        subresource="",
        operation=Operation.CREATE,
        writer=Writer("alice@acme.example", ("tenants:acme", "system:authenticated")),
    )
    return evaluate(extract(as_json(obj), subject, Cluster()), shipped_terms(preset))


@every_preset
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ORDINARY).as_posix())
def test_an_ordinary_manifest_has_no_finding(path: Path, preset: str) -> None:
    """Neither a refusal nor a warning."""
    for obj in documents(path):
        decision = judge(obj, preset)
        assert not decision.denials, message.denial(decision)
        assert not decision.warnings, message.warnings(decision)
        offline = evaluate(extract_object(obj, decision.subject, Offline()), shipped_terms(preset))
        assert not offline.denials + offline.warnings


@pytest.mark.parametrize(
    ("name", "own", "foreign", "rule"),
    [
        ("gitea.yaml", "198.51.100.24", "203.0.113.24", "network/assigned-address"),
        ("gitea.yaml", '"git.acme.example"', "git.beta.example", "network/hostname"),
        ("gateway.yaml", '"*.acme.example"', '"*.example"', "network/hostname"),
        (
            "dedicated-server-backend.yaml",
            "198.51.100.26",
            "192.0.2.21",
            "network/assigned-address",
        ),
        ("prometheus.yaml", "hostNetwork: false", "hostNetwork: true", "host/namespaces"),
        ("bitnami-postgresql.yaml", "privileged: false", "privileged: true", "host/privileged"),
        ("service-with-nulls.yaml", "hostPort: 0", "hostPort: 80", "host/port"),
    ],
)
@every_preset
def test_one_changed_value_is_refused(
    tmp_path: Path, name: str, own: str, foreign: str, rule: str, preset: str
) -> None:
    """The silence above is judgement: the same manifest with one foreign value is refused."""
    text = (ORDINARY / name).read_text()
    assert own in text
    changed = tmp_path / name
    changed.write_text(text.replace(own, foreign))
    assert rule in {f.rule for obj in documents(changed) for f in judge(obj, preset).denials}
