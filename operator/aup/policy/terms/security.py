"""Terms of the section security."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aup.api.sections.security import PodSecurityLevel, SecurityTools, StaffAccess
from aup.policy.addresses import AddressSet
from aup.policy.terms.software import Catalog


@dataclass(frozen=True, slots=True)
class ConsentTerm:
    """A consent to a security test that is in force: it names its targets."""

    name: str
    namespaces: frozenset[str]
    """Empty: every namespace of the tenant."""
    images: tuple[str, ...]
    """Empty: any tool."""
    targets: AddressSet
    hostnames: frozenset[str]
    expires_at: datetime

    def covers(self, namespace: str, images: Iterable[str]) -> bool:
        """Tell whether it is given for a namespace and for each of the images there.

        Args:
            namespace: where the test would run.
            images: what exemptions call them: repositories, with a digest if there is one.

        """
        if self.namespaces and namespace not in self.namespaces:
            return False
        return not self.images or all(
            name in self.images or name.partition("@")[0] in self.images for name in images
        )


@dataclass(frozen=True, slots=True)
class GrantTerm:
    """A tenant's grant of access to its pods that is in force."""

    namespace: str
    users: frozenset[str]
    groups: frozenset[str]
    pods: frozenset[str]
    """Empty: all of the namespace."""


@dataclass(frozen=True, slots=True)
class SecurityTerms:
    """Section ``security``."""

    tenant: str
    level: PodSecurityLevel
    capabilities: frozenset[str]
    """Capabilities that the provider lets containers add, upper case without ``CAP_``."""
    net_raw_must_be_dropped: bool
    """Whether host/capabilities tells of containers that keep NET_RAW."""
    tools: SecurityTools
    tool_commands: frozenset[str]
    consents: tuple[ConsentTerm, ...]
    malware: frozenset[str]
    """Digests, ``sha256:…``."""
    staff_access: StaffAccess
    staff_groups: frozenset[str]
    grants: tuple[GrantTerm, ...]
    catalog: Catalog
    contact: str
