"""AdmissionReview ⇄ facts and decision (admission.k8s.io/v1, pure).

The envelope says who asks, for which object and subresource; the objects inside stay raw bytes
until an extractor reads what rules need of them.
"""

import re
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from aup.engine import message
from aup.engine.decision import Decision, Finding
from aup.errors import AupError
from aup.facts.model import Operation, Subject, Writer
from aup.text import printable


class InvalidReviewError(AupError):
    """The request is not an AdmissionReview that can be answered."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(f"not an AdmissionReview: {printable(problem)}")
        self.problem = problem


class GroupVersionKind(msgspec.Struct, frozen=True):
    """What kind the object inside is, after conversion."""

    kind: str
    group: str = ""


class GroupVersionResource(msgspec.Struct, frozen=True):
    """By which resource it comes, after conversion."""

    resource: str = ""
    group: str = ""


class UserInfo(msgspec.Struct, frozen=True):
    """Who asks, as authenticated."""

    username: str = ""
    groups: list[str] | None = None


class Request(msgspec.Struct, frozen=True, rename="camel"):
    """The request of a review. Objects stay raw until they are extracted."""

    uid: str
    kind: GroupVersionKind
    operation: str
    namespace: str = ""
    name: str = ""
    sub_resource: str = ""
    resource: GroupVersionResource = GroupVersionResource()
    dry_run: bool = False
    user_info: UserInfo = UserInfo()
    object: msgspec.Raw = msgspec.Raw(b"null")
    old_object: msgspec.Raw = msgspec.Raw(b"null")


class Review(msgspec.Struct, frozen=True, rename="camel"):
    """The envelope."""

    request: Request


JUDGED: Final = frozenset(Operation)
"""Operations that rules are about."""
IGNORED: Final = "DELETE"
"""The one that is no rule's: what may not be deleted, the guard and the quarantine lock keep."""

_HEAD: Final = re.compile(
    rb"""\s*\{(?:\s*"(?:kind|apiVersion)"\s*:\s*"[^"\\]*"\s*,)*"""
    rb"""\s*"request"\s*:\s*\{\s*"uid"\s*:\s*"([!#-\[\]-~]{1,128})\""""
)
"""The beginning of a review as the API server writes it; nothing of a tenant stands before."""

_NAME: Final = re.compile(
    rb"""\{(?:"(?:kind|apiVersion)":"[^"\\]*",)*"metadata":"""
    rb"""\{(?:"name":"([!#-\[\]-~]{1,253})"|"generateName":"([!#-\[\]-~]{1,253})","namespace":)"""
)
"""The beginning of an object of Kubernetes' own kinds as the API server writes it: first the name,
then the generated prefix, then the namespace. Others are sorted, the prefix before the name."""


class OwnerReference(msgspec.Struct, frozen=True):
    """Whose an object is."""

    uid: str = ""
    controller: bool | None = None


class ObjectMeta(msgspec.Struct, frozen=True, rename="camel"):
    """Which object it is, and who made it."""

    name: str | None = None
    generate_name: str | None = None
    uid: str | None = None
    resource_version: str | None = None
    owner_references: list[OwnerReference | None] | None = None

    @property
    def controller(self) -> OwnerReference | None:
        """The owner that manages it, if any does."""
        return next((o for o in self.owner_references or () if o and o.controller), None)


class _Object(msgspec.Struct, frozen=True):
    metadata: ObjectMeta | None = None


_REVIEWS = msgspec.json.Decoder(Review)
_OBJECTS = msgspec.json.Decoder(_Object)
_ENCODER = msgspec.json.Encoder()


def decode(body: bytes) -> Request:
    """Read a review.

    Raises:
        InvalidReviewError: the body is not JSON, or not a review with a uid.

    """
    try:
        return _REVIEWS.decode(body).request
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidReviewError(problem=str(error)) from error


