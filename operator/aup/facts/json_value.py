"""What a decoded JSON value is called, and how it was written, in the words of messages."""


def type_of(value: object) -> str:
    """Return the JSON type of a decoded value with its article: ``a boolean``."""
    match value:
        case None:
            return "null"
        case bool():  # before int: a bool is one
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"


def text_of(value: object) -> str:
    """Return a scalar as it stands in JSON, a string without quotes, and nothing for the rest.

    Null, lists and objects are named by their path alone: the text of the last two has no bound.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float() | str():
            return str(value)
        case _:
            return ""
