"""The journal keeps every entry, however it is cut, and never outgrows a ConfigMap."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aup.isolation.journal import (
    CHUNK_BYTES,
    INLINE_BYTES,
    EntryState,
    Journal,
    JournalError,
    decode,
    decoded,
    encode,
    entry,
    hash_of,
)

NAMES = st.sampled_from([f"NetworkPolicy/p{n}" for n in range(6)])
VALUES = st.none() | st.lists(
    st.fixed_dictionaries(
        {"key": st.text("ab", min_size=1, max_size=3), "operator": st.just("Exists")}
    ),
    max_size=3,
)
OPERATIONS = st.lists(
    st.tuples(NAMES, st.sampled_from(["u1", "u2"]), VALUES, st.sampled_from(EntryState)),
    max_size=30,
)


@given(operations=OPERATIONS)
def test_the_last_word_about_each_object_counts_and_survives_storage(
    operations: list[tuple[str, str, object, EntryState]],
) -> None:
    journal, model = Journal(), {}
    for name, uid, before, state in operations:
        made = entry(name, uid, before, ["after"])
        journal = journal.put([made]).mark(state, [made.key])
        model[made.key] = (made.before, state)
    stored = decoded((f"chunk-{n}", encode(c)) for n, c in enumerate(journal.chunks))
    assert {k: (e.before, e.state) for k, e in stored.entries.items()} == model
    assert {e.key for e in stored.open} == {
        key for key, (_, state) in model.items() if state in {"Intended", "Written"}
    }


@settings(max_examples=20)
@given(sizes=st.lists(st.integers(0, 40_000), min_size=1, max_size=60), seed=st.integers(0, 5))
def test_no_chunk_outgrows_a_configmap(sizes: list[int], seed: int) -> None:
    """Not even when objects come back in a later quarantine with far longer values."""
    journal = Journal()
    for turn in range(3):
        journal = journal.put(
            entry(f"NetworkPolicy/p{n}", "u", ["x" * (size * turn % 32_000)], ["after", turn, seed])
            for n, size in enumerate(sizes)
        )
    assert all(len(encode(chunk)) <= CHUNK_BYTES + 4096 for chunk in journal.chunks)
    assert len(journal.entries) == len(sizes)


def test_a_long_value_is_kept_by_its_hash() -> None:
    """A tenant cannot keep a policy out of the journal by its size."""
    before = ["x" * INLINE_BYTES]
    made = entry("NetworkPolicy/big", "u", before, [*before, "ours"])
    assert made.before is None
    assert made.before_hash == hash_of(before)


def test_a_journal_that_cannot_be_read_is_an_error_that_names_it() -> None:
    with pytest.raises(JournalError, match="aup-journal-7-0001"):
        decode("aup-journal-7-0001", "[{]")
