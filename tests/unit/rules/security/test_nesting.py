"""What is known of a command while it is read."""

from aup.rules.security.nesting import Frame


def said(*words: str, plain: bool = True) -> Frame:
    """Return a frame that has taken down words."""
    frame = Frame()
    for word in words:
        frame.take(word, plain=plain)
    return frame


def test_a_case_begins_where_a_command_would() -> None:
    assert said("case", "x", "in").pattern
    assert said("if", "!", "case", "x", "in").pattern
    assert not said("echo", "case", "x", "in").pattern
    assert not said("case", "x", "in", plain=False).pattern


def test_patterns_are_no_words_of_a_command_until_the_case_ends() -> None:
    frame = said("case", "x", "in", "nmap", "esac", "a")
    assert (frame.words, frame.pattern, frame.cases) == (["a"], False, 0)


def test_a_word_is_plain_while_nothing_of_it_was_quoted() -> None:
    frame = Frame()
    frame.add("a", plain=True)
    assert frame.plain
    frame.add("b", plain=False)
    frame.add("c", plain=True)
    assert (frame.word, frame.plain) == (["a", "b", "c"], False)
