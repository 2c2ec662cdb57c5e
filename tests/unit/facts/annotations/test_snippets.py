"""Configuration in free text: harmless directives pass, and nothing that could be another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.annotations import snippets
from aup.facts.annotations.keys import Note, Reader
from aup.facts.model import Offline, PlatformSetting, Reach


def read(reader: Reader, text: object) -> list[tuple[str, str]]:
    """Return the text and the detail of each finding."""
    found = []
    for leaf in reader(Note("k", text, "p", "acme-prod", Offline())):
        assert isinstance(leaf, PlatformSetting)
        assert (leaf.reach, leaf.key) == (Reach.NAMES, "k")
        assert isinstance(text, str)
        assert leaf.text in text
        found.append((leaf.text, leaf.detail))
    return found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing but a comment with } and ;",
        "add_header X-A b;",
        "add_header X-A b; # server_name beta.example;",
        'add_header X-A "a; } server_name beta.example; {" always;',
        "add_header X-A 'it\\'s ; }';",
        "add_header\n\tX-A\n\tb\n;",
        "return 301 https://$host$request_uri;",
        "proxy_set_header X-Name ${host}x;",
        "if ($http_x = 'a') { return 403; }",
        'if ($a ~ "^b{2}$") { if ($c) { rewrite ^/(.*)$ /$1 break; } }',
        "limit_except GET { deny all; }",
        'location = /robots.txt { default_type text/plain; return 200 "User-agent: *"; }',
        "location = /robots.txt { log_not_found off; access_log  off ; }",
        "grpc_read_timeout 1200s; grpc_send_timeout 1200s; client_body_timeout 1200s;",
        "auth_request_set $user $upstream_http_x_auth_request_user;",
        "auth_request_set\n$auth_cookie $upstream_cookie_name_1; add_header X-C $auth_cookie;",
        "location /in { internal; proxy_pass_request_body off; }",
    ],
)
def test_directives_that_keep_to_their_own_requests_pass(text: str) -> None:
    assert read(snippets.nginx, text) == []


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("server_name beta.example;", ["server_name beta.example"]),
        ("add_header X-A b; include x ;", ["include x"]),
        ('"server_name" beta.example;', ['"server_name" beta.example']),
        ("server { listen 443; add_header X-A b; }", ["server", "listen 443"]),
        ("if ($a) { proxy_pass http://192.0.2.1; }", ["proxy_pass http://192.0.2.1"]),
        ("add_header { return 200; }", ["add_header"]),
        ("if ($a);", ["if ($a)"]),
        ("location / { proxy_pass http://x; }", ["proxy_pass http://x"]),
        (
            'set $proxy_upstream_name "beta-prod-web-80";',
            ['set $proxy_upstream_name "beta-prod-web-80"'],
        ),
        ("location { location / { root /etc; } }", ["root /etc"]),
        ("access_log /etc/nginx/x;", ["access_log /etc/nginx/x"]),
        ("access_log off x;", ["access_log off x"]),
        ("access_log off { deny all; }", ["access_log off"]),
        ("auth_request_set $user beta-prod-web-80;", ["auth_request_set $user beta-prod-web-80"]),
        (
            "auth_request_set $proxy_upstream_name $upstream_http_x;",
            ["auth_request_set $proxy_upstream_name $upstream_http_x"],
        ),
        (
            "auth_request_set $user$proxy_upstream_name $upstream_http_x;",
            ["auth_request_set $user$proxy_upstream_name $upstream_http_x"],
        ),
    ],
)
def test_each_other_statement_is_a_finding(text: str, statements: list[str]) -> None:
    assert [found for found, _ in read(snippets.nginx, text)] == statements


@pytest.mark.parametrize(
    "text",
    [
        "add_header X-A b",
        "add_header X-A b; }",
        "} server { server_name beta.example;",
        "if ($a) { return 403;",
        "add_header X-A b }",
        'add_header X-A "b;',
        "add_header X-A 'b;",
        "{ }",
        "add_header X-A b\\",
        "x" * 70_000,
        "content_by_lua_block { ngx.say(1) }",
    ],
)
def test_what_has_no_end_or_leaves_its_block_is_refused_as_a_whole(text: str) -> None:
    *_, last = read(snippets.nginx, text)
    assert last == (
        text,
        "leaves the block that it is copied into, or has no end, and may answer for any hostname",
    )


def test_another_text_is_another_finding() -> None:
    """Nobody can slip a name into text that stood before the rule did."""
    one = read(snippets.nginx, "server_name a.example;")
    assert one != read(snippets.nginx, "server_name b.example;")


@given(st.text(alphabet="server_name add_header;{}\"'\\#$ \n", max_size=60))
def test_a_server_name_never_passes(text: str) -> None:
    """Unless it stands in a comment or in quotes, where it is no directive."""
    found = read(snippets.nginx, f"{text}\nserver_name beta.example;\n")
    quoted = any(sign in text for sign in "\"'")
    argument = text.strip() and text.rstrip()[-1] not in ";{}"
    assert found or quoted or argument


def test_rules_of_modsecurity_may_not_end_their_quotes() -> None:
    assert read(snippets.modsecurity, 'SecRule ARGS "@rx \\d" "id:1,deny"') == []
    (found,) = read(snippets.modsecurity, "SecRuleEngine On'; } server_name beta.example; #")
    assert "may end the quotes" in found[1]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("http-response set-header X-A b\ntimeout server 5s", ""),
        ("# frontend", ""),
        ("http-request set-header frontend x", ""),
        ("balance leastconn\n  frontend more\n    bind :443", "frontend"),
        ("listen all", "listen"),
        ('"defaults"', "defaults"),
        ("a\r\nbackend b", "backend"),
    ],
)
def test_lines_of_haproxy_may_not_begin_a_section(text: str, word: str) -> None:
    found = read(snippets.haproxy, text)
    assert bool(found) is bool(word)
    assert all(word in detail and shown == text for shown, detail in found)


def test_what_nothing_reads_is_refused() -> None:
    reader = snippets.unread("is a list of routes")
    assert read(reader, "any: * -> <shunt>") == [
        ("any: * -> <shunt>", "is a list of routes, and may answer for any hostname")
    ]
