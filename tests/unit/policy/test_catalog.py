"""The compiled catalogue: what it says of an image, and what it says of its own mistakes."""

import pytest

from aup.api.catalog import CatalogItem, CatalogSpec, Mirror
from aup.facts.image import read_image
from aup.policy.catalog import MergedCatalog, compile_catalog, merge
from aup.policy.problem import Reason
from aup.policy.spdx import License
from aup.policy.terms import Software

ONE = "sha256:" + "1" * 64
TWO = "sha256:" + "2" * 64
REDIS = "docker.io/library/redis"
SPEC = CatalogSpec(
    mirrors=(Mirror(prefix="mirror.example/hub", of="docker.io"),),
    items=(
        CatalogItem(repository=REDIS, versions="<7.4", license="BSD-3-Clause"),
        CatalogItem(repository=REDIS, versions=">=7.4 <8", license="SSPL-1.0"),
        CatalogItem(repository="registry.example/vendor/db", product="vendor-db"),
        CatalogItem(repository="registry.example/vendor/db", digests=(ONE,), license="MIT"),
    ),
)


def catalog(*specs: CatalogSpec) -> MergedCatalog:
    return merge(compile_catalog(f"c{i}", spec)[0] for i, spec in enumerate(specs))[0]


def about(text: str, *specs: CatalogSpec) -> tuple[Software, ...]:
    return catalog(*(specs or (SPEC,))).about(read_image(text, "spec.containers[0].image"))


def find(text: str, *specs: CatalogSpec) -> Software | None:
    """Return the only word about an image."""
    found = about(text, *specs)
    assert len(found) <= 1
    return next(iter(found), None)


@pytest.mark.parametrize(
    ("image", "license_"),
    [
        pytest.param("redis:7.2.4", "BSD-3-Clause", id="version"),
        pytest.param("redis:7.4.1-alpine", "SSPL-1.0", id="version-with-variant"),
        pytest.param("mirror.example/hub/library/redis:7.4.1", "SSPL-1.0", id="mirror"),
        pytest.param("mirror.example/hub/redis:7.4.1", "SSPL-1.0", id="mirror-short-form"),
        pytest.param(f"elsewhere.example/x@{ONE}", "MIT", id="digest-under-any-name"),
        pytest.param(f"registry.example/vendor/db:19@{ONE}", "MIT", id="digest-beside-a-tag"),
    ],
)
def test_an_image_is_found(image: str, license_: str) -> None:
    software = find(image)
    assert software is not None
    assert software.license == License(license_)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param("redis", id="no-version-and-no-item-for-the-rest"),
        pytest.param("redis:8.0.1", id="in-no-range"),
        pytest.param("mirror.example/hubble/library/redis:7.4.1", id="prefix-ends-at-a-segment"),
        pytest.param(f"redis:7.2.4@{TWO}", id="tag-beside-an-unknown-digest-is-not-believed"),
        pytest.param("UPPER/case:1", id="unreadable"),
    ],
)
def test_an_image_is_not_known(image: str) -> None:
    assert find(image) is None


def test_an_unknown_digest_falls_back_to_the_repository() -> None:
    software = find(f"registry.example/vendor/db@{TWO}")
    assert software is not None
    assert software.product == "vendor-db"


LISTED = CatalogItem(
    repository="registry.example/vendor/vault",
    digests=(ONE,),
    license="LicenseRef-Vault",
    product="vendor-vault",
    export_category="5D002",
)


@pytest.mark.parametrize("tag", ["", ":2", ":2.1-alpine"])
def test_a_tag_is_taken_for_the_product_whose_builds_are_listed(tag: str) -> None:
    """Of a single build all is known, of a tag only what its vendor sells there."""
    build = find(f"elsewhere.example/x@{ONE}", CatalogSpec(items=(LISTED,)))
    assert build is not None
    assert (build.export_category, build.license) == ("5D002", License("LicenseRef-Vault"))
    found = find(f"registry.example/vendor/vault{tag}", CatalogSpec(items=(LISTED,)))
    assert found == Software("registry.example/vendor/vault", None, "vendor-vault", "")


def test_another_build_is_not_taken_for_a_listed_one() -> None:
    assert find(f"registry.example/vendor/vault:2@{TWO}", CatalogSpec(items=(LISTED,))) is None


def test_a_catalogue_that_speaks_of_the_repository_is_believed_of_its_tags() -> None:
    """Another one is not: it would take back what this one says."""
    plain = CatalogItem(repository="registry.example/vendor/vault", license="MIT")
    found = about("registry.example/vendor/vault:2", CatalogSpec(items=(LISTED, plain)))
    assert [software.product for software in found] == [""]
    found = about(
        "registry.example/vendor/vault:2", CatalogSpec(items=(LISTED,)), CatalogSpec(items=(plain,))
    )
    assert [software.product for software in found] == ["vendor-vault", ""]


def test_items_may_be_listed_under_their_mirrored_name() -> None:
    mirrored = CatalogItem(repository="mirror.example/hub/library/nginx", license="BSD-2-Clause")
    spec = CatalogSpec(mirrors=SPEC.mirrors, items=(mirrored,))
    assert find("nginx:1.27", spec) is not None


def test_the_longest_mirror_prefix_wins() -> None:
    spec = CatalogSpec(
        mirrors=(
            Mirror(prefix="mirror.example", of="docker.io"),
            Mirror(prefix="mirror.example/quay", of="quay.io"),
        ),
        items=(CatalogItem(repository="quay.io/a/b", license="MIT"),),
    )
    assert find("mirror.example/quay/a/b:1", spec) is not None


def test_each_bad_item_is_told_and_the_rest_stays() -> None:
    spec = CatalogSpec(
        items=(
            CatalogItem(repository="registry.example/a", license="MIT, Apache-2.0", product="a"),
            CatalogItem(repository="registry.example/b", versions="newest"),
            CatalogItem(repository="redis"),
            CatalogItem(repository="registry.example/c:1"),
            CatalogItem(repository="registry.example/d", license="MIT"),
        ),
        mirrors=(Mirror(prefix="hub", of="docker.io"), Mirror(prefix="mirror.example", of="a b")),
    )
    part, troubles = compile_catalog("default", spec)

    assert [trouble.reason for trouble in troubles] == [
        Reason.INVALID_SPDX,
        Reason.INVALID_VERSIONS,
        *[Reason.INVALID_REPOSITORY] * 4,
    ]
    assert troubles[0].message.startswith("items[0] registry.example/a: license")
    assert [entry.software.repository for entry in part.entries] == [
        "registry.example/a",
        "registry.example/d",
    ]
    assert part.mirrors == ()
    assert troubles[-1].message == "mirrors[1] a b: is no registry and no repository"


def test_a_bad_licence_does_not_lose_the_product() -> None:
    spec = CatalogSpec(
        items=(CatalogItem(repository="registry.example/a", license="((", product="a"),)
    )
    assert find("registry.example/a:1", spec) == Software(
        repository="registry.example/a", license=None, product="a", export_category=""
    )


def test_answers_are_kept_within_bounds() -> None:
    """A tenant that names ever new images takes no memory away."""
    known = catalog(SPEC)
    images = [read_image(f"redis:7.2.{n}", "") for n in range(5000)]
    assert len({known.about(image) for image in images}) == 1
    assert len(known._answers) < 4097
