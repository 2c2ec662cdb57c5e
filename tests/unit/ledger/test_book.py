"""What is pending, and what it holds together."""

from aup.ledger.book import Book
from support.ledger.one import create, update


def test_a_name_holds_the_largest_of_its_attempts_once() -> None:
    book = Book()
    book.put(create("a", "web", cpu=1, pods=1), 0.0)
    book.put(create("b", "web", cpu=3), 0.0)
    book.put(create("c", "api", cpu=1), 0.0)
    assert book.held == {"cpu": 4, "pods": 1}
    assert book.need(create("d", "web", cpu=5, pods=1)) == {"cpu": 2}
    assert book.attempts(create("d", "web")) == 2


def test_updates_add_to_each_other() -> None:
    book = Book()
    book.put(update("a", 5, cpu=1), 0.0)
    book.put(update("a", 6, cpu=1), 0.0)
    assert book.held == {"cpu": 2}


def test_what_is_locked_offers_nothing_to_others() -> None:
    book = Book()
    book.put(create("a", "web", cpu=3), 0.0)
    (pending,) = book
    assert book.lock([pending]) == {"cpu": 3}
    assert book.need(create("b", "web", cpu=2)) == {"cpu": 2}
    assert book.need(create("a", "web", cpu=3)) == {}
    assert book.is_settling(pending.entry.slot)
    book.unlock([pending])
    assert book.held == {"cpu": 3}


def test_what_a_counted_name_leaves_is_owed() -> None:
    book = Book()
    for uid in ("a", "b"):
        book.put(create(uid, "web", cpu=3), 0.0)
    first, second = book
    assert book.lock([first]) == {}
    book.settle([first])
    book.recycle([second])
    assert (book.held, book.owed, len(book)) == ({}, {"cpu": 3}, 0)
    book.paid({"cpu": 3})
    assert book.owed == {}


def test_what_another_name_leaves_is_free() -> None:
    book = Book()
    book.put(create("a", "web", cpu=3), 0.0)
    book.recycle(list(book))
    assert (book.held, book.owed) == ({}, {})


def test_an_owners_attempts_are_those_under_other_names() -> None:
    book = Book()
    for uid in ("a", "b"):
        book.put(create(uid, uid, "owner", cpu=1), 0.0)
    found = book.of_origin(create("c", "a", "owner", cpu=1))
    assert [pending.entry.key.uid for pending in found] == ["b"]


def test_all_that_is_pending_of_an_object_ends_with_it() -> None:
    book = Book()
    book.put(create("a", cpu=1), 0.0)
    book.put(update("a", 5, cpu=1), 0.0)
    book.deleted("Pod", "a")
    assert all(pending.gone for pending in book)
