"""The catalogues that are given as examples: they compile, and say what they are for."""

from pathlib import Path

import pytest
import yaml

from aup.api.catalog import SoftwareCatalog, SoftwareCategory
from aup.api.meta import read
from aup.facts.image import read_image
from aup.policy.catalog import compile_catalog, merge
from support.repository import ROOT
from support.schema import crds, validator

CATEGORIES = {
    "mail-servers": {SoftwareCategory.MAIL_SERVER},
    "public-mirrors": set[SoftwareCategory](),
    "security-tools": {SoftwareCategory.SECURITY_TOOL},
}
FILES = sorted((ROOT / "examples" / "catalogues").glob("*.yaml"))


def test_there_is_no_other_catalogue() -> None:
    assert {path.stem for path in FILES} == set(CATEGORIES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_is_a_catalogue_of_one_category_at_most(path: Path) -> None:
    """It satisfies the CRD, every item is in force, and each says the same thing, once."""
    manifest = yaml.safe_load(path.read_text())
    (schema,) = (crd.schema for crd in crds() if crd.kind == "SoftwareCatalog")
    validator(schema).validate({"spec": manifest["spec"]})
    catalog = read(SoftwareCatalog, manifest)
    assert catalog.metadata.name == path.stem
    part, troubles = compile_catalog(path.stem, catalog.spec)
    assert not troubles
    names = [entry.software.repository for entry in part.entries]
    assert names == [item.repository for item in catalog.spec.items]
    assert len(names) == len(set(names))
    assert {entry.software.category for entry in part.entries} == CATEGORIES[path.stem]


def test_names_are_found_as_people_write_them() -> None:
    """Short ones, and those of public copies of a registry."""
    parts = [
        compile_catalog(path.stem, read(SoftwareCatalog, yaml.safe_load(path.read_text())).spec)[0]
        for path in FILES
    ]
    merged, troubles = merge(parts)
    assert not any(troubles.values())
    found = {
        image: [word.category for word in merged.about(read_image(image, ""))]
        for image in (
            "instrumentisto/nmap:7.95",
            "mirror.gcr.io/instrumentisto/nmap:7.95",
            "boky/postfix",
            "aquasec/trivy",
            "public.ecr.aws/docker/library/nginx",
        )
    }
    assert found == {
        "instrumentisto/nmap:7.95": [SoftwareCategory.SECURITY_TOOL],
        "mirror.gcr.io/instrumentisto/nmap:7.95": [SoftwareCategory.SECURITY_TOOL],
        "boky/postfix": [SoftwareCategory.MAIL_SERVER],
        "aquasec/trivy": [],
        "public.ecr.aws/docker/library/nginx": [],
    }
