"""Security: the provider's people come into a tenant's pods only where the tenant lets them.

security/staff-access
    Fields read   who opens exec, attach, port-forward or proxy, or adds an ephemeral container;
                  who writes a SupportAccessGrant
    Allowed       whoever is in no group of `security.staffGroups`: the tenant's own users and
                  ServiceAccounts; staff that a SupportAccessGrant of the namespace names, by user
                  or group, within its time and for its pods; everybody where
                  `security.staffAccess` is Allowed
    Serves        "customer content is accessed only to the extent necessary for support, and with
                  consent" (zenlayer privacy document)

Consent that staff could write for themselves would be none.
"""

from collections.abc import Iterator

from aup.api.sections.security import StaffAccess
from aup.facts.model import Access, Door, Writer
from aup.policy.terms import GrantTerm, SecurityTerms
from aup.rules.base import Rule, Violation
from aup.text import printable


def staff_access(access: Access, terms: SecurityTerms) -> Iterator[Violation]:
    """Yield the way in of a member of staff whom nobody has let in."""
    staff = terms.staff_groups.intersection(access.writer.groups)
    if terms.staff_access is StaffAccess.ALLOWED or not staff:
        return
    if access.door is Door.GRANT:
        yield _own_consent(access, terms)
    elif not any(_lets_in(grant, access) for grant in terms.grants):
        yield _uninvited(access)


def _lets_in(grant: GrantTerm, access: Access) -> bool:
    """Tell whether a grant that is in force opens this door to this person."""
    if grant.namespace != access.namespace or not _names(grant, access.writer):
        return False
    # Behind a Service may be any pod.
    return not grant.pods or (access.door is not Door.SERVICE_PROXY and access.name in grant.pods)


def _names(grant: GrantTerm, writer: Writer) -> bool:
    """Tell whether a grant names a person, or a group that the person is in."""
    return writer.username in grant.users or not grant.groups.isdisjoint(writer.groups)


def _uninvited(access: Access) -> Violation:
    """Return the violation of whom no grant names."""
    who = printable(access.writer.username)
    return Violation(
        path=access.door,
        value="",
        detail=f"to {printable(access.name)} is access by staff ({who}) that no grant of "
        f"namespace {access.namespace} allows now",
        remedy="ask an administrator of the namespace for a SupportAccessGrant that names you",
        key=(access.door, access.name, access.writer.username),
    )


def _own_consent(access: Access, terms: SecurityTerms) -> Violation:
    """Return the violation of a grant that staff write for themselves."""
    return Violation(
        path="spec",
        value="",
        detail=f"lets staff into pods of {terms.tenant} and is written by staff "
        f"({printable(access.writer.username)})",
        remedy="ask an administrator of the namespace to create it",
        key=("grant", access.name),
    )


RULE = Rule(
    id="security/staff-access",
    title="Staff enter a tenant's pods only with the tenant's consent",
    reads=Access,
    terms=lambda terms: terms.security,
    check=staff_access,
    blind=(
        "People of the provider who are in none of the listed groups, or act as somebody else "
        "(impersonation is in the audit log of the API server). Sessions that were open before a "
        "grant ended. Ways around the namespaced API: nodes/proxy, the kubelet, a shell on the "
        "node. Logs, which the API server shows without asking admission."
    ),
)
