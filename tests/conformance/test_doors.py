"""One file, three doors: webhook, audit and command line say the same of every case.

A file alone cannot say what a subresource writes, who asks, or what a cluster knows; a case that
turns on that says so itself, in an annotation ``case/…`` (aup/cli/cases.py lists them).
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from aup.audit.stored import judge, read_stored
from aup.cli.cases import AUDIT, BUDGET, GROUPS, OFFLINE, SUBRESOURCE, USER
from aup.cli.main import main
from aup.cli.reduce import reduced, written
from aup.engine import message
from aup.text import clip
from support.corpus import CASES, as_json, cases, documents
from support.reviews import review, send
from support.world import NOW, WORLD_FILE, Cluster, load_world, manifests, terms

NAMESPACE = "acme-prod"
ORDINARY = sorted((CASES / "ordinary").rglob("*.yaml"))
FILES = [*(case.path for case in cases()), *ORDINARY]
TENANTS = {
    namespace: name
    for name, account in load_world().accounts.items()
    for namespace in account.tenant.spec.namespaces.names
}


class Finding(NamedTuple):
    """What every door tells of a finding that somebody hears of."""

    rule: str
    path: str
    sentence: str
    """With the value and the remedy."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a door says of one object."""

    denied: frozenset[Finding]
    warned: frozenset[str]
    """As the API server prints them."""


@dataclass(frozen=True, slots=True)
class One:
    """An object of a file, as the API server would get it."""

    file: Path
    number: int
    obj: dict[str, Any]

    @property
    def namespace(self) -> str:
        """Return where it is."""
        return str(self.obj["metadata"].get("namespace") or NAMESPACE)

    @property
    def said(self) -> dict[str, str]:
        """Return what the object says about its case."""
        annotations = self.obj["metadata"].get("annotations") or {}
        return {key: value for key, value in annotations.items() if key.startswith("case/")}

    @property
    def cluster(self) -> Cluster:
        """Return what is around it."""
        return Cluster(settled=self.said.get(BUDGET) != "unsettled")


OBJECTS = [One(file, number, obj) for file in FILES for number, obj in enumerate(documents(file))]


def name(one: One) -> str:
    """Return ``host/port/denied/plain#0``."""
    return f"{one.file.relative_to(CASES).with_suffix('')}#{one.number}"


@cache
def webhook() -> dict[str, Said]:
    """Ask the service over HTTP, as the API server does."""
    found = {}
    for settled in (True, False):
        cluster = Cluster(settled=settled)
        those = [one for one in OBJECTS if one.cluster == cluster]
        for begin in range(0, len(those), 50):
            some = those[begin : begin + 50]
            answers = send(*map(request, some), surroundings=cluster)
            for one, answer in zip(some, answers, strict=True):
                response = answer.response
                causes = response.get("status", {}).get("details", {}).get("causes", [])
                denied = (Finding(c["reason"], c["field"], c["message"]) for c in causes)
                found[name(one)] = Said(frozenset(denied), frozenset(response.get("warnings", ())))
    return found


def request(one: One) -> dict[str, Any]:
    """Return the review of an object, by somebody of the tenant unless the case says by whom."""
    said = one.said
    return review(
        one.obj,
        namespace=one.namespace,
        name=str(one.obj["metadata"].get("name", "")),
        group=str(one.obj["apiVersion"]).rpartition("/")[0],
        subresource=said.get(SUBRESOURCE, ""),
        username=said.get(USER, "alice@acme.example"),
        groups=tuple(said.get(GROUPS, "tenants:acme,system:authenticated").split(",")),
    )


@cache
def audit() -> dict[str, Said]:
    """Judge the bytes that the API server would keep."""
    found = {}
    for one in OBJECTS:
        kept = {**one.obj, "metadata": {**one.obj["metadata"], "namespace": one.namespace}}
        stored = read_stored(as_json(kept), one.obj["apiVersion"], one.obj["kind"])
        judged = judge(stored, terms(TENANTS[one.namespace], NOW), one.cluster)
        findings = judged.findings if judged else ()
        found[name(one)] = Said(
            frozenset(
                Finding(f.rule, f.violation.path, message.sentence(f))
                for f in findings
                if f.outcome == "Deny"
            ),
            frozenset(message.warning(f) for f in findings if f.outcome == "Warn"),
        )
    return found


