"""What "or any later version" lets a customer choose from."""

import pytest

from aup.policy.spdx import choices


@pytest.mark.parametrize(
    ("key", "chosen"),
    [
        pytest.param("MIT", ("MIT",), id="an-id-without-later-versions-is-its-own-choice"),
        pytest.param("GPL-2.0-only", ("GPL-2.0-only",), id="only-means-only"),
        pytest.param("GPL-2.0-or-later", ("GPL-2.0-only", "GPL-3.0-only"), id="or-later"),
        pytest.param("AGPL-3.0-or-later", ("AGPL-3.0-only",), id="there-is-no-later-version-yet"),
        pytest.param("MPL-1.1+", ("MPL-1.1", "MPL-2.0"), id="plus"),
        pytest.param(
            "GFDL-1.2-no-invariants-or-later",
            ("GFDL-1.2-no-invariants-only", "GFDL-1.3-no-invariants-only"),
            id="variants-stay-among-themselves",
        ),
        pytest.param("MIT+", ("MIT",), id="plus-on-a-licence-without-versions"),
        pytest.param("RSALv2+", ("RSALv2",), id="plus-on-an-unlisted-licence"),
        pytest.param(
            "LicenseRef-Acme-1.0-or-later",
            ("LicenseRef-Acme-1.0-or-later",),
            id="a-reference-means-what-its-writer-says",
        ),
    ],
)
def test_choices(key: str, chosen: tuple[str, ...]) -> None:
    assert choices(key) == chosen
