"""Exemption: written consent of the provider.

Mirrors crds/aup.asergo.com_exemptions.yaml.
"""

import msgspec

from aup.api.meta import API_VERSION, Condition, ObjectMeta, Time


class ExemptionScope(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What it covers: a finding must match every list that is not empty; one must not be."""

    namespaces: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    """Repositories with registry, without tag, or with a digest."""
    targets: tuple[str, ...] = ()
    """Canonical CIDRs that hold the address which the finding is about."""


class Approval(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The second person's word."""

    by: str
    """User name; somebody other than who requested."""


class ExemptionSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The consent; immutable but for `approval`, which is set once."""

    tenant: str
    rules: tuple[str, ...]
    scope: ExemptionScope
    reason: str
    requested_by: str
    """User name of who wrote it."""
    starts_at: Time | None = None
    """Default: at once."""
    expires_at: Time
    approval: Approval | None = None
    """Not in force without."""


class ExemptionStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of the exemption. Conditions: InForce."""

    observed_generation: int | None = None
    conditions: tuple[Condition, ...] = ()


class Exemption(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A tenant's leave to do what rules forbid, for a time."""

    api_version: str = API_VERSION
    kind: str = "Exemption"
    metadata: ObjectMeta
    spec: ExemptionSpec
    status: ExemptionStatus = ExemptionStatus()