def check(*bundle: str, of: Iterable[One] = OBJECTS) -> dict[str, Said]:
    """Run the command on the files."""
    files = dict.fromkeys(str(one.file) for one in of)
    out = StringIO()
    with redirect_stdout(out):
        main(["check", "-o", "json", *bundle, "-n", NAMESPACE, "--at", NOW.isoformat(), *files])
    said: dict[str, Said] = {}
    numbers: dict[str, int] = {}
    for one in json.loads(out.getvalue())["objects"]:
        number = numbers[one["source"]] = numbers.get(one["source"], -1) + 1
        stem = Path(one["source"]).relative_to(CASES).with_suffix("")
        said[f"{stem}#{number}"] = Said(
            frozenset(
                Finding(f["rule"], f["path"], f["message"])
                for f in one["findings"]
                if f["outcome"] == "Deny"
            ),
            frozenset(warning(f) for f in one["findings"] if f["outcome"] == "Warn"),
        )
    return said


def warning(found: dict[str, str]) -> str:
    """Return a finding of the command as the API server would print it."""
    clause = f", clause {found['clause']}" if found["clause"] else ""
    text = f"would violate [{found['rule']}{clause}] {found['message']}"
    return clip(text, message.WARNING_LIMIT)


@cache
def command() -> dict[str, Said]:
    """Judge files alone."""
    return check("--bundle", str(WORLD_FILE))


@cache
def command_beside_a_cluster() -> dict[str, Said]:
    """Judge files by a bundle that tells of nodes, pods and volumes."""
    return check("--bundle", str(WORLD_FILE), "--bundle", str(CASES / "cluster.yaml"))


HINT = "if this must be so, say why in the case: metadata.annotations {}: <the reason>"
ASKS = {SUBRESOURCE, USER, GROUPS, BUDGET}
"""Annotations of cases that turn on the request, or on the moment, and not on the object."""


@pytest.mark.parametrize("one", OBJECTS, ids=name)
def test_audit_finds_what_the_webhook_refuses(one: One) -> None:
    if not one.said.keys() & {*ASKS, AUDIT}:
        assert audit()[name(one)] == webhook()[name(one)], HINT.format(AUDIT)


@pytest.mark.parametrize("one", OBJECTS, ids=name)
def test_a_file_is_told_what_the_webhook_says(one: One) -> None:
    """A case that needs more than its file says why: annotation case/offline."""
    if not one.said.keys() & {*ASKS, OFFLINE}:
        assert command()[name(one)] == webhook()[name(one)], HINT.format(OFFLINE)


@pytest.mark.parametrize("one", OBJECTS, ids=name)
def test_with_a_cluster_in_the_bundle_nothing_is_different(one: One) -> None:
    if not one.said.keys() & ASKS:
        assert command_beside_a_cluster()[name(one)] == webhook()[name(one)]


@pytest.mark.parametrize("one", [o for o in OBJECTS if o.said.keys() & {OFFLINE, AUDIT}], ids=name)
def test_a_reason_to_differ_is_one(one: One) -> None:
    """An annotation that explains nothing would hide a difference that comes later."""
    for why, door in ((OFFLINE, command), (AUDIT, audit)):
        if why in one.said:
            assert len(one.said[why].split()) > 2
            assert door()[name(one)] != webhook()[name(one)]


@pytest.mark.parametrize("tenant", sorted(load_world().accounts))
def test_an_exported_bundle_judges_as_the_cluster_does(tenant: str, tmp_path: Path) -> None:
    """With the objects that one tenant may see: the same words for each of its cases.

    But for which namespaces are others': the whole bundle is compared without them.
    """
    exported, whole = tmp_path / "bundle.yaml", tmp_path / "whole.yaml"
    whole.write_text(yaml.safe_dump_all(without_others(tenant)), encoding="utf-8")
    text = written(reduced(load_world(), terms(tenant, NOW), NOW), tenant, NOW)
    exported.write_text(text, encoding="utf-8")
    files = {one.file for one in OBJECTS if TENANTS[one.namespace] == tenant}
    own = [one for one in OBJECTS if one.file in files]
    if own:
        by_bundle, by_all = (check("--bundle", str(path), of=own) for path in (exported, whole))
        assert by_bundle == by_all


def without_others(tenant: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of the world, with no namespaces named but one tenant's."""
    for manifest in manifests():
        if manifest["kind"] == "Tenant" and manifest["metadata"]["name"] != tenant:
            yield {**manifest, "spec": {**manifest["spec"], "namespaces": {}}}
        else:
            yield manifest


def test_no_door_is_silent() -> None:
    """The comparisons above compare something."""
    for door in (webhook(), audit(), command()):
        assert len(door) == len(OBJECTS)
        assert sum(bool(said.denied) for said in door.values()) > len(cases("denied")) // 2
