"""What the settings may say of a Prometheus; pure."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

_MATCHER: Final = r'[a-zA-Z_][a-zA-Z0-9_]*(?:=|!=|=~|!~)"[^"\\$\n]*"'
_MATCHERS: Final = re.compile(rf"(?:{_MATCHER}(?:,{_MATCHER})*)?")


def conflicts(
    url: str, matchers: str, *, token: bool, seconds: float, window: float
) -> Iterator[str]:
    """Yield a sentence for each thing that cannot be asked of a Prometheus.

    Args:
        url: of the Prometheus; empty for none.
        matchers: of every selector.
        token: whether a bearer token is sent.
        seconds: between two readings.
        window: of a rate, in seconds.

    """
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        yield f"--prometheus-url {url!r} must be an http or https URL with a host"
    if token and parts.scheme == "http":
        yield "--prometheus-token-file needs an https URL: anybody on the way could read the token"
    if not _MATCHERS.fullmatch(matchers):
        yield f'--prometheus-matchers {matchers!r} must be written like cluster="eu-1"'
    if seconds > window:
        yield (
            f"--fair-use-seconds {seconds:g} must not exceed --fair-use-window-seconds {window:g},"
            " or what happens between two readings is not seen"
        )
