"""Configuration in free text, which ingress controllers copy into that of their proxy.

Such a text can close the block that it stands in and begin another, for any hostname. It passes
when every directive in it is one that is known to keep to the requests of its own Ingress.
"""

import re
from collections.abc import Iterator
from typing import Final

from aup.facts.annotations.keys import Note, Reader
from aup.facts.annotations.readers import HERE
from aup.facts.claims import Leaf
from aup.facts.json_value import text_of
from aup.facts.model import PlatformSetting, Reach

_LONGEST: Final = 64 * 1024
"""Characters of a text that is looked at."""

_NGINX: Final = re.compile(
    r"\s+|\#[^\n]*"
    r"|(?P<sign>[;{}])"
    r"|(?P<word>(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\$\{\w+\}|\\.|[^\s;{}\"'\\\#])"
    r"(?:\$\{\w+\}|\\.|[^\s;{}\\])*)",
    re.DOTALL,
)
_BLOCKS: Final = frozenset({"if", "limit_except", "location"})
"""Blocks that only narrow which requests are meant. ``set`` is none of the directives below:
ingress-nginx chooses the backend, anybody's, by a variable."""
_HARMLESS: Final = frozenset(
    {
        *("absolute_redirect", "add_header", "add_trailer", "allow", "auth_basic", "break"),
        *("brotli", "brotli_comp_level", "brotli_min_length", "brotli_types", "charset"),
        *("chunked_transfer_encoding", "client_body_buffer_size", "client_body_timeout"),
        *("client_header_buffer_size", "client_header_timeout", "client_max_body_size"),
        *("default_type", "deny", "error_page", "etag", "expires", "grpc_buffer_size"),
        *("grpc_connect_timeout", "grpc_hide_header", "grpc_intercept_errors"),
        *("grpc_next_upstream", "grpc_next_upstream_timeout", "grpc_next_upstream_tries"),
        *("grpc_pass_header", "grpc_read_timeout", "grpc_send_timeout", "grpc_set_header"),
        *("grpc_socket_keepalive", "gunzip", "gzip", "gzip_buffers", "gzip_comp_level"),
        *("gzip_disable", "gzip_http_version", "gzip_min_length", "gzip_proxied", "gzip_types"),
        *("gzip_vary", "if_modified_since", "internal", "keepalive_requests", "keepalive_timeout"),
        *("large_client_header_buffers", "limit_conn", "limit_conn_status", "limit_rate"),
        *("limit_rate_after", "limit_req", "limit_req_status", "log_not_found", "max_ranges"),
        *("merge_slashes", "more_clear_headers", "more_clear_input_headers", "more_set_headers"),
        *("more_set_input_headers", "port_in_redirect", "proxy_buffer_size", "proxy_buffering"),
        *("proxy_buffers", "proxy_busy_buffers_size", "proxy_connect_timeout"),
        *("proxy_cookie_domain", "proxy_cookie_flags", "proxy_cookie_path", "proxy_force_ranges"),
        *("proxy_headers_hash_bucket_size", "proxy_headers_hash_max_size", "proxy_hide_header"),
        *("proxy_http_version", "proxy_ignore_client_abort", "proxy_ignore_headers"),
        *("proxy_intercept_errors", "proxy_limit_rate", "proxy_max_temp_file_size", "proxy_method"),
        *("proxy_next_upstream", "proxy_next_upstream_timeout", "proxy_next_upstream_tries"),
        *("proxy_pass_header", "proxy_pass_request_body", "proxy_pass_request_headers"),
        *("proxy_read_timeout", "proxy_redirect", "proxy_request_buffering", "proxy_send_timeout"),
        *("proxy_set_header", "proxy_socket_keepalive", "proxy_ssl_name", "proxy_ssl_protocols"),
        *("proxy_ssl_server_name", "proxy_ssl_verify", "reset_timedout_connection", "return"),
        *("rewrite", "satisfy", "send_timeout", "server_name_in_redirect", "server_tokens"),
        *("sub_filter", "sub_filter_last_modified", "sub_filter_once", "sub_filter_types"),
        *("tcp_nodelay", "tcp_nopush", "underscores_in_headers", "valid_referers"),
    }
)
"""Directives that say how requests are answered, or where they go, and not whose they are."""
_SO_WRITTEN: Final = re.compile(
    r"(?:access_log|proxy_cache)\s+off"
    r"|auth_request_set\s+\$(?:access|auth|claim|cookie|email|group|id_token|jwt|preferred|role"
    r"|session|token|user)\w*\s+\$upstream_(?:cookie|http)_\w+"
)
"""Statements whose directives are harmless only so: a file that logs go to is one of the
controller's, and another variable may be one by which it chooses the backend."""