def uid_of(body: bytes) -> str:
    """Return the uid of a review that cannot be read as a whole; empty when it has none there."""
    found = _HEAD.match(body)
    return found[1].decode("ascii") if found else ""


def subject(request: Request) -> Subject:
    """Return what is under judgement.

    Raises:
        InvalidReviewError: the operation is none that a rule can be about.

    """
    if request.operation not in JUDGED:
        raise InvalidReviewError(problem=f"operation {request.operation} is not known")
    return replace(
        envelope(request),
        name=request.name or _name(request.object),
        operation=Operation(request.operation),
    )


def envelope(request: Request) -> Subject:
    """Return what is known of the object before it is looked at: not yet a name of its own."""
    return Subject(
        group=request.kind.group,
        kind=request.kind.kind,
        # request.namespace is authoritative: the object may leave its own out.
        namespace=request.namespace,
        name=request.name,
        subresource=request.sub_resource,
        writer=Writer(request.user_info.username, tuple(request.user_info.groups or ())),
    )


def metadata(raw: msgspec.Raw) -> ObjectMeta:
    """Return the metadata of an object; nothing of one that cannot be read, which rules refuse."""
    try:
        return _OBJECTS.decode(raw).metadata or ObjectMeta()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ObjectMeta()


def answer(request: Request, decision: Decision) -> bytes:
    """Encode the verdict: 403 with every finding, or allowed with warnings."""
    response: dict[str, Any] = {"uid": request.uid, "allowed": decision.allowed}
    if not decision.allowed:
        response["status"] = _status(
            message.denial(decision), 403, "Forbidden", [_cause(f) for f in message.told(decision)]
        )
    if lines := message.warnings(decision):
        response["warnings"] = lines
    if notes := _audit_annotations(decision):
        response["auditAnnotations"] = notes
    return encode(response)


def allow(uid: str) -> bytes:
    """Encode an answer to a request that no rule concerns."""
    return encode({"uid": uid, "allowed": True})


def refuse(uid: str, text: str, code: int = 429, reason: str = "TooManyRequests") -> bytes:
    """Encode a refusal that is ours, not the policy's: overload, deadline, terms unknown.

    It travels as HTTP 200: a 5xx would be an admission under ``failurePolicy: Ignore``.
    """
    return encode({"uid": uid, "allowed": False, "status": _status(text, code, reason, [])})


def encode(response: dict[str, Any]) -> bytes:
    """Wrap a response into its envelope."""
    return _ENCODER.encode(
        {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
    )


def _status(text: str, code: int, reason: str, causes: list[dict[str, str]]) -> dict[str, object]:
    """Return a Kubernetes Status of a refusal."""
    status: dict[str, object] = {
        "status": "Failure",
        "message": text,
        "reason": reason,
        "code": code,
    }
    if causes:
        status["details"] = {"causes": causes}
    return status


def _cause(finding: Finding) -> dict[str, str]:
    """Return a finding as a StatusCause."""
    return {
        "reason": finding.rule,
        "field": finding.violation.path,
        "message": message.sentence(finding),
    }


def _audit_annotations(decision: Decision) -> dict[str, str]:
    """Return what goes to the API server's audit log: rules and outcomes, and by whose leave."""
    if not decision.findings:
        return {}
    policy = decision.policy
    found = ",".join(dict.fromkeys(f"{f.rule}={f.outcome}" for f in decision.findings))
    notes = {"policy": policy.stamp, "findings": found}
    if leave := ",".join(dict.fromkeys(f.exemption for f in decision.findings if f.exemption)):
        notes["exemptions"] = leave
    return notes


def _name(raw: msgspec.Raw) -> str:
    """Return ``metadata.name`` or the generated prefix; the verdict never depends on it."""
    if found := _NAME.match(raw):
        name, prefix = found.groups()  # without a pass through all of a large object
        return (name or prefix + b"*").decode("ascii")
    meta = metadata(raw)
    return meta.name or (f"{meta.generate_name}*" if meta.generate_name else "")
