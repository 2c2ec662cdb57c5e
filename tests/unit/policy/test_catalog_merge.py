"""Several catalogues: the word of each counts, so the stricter holds, and the provider hears."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.catalog import CatalogItem, CatalogSpec, Mirror
from aup.facts.image import read_image
from aup.facts.model import Image
from aup.policy.catalog import MergedCatalog, compile_catalog, merge
from aup.policy.problem import Reason, Trouble
from aup.policy.spdx import License

ONE = "sha256:" + "1" * 64
TWO = "sha256:" + "2" * 64
REDIS = "docker.io/library/redis"
FIRST = CatalogSpec(
    mirrors=(Mirror(prefix="mirror.example/hub", of="docker.io"),),
    items=(
        CatalogItem(repository=REDIS, versions="<7.4", license="BSD-3-Clause"),
        CatalogItem(repository="registry.example/vendor/db", product="vendor-db"),
        CatalogItem(repository="registry.example/vendor/db", digests=(ONE,), license="MIT"),
    ),
)


def merged(**specs: CatalogSpec) -> MergedCatalog:
    """Return catalogues by name, put together."""
    return merge(compile_catalog(name, spec)[0] for name, spec in specs.items())[0]


def troubles(**specs: CatalogSpec) -> dict[str, tuple[Trouble, ...]]:
    """Return what is told of each catalogue."""
    return dict(merge(compile_catalog(name, spec)[0] for name, spec in specs.items())[1])


def licences(found: MergedCatalog, image: str) -> list[str]:
    """Return the licences that are said of an image, in the order of the catalogues."""
    said = found.about(read_image(image, ""))
    return [s.license.key for s in said if isinstance(s.license, License)]


def items(*found: CatalogItem) -> CatalogSpec:
    """Return a catalogue of items."""
    return CatalogSpec(items=found)


@pytest.mark.parametrize(
    ("item", "image", "said", "about"),
    [
        pytest.param(
            CatalogItem(repository=REDIS, versions="< 7.4", license="SSPL-1.0"),
            "redis:7.2.4",
            ["BSD-3-Clause", "SSPL-1.0"],
            f"{REDIS} <7.4",
            id="the-same-versions",
        ),
        pytest.param(
            CatalogItem(repository=REDIS, license="SSPL-1.0"),
            "redis:7.2.4",
            ["BSD-3-Clause", "SSPL-1.0"],
            REDIS,
            id="versions-and-all-of-the-repository",
        ),
        pytest.param(
            CatalogItem(repository="registry.example/other", digests=(ONE,), license="SSPL-1.0"),
            f"elsewhere.example/x@{ONE}",
            ["MIT", "SSPL-1.0"],
            ONE,
            id="the-same-digest",
        ),
    ],
)
def test_catalogues_that_disagree_are_both_believed_and_the_later_one_is_told(
    item: CatalogItem, image: str, said: list[str], about: str
) -> None:
    both = {"a": FIRST, "b": items(item)}
    assert licences(merged(**both), image) == said
    if about == REDIS:
        # The exception stands in a, the rule in b: it is the exception that is questioned.
        expected = ("a", f"{REDIS} <7.4: catalogue b")
    else:
        expected = ("b", f"{about}: catalogue a")
    name, start = expected
    (trouble,) = troubles(**both)[name]
    assert trouble.reason is Reason.DISAGREEMENT
    assert trouble.message == f"{start} says otherwise; both count, the stricter holds"


def test_what_one_leaves_out_the_other_adds() -> None:
    """A licence here and a product there are no disagreement, and both count."""
    both = {
        "a": items(CatalogItem(repository="registry.example/vendor/db", product="vendor-db")),
        "b": items(CatalogItem(repository="registry.example/vendor/db", license="LicenseRef-Db")),
    }
    found = merged(**both).about(read_image("registry.example/vendor/db:1", ""))
    assert [(s.product, s.license) for s in found] == [
        ("vendor-db", None),
        ("", License("LicenseRef-Db")),
    ]
    assert troubles(**both) == {"a": (), "b": ()}


def test_catalogues_that_agree_say_it_once() -> None:
    assert licences(merged(a=FIRST, b=FIRST), "redis:7.2") == ["BSD-3-Clause"]
    assert troubles(a=FIRST, b=FIRST) == {"a": (), "b": ()}


def test_within_a_catalogue_the_exception_is_no_contradiction() -> None:
    spec = items(
        CatalogItem(repository=REDIS, license="BSD-3-Clause"),
        CatalogItem(repository=REDIS, versions=">=7.4", license="SSPL-1.0"),
        CatalogItem(repository=REDIS, digests=(ONE,), license="MIT"),
    )
    found = merged(a=spec)
    assert [licences(found, f"redis{at}") for at in (":7.2.0", ":7.4.1", f"@{ONE}")] == [
        ["BSD-3-Clause"],
        ["SSPL-1.0"],
        ["MIT"],
    ]
    assert troubles(a=spec) == {"a": ()}


def test_two_entries_of_one_catalogue_that_disagree_both_count() -> None:
    spec = items(
        CatalogItem(repository=REDIS, license="MIT"), CatalogItem(repository=REDIS, license="ISC")
    )
    assert licences(merged(a=spec), "redis") == ["MIT", "ISC"]
    (trouble,) = troubles(a=spec)["a"]
    assert trouble.message.startswith(f"{REDIS}: another entry says otherwise")


def test_mirrors_that_disagree_lead_to_both_origins() -> None:
    """An image that may be a copy of either is judged as either."""
    first = CatalogSpec(
        mirrors=(Mirror(prefix="mirror.example/hub", of="docker.io"),),
        items=(CatalogItem(repository="docker.io/acme/x", license="SSPL-1.0"),),
    )
    second = CatalogSpec(
        mirrors=(Mirror(prefix="mirror.example/hub", of="quay.io"),),
        items=(CatalogItem(repository="quay.io/acme/x", license="MIT"),),
    )
    found = merged(b=first, a=second)
    assert licences(found, "mirror.example/hub/acme/x:1") == ["MIT", "SSPL-1.0"]
    (trouble,) = troubles(b=first, a=second)["b"]
    assert trouble.message.startswith("mirror mirror.example/hub: catalogue a says otherwise")


REPOSITORIES = ("docker.io/a/x", "docker.io/a/y", "m.example/hub/a/x", "m.example/a/x")
PREFIXES = ("m.example", "m.example/hub", "m.example/hub/a")
ITEMS = st.builds(
    CatalogItem,
    repository=st.sampled_from(REPOSITORIES),
    versions=st.sampled_from([None, None, ">=2", "<2", "==1.0.0"]),
    digests=st.sampled_from([(), (), (ONE,), (TWO,)]),
    license=st.sampled_from([None, "MIT", "ISC", "SSPL-1.0"]),
    product=st.sampled_from([None, None, "db"]),
)
SPECS = st.builds(
    CatalogSpec,
    items=st.lists(ITEMS, max_size=4).map(tuple),
    mirrors=st.lists(
        st.builds(Mirror, prefix=st.sampled_from(PREFIXES), of=st.sampled_from(["docker.io"])),
        max_size=2,
    ).map(tuple),
)
CATALOGUES = st.lists(SPECS, max_size=3)
IMAGES = st.builds(
    "{}{}".format,
    st.sampled_from(REPOSITORIES),
    st.sampled_from(["", ":1.0.0", ":2", ":2.1.0-alpine", f"@{ONE}", f":2@{TWO}"]),
).map(lambda text: read_image(text, ""))


@given(CATALOGUES, SPECS, IMAGES, st.sampled_from("amz"))
def test_a_further_catalogue_never_takes_a_word_back(
    specs: list[CatalogSpec], further: CatalogSpec, image: Image, name: str
) -> None:
    """So it cannot make an image allowed that was denied: each word is judged by itself."""
    before = {f"c{index}": spec for index, spec in enumerate(specs)}

    def said(catalogues: dict[str, CatalogSpec]) -> set[tuple[object, ...]]:
        found = merged(**catalogues).about(image)
        # Under which name a copy is known may change; what is said of it may not.
        return {(s.license, s.product) for s in found}

    assert said(before) <= said(before | {name: further})


@given(CATALOGUES, IMAGES, st.randoms())
def test_the_order_of_items_and_catalogues_does_not_matter(
    specs: list[CatalogSpec], image: Image, random: Random
) -> None:
    def said(catalogues: list[CatalogSpec]) -> set[object]:
        named = {f"c{index}": spec for index, spec in enumerate(catalogues)}
        return set(merged(**named).about(image))

    shuffled = []
    for spec in specs:
        found = list(spec.items)
        random.shuffle(found)
        shuffled.append(CatalogSpec(mirrors=spec.mirrors, items=tuple(found)))
    assert said(shuffled) == said(specs)
