"""Certificate requests: nothing that a signer may find in one is passed over."""

import base64
import contextlib
import subprocess
import sys
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.certificate_request import (
    LONGEST,
    Names,
    UnreadableRequestError,
    requested,
)
from support.certificate_requests import (
    BMP,
    DNS,
    IP,
    MAIL,
    PRINTABLE,
    REALM,
    SRV,
    T61,
    URI,
    USER,
    UTF8,
    XMPP,
    alternatives,
    asking,
    asks_for,
    common_name,
    der,
    field,
    oid,
    other,
    pem,
    sequence,
    tlv,
)

NAME = "login.beta.example"
ONE = der(attributes=(asking(alternatives((DNS, NAME))),))
TEXT = pem(ONE)
OTHER = pem(der(attributes=(asking(alternatives((DNS, "www.acme.example"))),)))


def of(request: bytes) -> Names:
    return requested(field(pem(request)))


def problem(value: object, *, bare: bool = False) -> str:
    with pytest.raises(UnreadableRequestError) as caught:
        requested(value, bare=bare)
    return str(caught.value)


def test_a_request_is_read_by_the_fields_of_a_certificate() -> None:
    """Addresses of mail and names of other forms claim nothing."""
    names = alternatives(
        (DNS, NAME),
        (MAIL, "abuse@beta.example"),
        (IP, bytes([203, 0, 113, 9])),
        (IP, bytes.fromhex("20010db8000a00000000000000000017")),
        (URI, f"https://{NAME}/"),
        other(USER, "alice", UTF8),
        other(SRV, f"_imaps.{NAME}"),
        other(XMPP, "chåt.beta.example", UTF8),
        other(REALM, "r" * 300, PRINTABLE),
        (0x88, bytes([0x2A, 0x03])),
        (DNS, "*.beta.example"),
    )
    assert of(der(common_name("Acme CA"), attributes=(asking(names),))) == {
        "commonName": ["Acme CA"],
        "dnsNames": [NAME, "*.beta.example"],
        "ipAddresses": ["203.0.113.9", "2001:db8:a::17"],
        "uris": [f"https://{NAME}/"],
        "otherNames": [
            {"oid": SRV, "utf8Value": f"_imaps.{NAME}"},
            {"oid": XMPP, "utf8Value": "chåt.beta.example"},
            {"oid": REALM, "utf8Value": "r" * 300},
        ],
    }


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x16",
        b"\x16\x05acme",
        b"\x16\x03acme",
        b"\x16\x80acme\0\0",
        b"\x16\x84\0",
        b"\x04\x04acme",
        b"\x0c\x01\xff",
        b"\x16\x02\xc3\xa5",
    ],
)
def test_another_name_that_is_no_whole_text_is_refused(value: bytes) -> None:
    """Bytes that a signer copies and that a program might still take for a name."""
    said = problem(asked(oid(SRV) + tlv(0xA0, value)))
    assert said in {
        "holds no certificate request that can be read",
        "has another name that is no text",
    }


def test_a_name_of_a_user_may_be_any_bytes() -> None:
    named = (0xA0, oid(USER) + tlv(0xA0, tlv(0x04, b"\xff\0")))
    assert not any(of(der(attributes=(asking(alternatives(named)),))).values())


def asked(name: bytes) -> str:
    """Return a request for one other name, as a field holds it."""
    return field(pem(der(attributes=(asking(alternatives((0xA0, name))),))))


def test_a_request_for_a_key_alone_asks_for_no_name() -> None:
    assert not any(of(der()).values())


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (UTF8, NAME.encode()),
        (PRINTABLE, NAME.encode()),
        (T61, NAME.encode()),
        (BMP, NAME.encode("utf-16-be")),
        (0x1C, NAME.encode("utf-32-be")),
        (0x16, NAME.encode()),
    ],
)
def test_a_common_name_is_read_in_every_sort_of_string(tag: int, value: bytes) -> None:
    assert of(der(common_name(value, tag)))["commonName"] == [NAME]


def test_every_common_name_counts() -> None:
    """Go takes the last one, others the first."""
    request = der(common_name("a.example"), common_name("b.example"))
    assert of(request)["commonName"] == ["a.example", "b.example"]


@pytest.mark.parametrize(
    "around",
    [
        lambda text: text,
        lambda text: b"Certificate Request:\n    Data:\n        Version: 1\n" + text + b"\nbye\n",
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"CERTIFICATE REQUEST", b"NEW CERTIFICATE REQUEST"),
        lambda text: text.replace(b"-----\n", b"----- \t\n"),
        lambda text: text.rstrip(b"\n"),
        lambda text: "Subject: O = Acmé\n".encode() + text,
    ],
)
def test_pem_is_read_as_programs_write_it(around: object) -> None:
    assert callable(around)
    assert requested(field(around(TEXT)))["dnsNames"] == [NAME]


