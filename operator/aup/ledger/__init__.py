"""A tenant's budget that cannot be overrun: who may take how much of it, decided without I/O.

Two protocols over one ledger, a small object of the API server that is written by compare-and-swap
only. ``reservation`` writes each admission down before it answers. ``escrow`` checks amounts out
to the replicas of the admission service, which then admit from memory. The shell drives either
through `aup.ledger.account.Account`, and the elected controller through `aup.ledger.leader`.

Invariant: the size of all objects that exist never exceeds the budget, whatever crashes, pauses,
lags or gets lost. ``tests/conformance/test_ledger.py`` holds both to it.
"""
