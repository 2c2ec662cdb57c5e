"""SupportAccessGrant: a tenant lets the provider's staff into its pods, for a time.

Mirrors crds/aup.asergo.com_supportaccessgrants.yaml.
"""

import msgspec

from aup.api.meta import API_VERSION, ObjectMeta, Time


class SupportAccessGrantSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who may enter which pods of this namespace, and until when."""

    users: tuple[str, ...] = ()
    """User names of staff. At least one user or group is named."""
    groups: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    """Names of pods; empty: all of the namespace."""
    reason: str
    starts_at: Time | None = None
    """Default: at once."""
    expires_at: Time


class SupportAccessGrant(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Written consent of a tenant; namespaced, and never written by who it lets in."""

    api_version: str = API_VERSION
    kind: str = "SupportAccessGrant"
    metadata: ObjectMeta
    spec: SupportAccessGrantSpec
