"""Keys of budgets, as people read them."""

import pytest

from aup.api.budget_use import in_words


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("requests.cpu", "requests.cpu"),
        ("namespace/acme-dev:pods", "pods in namespace acme-dev"),
        ("scope/batch:requests.cpu", "requests.cpu in scope batch"),
        ("production:license/acme-db.cores", "license/acme-db.cores in production"),
        ("gold.storageclass.storage.k8s.io/requests.storage",) * 2,
    ],
)
def test_a_key_of_a_part_names_the_part(key: str, words: str) -> None:
    assert in_words(key) == words
