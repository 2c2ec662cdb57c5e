"""The reader of image references: what the kubelet refuses is refused, what it runs has one name.

The rows agree with github.com/distribution/reference v0.6.0; the folding of ports and of Docker
Hub's hosts is ours.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.image import read_image, rebase
from aup.facts.model import Image

SHA = "sha256:" + "a" * 64
COMPONENT = st.from_regex(r"[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,6}){0,2}", fullmatch=True)
REPOSITORY = st.lists(COMPONENT, min_size=1, max_size=4).map("/".join)
HOST = st.from_regex(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){1,3}", fullmatch=True)
PORT = st.sampled_from(["", ":5000", ":80"])
TAG = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
DIGEST = st.sampled_from(["", f"@{SHA}", "@sha512:" + "0f" * 64])


@pytest.mark.parametrize(
    ("text", "repository", "tag", "digest"),
    [
        pytest.param("redis", "docker.io/library/redis", "latest", "", id="short-name"),
        pytest.param("redis:7.4", "docker.io/library/redis", "7.4", "", id="tag"),
        pytest.param(f"redis@{SHA}", "docker.io/library/redis", "", SHA, id="digest-has-no-tag"),
        pytest.param(f"a/b:1@{SHA}", "docker.io/a/b", "1", SHA, id="tag-and-digest"),
        pytest.param("docker.io/redis", "docker.io/library/redis", "latest", "", id="hub"),
        pytest.param("index.docker.io/redis", "docker.io/library/redis", "latest", "", id="index"),
        pytest.param("registry-1.docker.io/library/redis", "docker.io/library/redis", "latest", ""),
        pytest.param(
            "registry.hub.docker.com/library/redis", "docker.io/library/redis", "latest", ""
        ),
        pytest.param("Docker.IO/library/redis", "docker.io/library/redis", "latest", ""),
        pytest.param("acme/app", "docker.io/acme/app", "latest", "", id="user-of-hub"),
        pytest.param("localhost/app", "localhost/app", "latest", "", id="localhost-is-a-host"),
        pytest.param("LOCALHOST/app", "localhost/app", "latest", "", id="upper-case-is-a-host"),
        pytest.param("Registry/app", "registry/app", "latest", "", id="upper-case-short-host"),
        pytest.param("reg.example/app", "reg.example/app", "latest", "", id="dot-is-a-host"),
        pytest.param("reg:5000/app", "reg:5000/app", "latest", "", id="a-port-is-no-tag"),
        pytest.param("reg:5000/app:1", "reg:5000/app", "1", "", id="port-and-tag"),
        pytest.param("reg.example:443/app", "reg.example/app", "latest", "", id="default-port"),
        pytest.param("reg.example:0443/app", "reg.example/app", "latest", "", id="zeros-in-port"),
        pytest.param("reg.example:80/app", "reg.example:80/app", "latest", "", id="other-port"),
        pytest.param("[::1]:5000/app:1", "[::1]:5000/app", "1", "", id="ipv6-host"),
        pytest.param("[FE80::1]/app", "[fe80::1]/app", "latest", "", id="ipv6-host-without-port"),
        pytest.param("xn--80ak6aa92e.example/app", "xn--80ak6aa92e.example/app", "latest", ""),
        pytest.param("a_b.example/app", "a_b.example/app", "latest", "", id="underscore-in-host"),
        pytest.param("reg.example/a__b/c---d", "reg.example/a__b/c---d", "latest", ""),
        pytest.param("docker.io/" + "a" * 64, "docker.io/library/" + "a" * 64, "latest", ""),
    ],
)
def test_a_reference_is_read(text: str, repository: str, tag: str, digest: str) -> None:
    assert read_image(text, "p") == Image(text, "p", repository, tag, digest)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "it is not of the form", id="empty"),
        pytest.param(" redis", "a space", id="leading-space"),
        pytest.param("redis ", "a space", id="trailing-space"),
        pytest.param("redis\n", "a line break", id="line-break"),
        pytest.param("Redis", "lower case", id="upper-case-name"),
        pytest.param("reg.example/App", "lower case", id="upper-case-path"),
        pytest.param("a" * 64, "the id of an image", id="image-id"),
        pytest.param("sha256:" + "a" * 64, "the id of an image", id="image-id-as-digest"),
        pytest.param("sha256:a1b2c3", "the id of an image", id="beginning-of-an-image-id"),
        pytest.param("reg.example/app:", "it is not of the form", id="empty-tag"),
        pytest.param("reg.example/app:.x", "it is not of the form", id="bad-tag"),
        pytest.param("reg.example/app:" + "t" * 129, "it is not of the form", id="long-tag"),
        pytest.param("reg.example/app@sha256:" + "a" * 63, "digest", id="short-digest"),
        pytest.param("reg.example/app@sha256:" + "A" * 64, "digest", id="upper-case-digest"),
        pytest.param("reg.example/app@md5:" + "a" * 32, "digest", id="other-algorithm"),
        pytest.param("реестр.example/app", "not ASCII", id="cyrillic-host"),
        pytest.param("reg.example./app", "it is not of the form", id="trailing-dot-of-host"),
        pytest.param("reg.example/a___b", "it is not of the form", id="three-underscores"),
        pytest.param("reg.example//app", "it is not of the form", id="empty-segment"),
        pytest.param("https://reg.example/app", "it is not of the form", id="url"),
        pytest.param("[fe80::1%25eth0]/app", "it is not of the form", id="zone"),
        pytest.param("reg.example/" + "a" * 256, "longer than 255", id="long-path"),
        pytest.param("a" * 248, "longer than 255", id="long-path-with-library"),
        pytest.param("reg.example/a:" + "1" * 2000, "longer than 1024", id="very-long"),
    ],
)
def test_a_reference_that_no_kubelet_takes_has_a_problem(text: str, problem: str) -> None:
    image = read_image(text, "p")
    assert problem in image.problem
    assert (image.text, image.repository, image.tag, image.digest) == (text, "", "", "")


@given(st.text(alphabet=st.sampled_from("aZ09.:/@_-[]% \n√") | st.characters(), max_size=80))
def test_any_text_is_read_or_has_a_problem(text: str) -> None:
    image = read_image(text, "p")
    assert bool(image.repository) is not bool(image.problem)
    assert bool(image.repository) is bool(image.tag or image.digest)


@given(host=HOST, port=PORT, repository=REPOSITORY, tag=TAG, digest=DIGEST)
def test_a_full_reference_falls_into_its_parts(
    host: str, port: str, repository: str, tag: str, digest: str
) -> None:
    text = f"{host}{port}/{repository}:{tag}{digest}"
    assert read_image(text, "p") == Image(
        text, "p", f"{host}{port}/{repository}", tag, digest.removeprefix("@")
    )


@given(host=HOST, port=PORT, repository=REPOSITORY)
def test_a_canonical_name_stays_as_it_is(host: str, port: str, repository: str) -> None:
    once = read_image(f"{host}{port}/{repository}", "p").repository
    assert read_image(once, "p").repository == once


@given(host=HOST, repository=REPOSITORY, zeros=st.integers(0, 3))
def test_case_of_the_host_and_the_default_port_hide_nothing(
    host: str, repository: str, zeros: int
) -> None:
    plain = read_image(f"{host}/{repository}", "p").repository
    other = read_image(f"{host.upper()}:{'0' * zeros}443/{repository}", "p").repository
    assert other == plain


@pytest.mark.parametrize(
    ("repository", "origin"),
    [
        pytest.param("mirror.example/hub/library/redis", "docker.io/library/redis", id="under-it"),
        pytest.param("mirror.example/hub/redis", "docker.io/library/redis", id="official-image"),
        pytest.param("mirror.example/hub/acme/app", "docker.io/acme/app", id="user"),
        pytest.param("mirror.example/hubble/redis", None, id="another-segment"),
        pytest.param("mirror.example/hub", None, id="the-prefix-itself"),
        pytest.param("evil.mirror.example/hub/redis", None, id="another-host"),
    ],
)
def test_a_mirror_shows_its_origin_by_whole_segments(repository: str, origin: str | None) -> None:
    assert rebase(repository, "mirror.example/hub", "docker.io") == origin


def test_the_name_carries_the_digest_that_decides_what_runs() -> None:
    assert read_image("reg.example/app:1", "p").name == "reg.example/app"
    assert read_image(f"reg.example/app:1@{SHA}", "p").name == f"reg.example/app@{SHA}"


HUB = st.sampled_from(
    [
        "docker.io",
        "Docker.io",
        "docker.io:443",
        "index.docker.io",
        "registry-1.docker.io",
        "REGISTRY-1.docker.io:0443",
        "registry.hub.docker.com",
    ]
)


@given(hub=HUB, repository=REPOSITORY, tag=TAG)
def test_every_name_of_docker_hub_is_one_registry(hub: str, repository: str, tag: str) -> None:
    named, short = (
        read_image(f"{hub}/{repository}:{tag}", "p"),
        read_image(f"{repository}:{tag}", "p"),
    )
    if "." not in repository.partition("/")[0] and not repository.startswith("localhost/"):
        assert named.repository == short.repository
    assert named.repository.startswith("docker.io/")
    assert named.repository.count("/") >= 2


@given(repository=REPOSITORY, tag=TAG, digest=DIGEST.filter(bool))
def test_a_digest_decides_whatever_the_tag_says(repository: str, tag: str, digest: str) -> None:
    plain = read_image(f"reg.example/{repository}{digest}", "p")
    tagged = read_image(f"reg.example/{repository}:{tag}{digest}", "p")
    assert (tagged.name, tagged.digest) == (plain.name, plain.digest)


@given(mirror=HOST, below=REPOSITORY, rest=REPOSITORY, origin=HOST)
def test_what_a_mirror_serves_is_known_under_its_first_name(
    mirror: str, below: str, rest: str, origin: str
) -> None:
    copied = read_image(f"{mirror}/{below}/{rest}", "p").repository
    assert rebase(copied, f"{mirror}/{below}", origin) == f"{origin}/{rest}"
    assert (
        rebase(copied, f"{mirror}/{below}", "docker.io")
        == read_image(f"docker.io/{rest}", "p").repository
    )


@given(repository=REPOSITORY, more=st.from_regex(r"[a-z0-9]{1,4}", fullmatch=True))
def test_a_prefix_ends_where_a_segment_ends(repository: str, more: str) -> None:
    prefix = f"mirror.example/{repository}"
    assert rebase(f"{prefix}{more}/redis", prefix, "docker.io") is None
    assert rebase(f"{prefix}-{more}", prefix, "docker.io") is None
    assert rebase(f"evil.{prefix}/redis", prefix, "docker.io") is None


@pytest.mark.parametrize(
    "host", ["exаmple.com", "registry。example", "ＲＥＧ.example", "bücher.example"]
)
def test_a_host_in_other_letters_is_refused_as_by_the_kubelet(host: str) -> None:
    assert "not ASCII" in read_image(f"{host}/app:1", "p").problem


def test_a_lookalike_in_ascii_is_another_registry() -> None:
    lookalike = read_image("xn--exmple-4nf.com/app", "p")
    assert lookalike.repository == "xn--exmple-4nf.com/app"
    assert lookalike.repository != read_image("example.com/app", "p").repository
