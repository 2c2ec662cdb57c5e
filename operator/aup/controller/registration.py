"""The reconcilers of the controller. A new one gets a line here."""

from aup.controller.context import Context
from aup.controller.reconciler import Reconciler


def reconcilers(_context: Context) -> tuple[Reconciler, ...]:
    """Return every reconciler, in the order in which they begin."""
    return ()
