"""YAML with the scalars of JSON, document by document.

PyYAML follows YAML 1.1, where ``2024-05-01`` is a date, ``10:30`` is 630 and ``yes`` is true. The
first two reach an API server as strings, since kubectl goes through JSON.
"""

import re
from collections.abc import Generator, Iterator
from itertools import accumulate, chain
from typing import Final

import yaml

from aup.documents.document import Document, InvalidDocumentError, after

MAX_NODES: Final = 2_000_000
"""Values of one document once its aliases are written out: past it a file is an attack."""

INTEGER = re.compile(r"^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)$")
"""YAML 1.1 without its numbers to the base of sixty."""
FLOAT = re.compile(
    r"^(?:[-+]?(?:[0-9][0-9_]*)?\.[0-9_]+(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+|[-+]?[0-9][0-9_]*\."
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """A safe loader that resolves the scalars of JSON and nothing else."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag
        not in {
            "tag:yaml.org,2002:timestamp",
            "tag:yaml.org,2002:int",
            "tag:yaml.org,2002:float",
        }
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", INTEGER, list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", FLOAT, list("-+0123456789."))


def read_yaml(text: str) -> Iterator[Document | InvalidDocumentError]:
    """Read YAML; after a mistake go on with the next document."""
    lines: list[str] = []
    ends: list[int] = []
    offset, rest = 0, text
    while True:
        mistake = yield from _until_mistake(rest, offset)
        if mistake is None:
            return
        yield mistake
        lines = lines or text.splitlines(keepends=True)
        ends = ends or [0, *accumulate(map(len, lines))]
        # A quote or bracket that is left open is found at the separator of the next document.
        open_end = mistake.column == 1
        offset = max(mistake.line - 1 if open_end else mistake.line, offset + 1)
        while offset < len(lines) and not _separates(lines[offset]):
            offset += 1
        if offset >= len(lines):
            return
        rest = text[ends[offset] :]


def _until_mistake(
    text: str, offset: int
) -> Generator[Document, None, InvalidDocumentError | None]:
    """Yield documents and return the mistake that ended them, if one did."""
    loader = _Loader(text)
    begun = 0
    try:
        while loader.check_node():
            node = loader.get_node()
            begun = node.start_mark.line
            if "&" in text:
                _written_out(node, {})
            value = loader.construct_document(node)
            yield Document(value, begun + offset + 1, offset, node)
            begun = node.end_mark.line
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return _invalid(error, text, begun, offset)
    finally:
        loader.dispose()
    return None


def _written_out(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many values a node is without its aliases.

    Raises:
        yaml.composer.ComposerError: more than anybody writes, or a value that holds itself.

    """
    if isinstance(node, yaml.ScalarNode):
        return 1
    if (count := known.get(id(node))) is None:
        known[id(node)] = MAX_NODES  # found again before it is counted, it holds itself
        parts = (
            chain.from_iterable(node.value) if isinstance(node, yaml.MappingNode) else node.value
        )
        count = known[id(node)] = 1 + sum(_written_out(part, known) for part in parts)
    if count > MAX_NODES:
        problem = f"has aliases that stand for more than {MAX_NODES} values"
        raise yaml.composer.ComposerError(None, None, problem, node.start_mark)
    return count


def _invalid(error: Exception, text: str, begun: int, offset: int) -> InvalidDocumentError:
    """Say what is wrong with YAML, on one line.

    Args:
        error: what the parser raised.
        text: what it read.
        begun: line, from 0, of what was being read: for errors that do not know it.
        offset: lines before the text.

    """
    line, column, problem = begun + 1, 1, " ".join(str(error).split())
    if isinstance(error, RecursionError):
        problem = "is nested too deeply"
    elif isinstance(error, yaml.reader.ReaderError):
        # The parser counts bytes.
        line, column = after(text.encode()[: error.position].decode(errors="ignore"))
        problem = f"is a character that YAML does not know (#x{error.character:02x})"
    elif isinstance(error, yaml.MarkedYAMLError):
        if mark := error.problem_mark or error.context_mark:
            # What is missing at the end of a text is missing after its last line.
            last, end = after(text.rstrip())
            line, column = min((mark.line + 1, mark.column + 1), (last, end))
        words = [error.problem, error.context, error.note]
        if error.context_mark and error.context_mark.line + 1 < line:
            words.append(f"that begins at line {error.context_mark.line + 1 + offset}")
        problem = " ".join(" ".join(w for w in words if w).split())
    return InvalidDocumentError(problem=problem, line=line + offset, column=column)


def _separates(line: str) -> bool:
    """Tell whether a line begins a document."""
    return line.startswith("---") and not line[3:4].strip()
