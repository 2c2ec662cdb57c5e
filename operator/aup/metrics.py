"""Every Prometheus metric of the operator, declared once.

Names are ``aup_…`` in base units; label values come from closed sets (kinds, rule ids, reasons),
never names of namespaces or objects: those are in TenantReports. ``docs/reference/metrics.md`` is
generated from this module.
"""

from prometheus_client import REGISTRY as PROCESS_REGISTRY
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from aup import __version__

REGISTRY = CollectorRegistry(auto_describe=True)
"""Holds our metrics only, so that the documentation can list it whole."""

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Buckets of an answer: from what one rule costs to the limit of the API server."""

# Admission

ADMISSION_DECISIONS = Counter(
    "aup_admission_decisions_total",
    "Answers of the webhook, by kind of object and decision (allow, warn, deny).",
    ("kind", "decision"),
    registry=REGISTRY,
)
ADMISSION_SECONDS = Histogram(
    "aup_admission_duration_seconds",
    "Time from the head of a request to its answer: reading it, waiting in the queue and judging.",
    buckets=SECONDS,
    registry=REGISTRY,
)
ADMISSION_REJECTED = Counter(
    "aup_admission_rejected_total",
    "Reviews that were refused without a judgement, by reason: malformed (cannot be read), "
    "overload (the tenant's queue is full, or too many large reviews wait), deadline (no time "
    "left), unknown_terms (those of the namespace are not loaded yet), too_large, internal.",
    ("reason",),
    registry=REGISTRY,
)
ADMISSION_QUEUE = Gauge(
    "aup_admission_queue_depth",
    "Reviews that wait or are being judged now, over all tenants.",
    registry=REGISTRY,
)
ADMISSION_CONNECTIONS = Gauge(
    "aup_admission_connections",
    "Connections to the admission port now. From 512 on one that is idle, or does not end its "
    "request, gives way to each new one.",
    registry=REGISTRY,
)
ADMISSION_UNATTRIBUTED = Counter(
    "aup_admission_unattributed_total",
    "Objects outside of namespaces that were admitted unjudged, because their writer belongs to no "
    "tenant, by kind.",
    ("kind",),
    registry=REGISTRY,
)
RULE_VIOLATIONS = Counter(
    "aup_rule_violations_total",
    "Findings in answers of the webhook, by rule and outcome (Deny, Warn, Audit, Review, Exempt).",
    ("rule", "enforcement"),
    registry=REGISTRY,
)

# What is in force

SNAPSHOT_COMPILE_FAILURES = Counter(
    "aup_snapshot_compile_failures_total",
    "Readings of the provider's objects in which a policy did not compile; the logs name it, and "
    "its last good edition stays in force.",
    registry=REGISTRY,
)
SNAPSHOT_STALE = Gauge(
    "aup_snapshot_stale",
    "Tenants that are judged by an earlier edition, because their policy does not compile now.",
    registry=REGISTRY,
)
QUARANTINES = Gauge(
    "aup_quarantines",
    "Quarantine objects by phase.",
    ("phase",),
    registry=REGISTRY,
)

# Audit

AUDIT_FINDINGS = Gauge(
    "aup_audit_findings",
    "Findings on objects that exist, by rule and outcome (Deny, Warn, Audit): what the last audit "
    "of every claimed namespace found.",
    ("rule", "enforcement"),
    registry=REGISTRY,
)
AUDIT_OBJECTS = Counter(
    "aup_audit_objects_total",
    "Stored objects that audits have judged.",
    registry=REGISTRY,
)
AUDIT_OLDEST = Gauge(
    "aup_audit_oldest_timestamp_seconds",
    "When the claimed namespace was audited whose last audit is the oldest, in seconds since 1970.",
    registry=REGISTRY,
)

# Fair use; measure is one of the catalogue's

FAIR_USE_QUERIES = Counter(
    "aup_fair_use_queries_total",
    "Questions to Prometheus, by measure and result: ok, unreachable, refused, too_large, "
    "malformed, incomplete (Prometheus itself warns that a part is missing).",
    ("measure", "result"),
    registry=REGISTRY,
)
FAIR_USE_READ = Gauge(
    "aup_fair_use_last_reading_timestamp_seconds",
    "Instant of the last reading in which every target answered, in seconds since 1970; while it "
    "stands still nothing begins and nothing ends.",
    ("measure",),
    registry=REGISTRY,
)
FAIR_USE_GAPS = Counter(
    "aup_fair_use_gaps_total",
    "Readings that did not count, because a target was not scraped or a number was missing for "
    "everybody.",
    ("measure",),
    registry=REGISTRY,
)
FAIR_USE_TENANTS = Gauge(
    "aup_fair_use_tenants",
    "Tenants that are not quiet, by measure and phase (Rising, Over, Recovering).",
    ("measure", "phase"),
    registry=REGISTRY,
)
FAIR_USE_JOBS = Gauge(
    "aup_fair_use_jobs",
    "Jobs of Prometheus whose targets export what a measure sums: more than one, and one may be a "
    "tenant's, or the same numbers count twice.",
    ("measure",),
    registry=REGISTRY,
)
FAIR_USE_NOBODY = Gauge(
    "aup_fair_use_unattributed_series",
    "Series of the last reading whose namespace no tenant has claimed.",
    ("measure",),
    registry=REGISTRY,
)

# Controller

LEADER = Gauge(
    "aup_leader",
    "1 while this process holds the Lease of the controller, else 0.",
    registry=REGISTRY,
)
RECONCILES = Counter(
    "aup_reconcile_total",
    "Runs of a reconciler, by result: ok, retry (will be tried again), error.",
    ("reconciler", "result"),
    registry=REGISTRY,
)
RECONCILE_SECONDS = Histogram(
    "aup_reconcile_duration_seconds",
    "Duration of one run of a reconciler.",
    ("reconciler",),
    buckets=(0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0),
    registry=REGISTRY,
)
UNCLAIMED_NAMESPACES = Gauge(
    "aup_unclaimed_namespaces",
    "Namespaces that belong to no tenant and are not on the platform list: nobody is held to "
    "anything in them.",
    registry=REGISTRY,
)
GUARD_MISSING = Gauge(
    "aup_guard_missing_policies",
    "Policies of the chart that the API server does not apply, because the policy or its binding "
    "is gone; /readyz of the leading controller names them.",
    registry=REGISTRY,
)
CERTIFICATE_EXPIRY = Gauge(
    "aup_certificate_expiry_timestamp_seconds",
    "When the certificate that the webhook serves ends, in seconds since 1970.",
    registry=REGISTRY,
)

# Watches; resource is one of the resources named in aup.kube.resource

WATCH_LAST_EVENT = Gauge(
    "aup_watch_last_event_timestamp_seconds",
    "When the API server was last heard of on a watch, bookmarks (one each minute) included.",
    ("resource",),
    registry=REGISTRY,
)
WATCH_OBJECTS = Gauge(
    "aup_watch_objects",
    "Objects held in memory by a watch.",
    ("resource",),
    registry=REGISTRY,
)
WATCH_UNDECODABLE = Gauge(
    "aup_watch_undecodable_objects",
    "Objects of a watch that cannot be read; the logs name each.",
    ("resource",),
    registry=REGISTRY,
)
WATCH_RESTARTS = Counter(
    "aup_watch_restarts_total",
    "Interruptions of a watch, by reason: unreachable, expired, refused, unserved, garbled.",
    ("resource", "reason"),
    registry=REGISTRY,
)
WATCH_CALLBACK_ERRORS = Counter(
    "aup_watch_callback_errors_total",
    "Faults of ours while reacting to a change; the logs hold the trace.",
    ("resource",),
    registry=REGISTRY,
)

BUDGETS_OVER = Gauge(
    "aup_tenants_over_budget",
    "Tenants that have more in use than their budget allows, because it was lowered or a namespace "
    "came with its use: nothing more is admitted under those keys until it is less.",
    registry=REGISTRY,
)
LEDGERS_STALLED = Gauge(
    "aup_ledgers_stalled",
    "Tenants of whose budget a share has been in flight for five times as long as a request can "
    "take, and nobody has settled or returned it; the leading controller's log names each.",
    registry=REGISTRY,
)
LEDGER_WRITES = Counter(
    "aup_ledger_writes_total",
    "Writes of budget ledgers by this process: written, conflict (somebody was faster), gone (the "
    "ledger is not there), refused, unknown (no answer came). Beside them, stopped: a fault of "
    "ours has ended what writes a ledger, and it was begun anew.",
    ("reason",),
    registry=REGISTRY,
)
for _reason in ("written", "conflict", "gone", "refused", "unknown", "stopped"):
    # There from the beginning, or nobody would see the first of its kind.
    LEDGER_WRITES.labels(_reason)
LEDGER_VERDICTS = Counter(
    "aup_ledger_verdicts_total",
    "What ledgers said of admissions: allowed, short (there is not enough), closed (nothing can be "
    "admitted, whatever is left); the same of dry runs, with dry_ before it.",
    ("decision",),
    registry=REGISTRY,
)

BUILD_INFO = Gauge(
    "aup_build_info",
    "Always 1; the label tells the version.",
    ("version",),
    registry=REGISTRY,
)
BUILD_INFO.labels(__version__).set(1)


def exposition() -> bytes:
    """Return what ``/metrics`` answers: ours, then memory, CPU and garbage collection."""
    return generate_latest(REGISTRY) + generate_latest(PROCESS_REGISTRY)
