"""Stored objects under the engine: the third door, beside the webhook and the command line.

An object is read from the bytes that the API server keeps, through the same extractors.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from aup.engine.decision import Decision, Finding, Outcome
from aup.engine.evaluate import evaluate
from aup.facts.extract import extract
from aup.facts.model import Facts, Problem, Subject, Surroundings
from aup.facts.wire.shape import WHOLE
from aup.policy.terms import Terms

TOLD: Final = (Outcome.DENY, Outcome.WARN)
"""What a person must know of before enforcement begins."""


class _Owner(msgspec.Struct, frozen=True):
    uid: str = ""
    controller: bool | None = None


class _Meta(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    owner_references: tuple[_Owner, ...] | None = None


class _Head(msgspec.Struct, frozen=True):
    metadata: _Meta = _Meta()


_HEADS = msgspec.json.Decoder(_Head)


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as the API server keeps it, and what it is."""

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str
    owner: str
    """Uid of the controller that makes it; empty when nothing does."""
    raw: bytes


@dataclass(frozen=True, slots=True)
class Judged:
    """A stored object that breaks something."""

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str
    owner: str
    findings: tuple[Finding, ...]


def read_stored(raw: bytes, api_version: str, kind: str) -> Stored:
    """Read what an object is; items of a list carry neither kind nor version themselves.

    Raises:
        msgspec.MsgspecError: the bytes are no object.

    """
    meta = _HEADS.decode(raw).metadata
    owners = (owner.uid for owner in meta.owner_references or () if owner.controller)
    return Stored(
        api_version=api_version,
        kind=kind,
        namespace=meta.namespace,
        name=meta.name,
        uid=meta.uid,
        owner=next(owners, ""),
        raw=raw,
    )


def judge(
    stored: Stored,
    terms: Terms,
    surroundings: Surroundings,
    outcomes: tuple[Outcome, ...] = TOLD,
) -> Judged | None:
    """Return what an object breaks, judged as if it were created now; ``None`` for nothing.

    Args:
        stored: the object.
        terms: what its tenant is or will be held to.
        surroundings: the cluster that it is in.
        outcomes: what is of interest.

    """
    subject = Subject(
        group=stored.api_version.rpartition("/")[0],
        kind=stored.kind,
        namespace=stored.namespace,
        name=stored.name,
    )
    decision = _decide(stored.raw, subject, terms, surroundings)
    found = tuple(f for outcome in outcomes for f in decision.by(outcome))
    if not found:
        return None
    return Judged(
        stored.api_version,
        stored.kind,
        stored.namespace,
        stored.name,
        stored.uid,
        stored.owner,
        found,
    )


def _decide(raw: bytes, subject: Subject, terms: Terms, surroundings: Surroundings) -> Decision:
    """Judge an object; a mistake of ours over one is told of it, and keeps nobody from the rest."""
    try:
        return evaluate(extract(raw, subject, surroundings), terms)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are judged
        what = f"ended in a mistake of the operator ({type(error).__name__}) and was not judged"
        problem = Problem(WHOLE, "", what, hides=True, remedy="report it")
        return evaluate(Facts(subject, problems=(problem,)), terms)