def test_line_breaks_in_base64_are_passed_over() -> None:
    text = base64.encodebytes(TEXT).decode().replace("\n", "\r\n")
    assert requested(text)["dnsNames"] == [NAME]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (7, "is a number where text in base64 belongs"),
        ([1, 2], "is a list where text in base64 belongs"),
        ("x", "is not text in base64"),
        ("é", "is not text in base64"),
        (field(TEXT) + "=", "is not text in base64"),
        (field(TEXT).replace("L", "-"), "is not text in base64"),
        (" " + field(TEXT), "is not text in base64"),
        ("A" * (LONGEST + 1), f"is longer than {LONGEST} characters"),
        (field(b"hello"), "is not a certificate request in PEM"),
        (field(ONE), "is not a certificate request in PEM"),
        (field(TEXT.replace(b"REQUEST", b"")), "is not a certificate request in PEM"),
        (field(TEXT.replace(b"\n", b"\nProc-Type: 4\n", 1)), "is not a certificate request in PEM"),
        (field(TEXT.replace(b"END CERT", b"END NEW CERT")), "is not a certificate request in PEM"),
        (field(TEXT + OTHER), "has more than one PEM block"),
        (field(OTHER + TEXT), "has more than one PEM block"),
        (field(b"-----BEGIN CERTIFICATE REQUEST-----\n" + TEXT), "has more than one PEM block"),
        (field(TEXT.replace(b"-----\nM", b"-----\n=M")), "is not base64 within its PEM block"),
        (field(pem(b"hello")), "holds no certificate request that can be read"),
        (field(pem(ONE + b"\0")), "holds no certificate request that can be read"),
        (field(pem(ONE[:-1])), "holds no certificate request that can be read"),
    ],
)
def test_what_signers_may_read_differently_is_refused(value: object, said: str) -> None:
    assert problem(value) == said


OWN = alternatives((DNS, "www.acme.example"))
THEIRS = alternatives((DNS, NAME))
HOLDS_NONE = "holds no certificate request that can be read"


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (der(attributes=(asking(OWN, THEIRS),)), HOLDS_NONE),
        (
            der(attributes=(asking(OWN), asking(THEIRS))),
            "asks for extensions in more than one attribute",
        ),
        (
            der(attributes=(asking(OWN), asking(THEIRS, attribute="1.3.6.1.4.1.311.2.1.14"))),
            "asks for extensions in more than one attribute",
        ),
        (
            der(
                attributes=(
                    sequence(
                        oid("1.2.840.113549.1.9.14"), tlv(0x31, sequence(OWN), sequence(THEIRS))
                    ),
                )
            ),
            HOLDS_NONE,
        ),
        (
            der(attributes=(asking(alternatives((DNS, "bücher.example"))),)),
            "has an alternative name outside ASCII",
        ),
        (der(attributes=(asking(alternatives((IP, b"\1\2\3"))),)), HOLDS_NONE),
        (der(attributes=(asking(alternatives((0xA2, tlv(0x16, b"x")))),)), HOLDS_NONE),
        (der(common_name(b"\xff\xfe", UTF8)), HOLDS_NONE),
        (der(common_name(b"\0x\0", BMP)), HOLDS_NONE),
    ],
    ids=range(9),
)
def test_what_asks_twice_or_in_no_known_way_is_refused(request_: bytes, said: str) -> None:
    assert problem(field(pem(request_))) == said


def test_microsofts_attribute_asks_for_extensions_as_well() -> None:
    request = der(attributes=(asking(THEIRS, attribute="1.3.6.1.4.1.311.2.1.14"),))
    assert of(request)["dnsNames"] == [NAME]


def test_der_is_read_only_where_it_will_do() -> None:
    assert requested(field(ONE), bare=True)["dnsNames"] == [NAME]
    assert requested(asks_for(NAME), bare=True)["dnsNames"] == [NAME]


def test_pem_within_der_is_refused() -> None:
    """Whoever looks for PEM first would find the other request."""
    hidden = der(common_name(b"\n" + TEXT), attributes=(asking(OWN),))
    assert problem(field(hidden), bare=True) == "holds PEM among other bytes"
    assert problem(field("é\n".encode() + TEXT), bare=True) == "holds PEM among other bytes"


def test_a_network_is_no_address() -> None:
    """Eight bytes are an address and its mask where constraints on names are."""
    request = der(
        attributes=(asking(alternatives((IP, bytes([203, 0, 113, 0, 255, 255, 255, 0])))),)
    )
    assert of(request)["ipAddresses"] == ["203.0.113.0/24"]


def test_a_key_is_not_looked_at() -> None:
    """However large: only who signs has to reckon with it."""
    key = sequence(sequence(oid("1.2.840.113549.1.1.1"), tlv(5)), tlv(3, b"\0" + b"\xff" * 16384))
    assert of(der(attributes=(asking(THEIRS),), key=key))["dnsNames"] == [NAME]


def test_nothing_is_printed_about_a_request() -> None:
    """A library has its doubts about countries of more than two letters."""
    country = tlv(0x31, sequence(oid("2.5.4.6"), tlv(UTF8, b"Denmark")))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert of(der(country, common_name(NAME)))["commonName"] == [NAME]


@given(
    text=st.text() | st.binary().map(field) | st.binary().map(pem).map(field), bare=st.booleans()
)
def test_any_text_gives_an_answer(text: str, *, bare: bool) -> None:
    with pytest.raises(UnreadableRequestError):
        requested(text, bare=bare)


@given(
    at=st.integers(0, len(ONE) - 1),
    byte=st.integers(0, 255),
    cut=st.integers(0, 2),
    bare=st.booleans(),
)
def test_any_change_of_a_request_gives_an_answer(
    at: int, byte: int, cut: int, *, bare: bool
) -> None:
    changed = ONE[:at] + bytes([byte]) + ONE[at + cut :]
    with contextlib.suppress(UnreadableRequestError):
        names = requested(field(changed if bare else pem(changed)), bare=bare)
        assert names.keys() == {"commonName", "dnsNames", "ipAddresses", "otherNames", "uris"}


def test_what_reads_requests_is_loaded_when_it_is_asked_to_and_not_before() -> None:
    program = (
        "import sys; from aup.facts.certificate_request import prepare; "
        "before = 'cryptography.x509' in sys.modules; prepare(); "
        "print(before, 'cryptography.x509' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["False", "True"]