_HAPROXY_SECTIONS: Final = frozenset(
    {
        *("acme", "backend", "cache", "crt-store", "defaults", "fcgi-app", "frontend", "global"),
        *("http-errors", "listen", "log-forward", "log-profile", "mailers", "peers", "program"),
        *("resolvers", "ring", "traces", "userlist"),
    }
)
"""Words that begin a section of HAProxy, wherever on a line they stand first."""


def nginx(note: Note) -> Iterator[Leaf]:
    """Read directives of NGINX."""
    text = text_of(note.value)
    try:
        for statement, harmless in _statements(text):
            if not harmless:
                yield _free(note, statement, "is no directive that is known to be harmless")
    except _UnreadableError:
        yield _free(note, text, "leaves the block that it is copied into, or has no end")


def modsecurity(note: Note) -> Iterator[Leaf]:
    """Read rules of ModSecurity, which stand between single quotes in NGINX' configuration."""
    text = text_of(note.value)
    if "'" in text:
        yield _free(note, text, "may end the quotes that it is copied into")


def haproxy(note: Note) -> Iterator[Leaf]:
    """Read lines of a section of HAProxy."""
    text = text_of(note.value)
    for line in text.splitlines():
        first = line.split(maxsplit=1)[:1]
        if first and first[0].strip("\"'\\") in _HAPROXY_SECTIONS:
            yield _free(note, text, f"begins a section of its own, {first[0]}")
            return


def unread(what: str) -> Reader:
    """Refuse configuration that nothing here can read.

    Args:
        what: it is; completes ``<path> <value>``.

    """

    def read(note: Note) -> Iterator[Leaf]:
        yield _free(note, text_of(note.value), what)

    return read


def _free(note: Note, text: str, detail: str) -> PlatformSetting:
    """Return the setting; its text is all that counts, so that a change of it is a new one."""
    wide = f"{detail}, and may answer for any hostname"
    return PlatformSetting(text, note.path, HERE, Reach.NAMES, wide, key=note.key)


class _UnreadableError(Exception):
    """A text cannot be taken apart for certain; never leaves this module."""


def _statements(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each statement, and whether it is known to be harmless.

    Raises:
        _UnreadableError: brackets or quotes do not match, or a directive has no end.

    """
    start = -1
    directive = ""
    depth = 0
    for match in _pieces(text):
        if match["word"]:
            if start < 0:
                start, directive = match.start(), match["word"]
            continue
        if match["sign"] == "}":
            depth -= 1
        elif match["sign"] == "{":
            depth += 1
        # A bracket closes after a statement's end, opens after its words, and never below zero.
        if depth < 0 or (start >= 0) is (match["sign"] == "}"):
            raise _UnreadableError
        if start >= 0:
            statement = text[start : match.start()].rstrip()
            if match["sign"] == "{":
                yield statement, directive in _BLOCKS
            else:
                harmless = directive in _HARMLESS or bool(_SO_WRITTEN.fullmatch(statement))
                yield statement, harmless
        start = -1
    if start >= 0 or depth:
        raise _UnreadableError


def _pieces(text: str) -> Iterator[re.Match[str]]:
    """Yield words and signs, without the space and the comments between them."""
    at = 0
    while at < len(text):
        match = _NGINX.match(text, at)
        if match is None or len(text) > _LONGEST:
            raise _UnreadableError
        if match.lastgroup is not None:
            yield match
        at = match.end()
