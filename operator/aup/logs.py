"""Logs: one JSON object a line, an event in the past tense with facts as fields.

Loggers are the standard library's, by module name; fields come by ``extra``::

    log.info("namespace claimed", extra={"namespace": "acme-prod", "tenant": "acme"})

No secrets and no manifests: whoever logs an object logs its name.
"""

import logging
import sys
from typing import TextIO

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.msgspec import MsgspecFormatter

QUIET = ("kopf", "asyncio", "aiohttp", "kubernetes")
"""Loggers of libraries that tell every step: they speak from WARNING on, unless we debug."""

_FIELDS = {
    "levelname": "level",
    "name": "logger",
    "message": "event",
    "exc_info": "trace",
    "stack_info": "stack",
    "k8s_ref": "object",
}
_INTERNAL = ("settings", "k8s_skip")
"""Attributes that kopf hangs on records for its own formatter."""


def formatter() -> logging.Formatter:
    """Return the formatter: ``time level logger event``, then the fields of the record."""
    return MsgspecFormatter(
        ("levelname", "name", "message"),
        timestamp="time",
        rename_fields=_FIELDS,
        reserved_attrs=(*RESERVED_ATTRS, *_INTERNAL),
    )


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send all logs of the process from this level on to a stream; replaces earlier handlers.

    ``level`` is ``debug``, ``info``, ``warning`` or ``error``; the stream is standard error unless
    given.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "debug" else logging.WARNING)
    logging.captureWarnings(capture=True)
