"""How a person gives settings: flags, ``AUP_*`` variables, and what cannot work together."""

import argparse
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import EnumType
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

import msgspec

from aup.errors import SettingsError
from aup.fairuse.connection import conflicts
from aup.ledger.margins import problems as misfits
from aup.settings import LedgerProtocol, Names, Role, Settings


@dataclass(frozen=True, slots=True)
class Option:
    """One setting as a person gives it."""

    name: str
    description: str
    default: Any
    type: Any
    choices: tuple[str, ...] = ()
    """Where there are only a few values."""

    @property
    def flag(self) -> str:
        """Return the command-line flag."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """Return the environment variable."""
        return f"AUP_{self.name.upper()}"

    def parse(self, text: str) -> Any:
        """Return the value that the text stands for; raises msgspec.ValidationError."""
        if self.type == Names:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if self.type == (Path | None):
            return Path(text) if text else None
        return msgspec.convert(text, self.type, strict=False)


def options() -> Iterator[Option]:
    """Yield every setting, in the order of the help text."""
    plain = get_type_hints(Settings)
    for field in msgspec.structs.fields(Settings):
        bare = plain[field.name]
        kind = bare if bare in {Names, Path | None} else field.type
        choices = tuple(bare) if isinstance(bare, EnumType) else ()
        told = field.type.__metadata__[-1].description
        yield Option(field.name, told, field.default, kind, choices)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add a flag for each setting; what is not given stays None, so that variables count."""
    for option in options():
        default = option.default
        shown = ",".join(default) if isinstance(default, tuple) else default
        told = "" if shown in {None, ""} else f"; default {shown}"
        parser.add_argument(
            option.flag,
            dest=option.name,
            metavar="VALUE",
            help=f"{option.description} ({option.variable}{told})",
        )


def load(
    flags: Mapping[str, str | None] | None = None, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Return the settings: flags before ``AUP_*`` variables before defaults.

    ``flags`` maps field names to text, None for what was not given (``vars`` of an argparse
    namespace). Raises SettingsError, which names every problem at once.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for option in options():
        flag, variable = (flags or {}).get(option.name), environ.get(option.variable)
        source, text = (option.flag, flag) if flag is not None else (option.variable, variable)
        if text is None:
            continue
        try:
            values[option.name] = option.parse(text)
        except msgspec.ValidationError as error:
            wanted = f"is none of {', '.join(option.choices)}" if option.choices else _plain(error)
            problems.append(f"{source}={text!r}: {wanted}")
    if not problems:
        settings = Settings(**values)
        problems = list(_conflicts(settings))
    if problems:
        raise SettingsError(problems=problems)
    return settings


def _plain(error: msgspec.ValidationError) -> str:
    """Return the library's sentence in the words of a command line."""
    return str(error)[:1].lower() + str(error)[1:].replace("`", "")


def _conflicts(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each pair of settings that cannot work together."""
    if settings.deadline_seconds >= settings.webhook_seconds:
        yield (
            f"--deadline-seconds {settings.deadline_seconds:g} must be below --webhook-seconds "
            f"{settings.webhook_seconds:g}, or the API server gives up before we answer"
        )
    if settings.webhook_seconds > 30:
        yield "--webhook-seconds must be at most 30, which is the limit of the API server"
    times = (settings.lease_retry_seconds, settings.lease_renew_seconds, settings.lease_seconds)
    if not times[0] < times[1] < times[2]:
        yield (
            "need --lease-retry-seconds < --lease-renew-seconds < --lease-seconds, not "
            + " < ".join(f"{seconds:g}" for seconds in times)
        )
    url = urlsplit(settings.webhook_url)
    if settings.webhook_url and (url.scheme != "https" or not url.hostname):
        yield f"--webhook-url {settings.webhook_url!r} must be an https URL with a host"
    if settings.ledger is not LedgerProtocol.NATIVE:
        yield from (f"--ledger {settings.ledger}: {text}" for text in misfits(settings.margins))
    yield from conflicts(
        settings.prometheus_url,
        settings.prometheus_matchers,
        token=settings.prometheus_token_file is not None,
        seconds=settings.fair_use_seconds,
        window=settings.fair_use_window_seconds,
    )
    if settings.role is not Role.CONTROLLER and settings.admission_port == settings.health_port:
        yield f"--admission-port and --health-port are both {settings.health_port}"
    if settings.role is not Role.ADMISSION and settings.evidence_dir is None:
        yield f"role {settings.role} needs --evidence-dir, a directory that outlives the process"
