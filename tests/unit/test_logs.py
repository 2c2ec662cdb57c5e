"""Logs: one JSON object a line, whatever is logged."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from aup import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Log into memory, and give the root logger back as it was."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    # Taken off first, so that configuring does not close pytest's own.
    root.handlers = []
    written = io.StringIO()
    logs.configure("info", written)
    yield written
    root.handlers, root.level = before, level
    logging.captureWarnings(capture=False)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_facts(stream: io.StringIO) -> None:
    logging.getLogger("aup.controller").info(
        "namespace claimed", extra={"namespace": "acme-prod", "count": 3}
    )
    (line,) = lines(stream)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "INFO",
        "logger": "aup.controller",
        "event": "namespace claimed",
        "namespace": "acme-prod",
        "count": 3,
    }


def test_a_fault_carries_its_trace_in_the_same_line(stream: io.StringIO) -> None:
    try:
        int("forty-two")
    except ValueError:
        logging.getLogger("aup").exception("reconciler failed")
    (line,) = lines(stream)
    assert line["trace"].startswith("Traceback (most recent call last):\n")
    assert "ValueError: invalid literal" in line["trace"]


def test_text_from_outside_stays_in_its_field(stream: io.StringIO) -> None:
    """A tenant cannot forge a second log line or a field by the name of an object."""
    name = 'x"}\n{"level": "INFO", "event": "forged'
    logging.getLogger("aup").info("object refused", extra={"object": name})
    (line,) = lines(stream)
    assert line["object"] == name


def test_what_json_cannot_say_is_still_logged(stream: io.StringIO) -> None:
    logging.getLogger("aup").info("odd", extra={"thing": {1, 2}, "error": ValueError("no")})
    (line,) = lines(stream)
    assert line["event"] == "odd"


def test_libraries_speak_from_warning_on(stream: io.StringIO) -> None:
    logging.getLogger("kopf.objects").info("Handler succeeded.")
    logging.getLogger("kopf.objects").warning("Patching failed.", extra={"settings": object()})
    warnings.warn("old", stacklevel=1)
    assert [line["logger"] for line in lines(stream)] == ["kopf.objects", "py.warnings"]
    assert "settings" not in lines(stream)[0]


def test_debugging_hears_the_libraries_too(stream: io.StringIO) -> None:
    logs.configure("debug", stream)
    logging.getLogger("kopf.objects").debug("Something happened.")
    assert lines(stream)[-1]["logger"] == "kopf.objects"
    logs.configure("info", stream)
