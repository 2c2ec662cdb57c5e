"""The reconcilers of the controller. A new one gets a line here."""

from aup.controller.abuse import Abuse
from aup.controller.address_uses import AddressUses
from aup.controller.advice import Advice
from aup.controller.audit import Audit
from aup.controller.certificates import Certificates
from aup.controller.context import Context
from aup.controller.fair_use import FairUse
from aup.controller.guard import Guard
from aup.controller.ledgers import Ledgers
from aup.controller.mail_egress import MailEgress
from aup.controller.preset import Preset
from aup.controller.probe import Probe
from aup.controller.quarantine import Quarantines
from aup.controller.reconciler import Reconciler
from aup.controller.reports import Reports
from aup.controller.revisions import Revisions
from aup.controller.standing import statuses
from aup.controller.tenancy import Tenancy
from aup.controller.use_notices import UseNotices
from aup.settings import LedgerProtocol


def reconcilers(context: Context) -> tuple[Reconciler, ...]:
    """Return every reconciler, in the order in which they begin."""
    certificates = Certificates(context)
    audit = Audit(context)
    notices = UseNotices(measured=bool(context.settings.prometheus_url))
    probe = Probe(context.settings, certificates.trusted)
    ledgers = _ledgers(context, certificates)
    tenancy = Tenancy(context, probe, ledgers)
    return (
        certificates,
        Guard(context),
        Advice(context),
        Preset(context),
        *statuses(context),
        Revisions(context),
        tenancy,
        *((ledgers,) if ledgers else ()),
        audit,
        Reports(context, audit, tenancy.uses, notices),
        AddressUses(context),
        Abuse(context),
        Quarantines(context),
        MailEgress(context),
        FairUse(context, notices),
    )


def _ledgers(context: Context, certificates: Certificates) -> Ledgers | None:
    """Return what leads the ledgers, where budgets are held by any."""
    if context.settings.ledger is LedgerProtocol.NATIVE:
        return None
    return Ledgers(context, lambda: bool(certificates.trusted()))
