"""YAML with the scalars of JSON, document by document.

kubectl reads YAML by sigs.k8s.io/yaml, which is YAML 1.1 with exceptions: ``y`` and ``yes`` are
true, but ``2024-05-01`` and ``10:30`` are strings, and a tag that it does not know says nothing.
PyYAML is made to read it so.
"""

import base64
import re
from collections.abc import Callable, Generator, Iterator
from itertools import accumulate, chain
from typing import Any, Final

import yaml
from typing_extensions import override

from aup.documents.document import Document, InvalidDocumentError, after

MAX_NODES: Final = 2_000_000
"""Values of one document once its aliases are written out: past it a file is an attack."""
MAX_DEPTH: Final = 400
"""Values inside each other: libyaml's binding goes down without a limit, until the stack ends."""

_TAG: Final = "tag:yaml.org,2002:"
INTEGER = re.compile(
    r"^[-+]?(?:0[bB]_*[01][01_]*|0[oO]?_*[0-7][0-7_]*|0[xX]_*[0-9a-fA-F][0-9a-fA-F_]*"
    r"|0|[1-9][0-9_]*)$"
)
"""YAML 1.1 without its numbers to the base of sixty."""
FLOAT = re.compile(
    r"^(?:[-+]?(?:[0-9][0-9_]*)?\.[0-9_]+(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+|[-+]?[0-9][0-9_]*\."
    r"|[-+]?0[0-7_]*[89][0-9_]*"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)
"""With what looks octal and is not: ``08`` is eight."""
BOOLEANS: Final = {
    written: value
    for value, words in ((True, "y yes true on"), (False, "n no false off"))
    for word in words.split()
    for written in (word, word.capitalize(), word.upper())
}


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """A safe loader of what kubectl would make of a text."""

    depth = 0
    repeats = False
    """Whether an object may have a key twice; merge keys that are overridden look the same."""

    @override
    def descend_resolver(self, current_node: yaml.Node | None, current_index: object) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            problem = f"is nested deeper than {MAX_DEPTH} levels"
            mark = current_node.start_mark if current_node else None
            raise yaml.composer.ComposerError(None, None, problem, mark)

    @override
    def ascend_resolver(self) -> None:
        self.depth -= 1

    @override
    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Any, Any]:
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        self.repeats = self.repeats or len(found) < len(node.value)
        if None in found:
            problem = "has a key that is null"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        if True in found or False in found:
            # A key ``on`` or ``y`` is "true" in JSON; 1 and 0 equal true and false in Python.
            return {str(k).lower() if isinstance(k, bool) else k: v for k, v in found.items()}
        return found


def _by_shape(loader: _Loader, node: yaml.Node) -> Any:
    """Return a value whose tag says nothing: a string, a list or an object, as it is written."""
    match node:
        case yaml.MappingNode():
            return loader.construct_mapping(node, deep=True)
        case yaml.SequenceNode():
            return loader.construct_sequence(node, deep=True)
        case _:
            return node.value


def _bytes(loader: _Loader, node: yaml.Node) -> str:
    """Return what is written in base64: JSON has no bytes, so they are taken for text."""
    return base64.b64decode(loader.construct_scalar(node)).decode(errors="replace")


def _boolean(loader: _Loader, node: yaml.Node) -> bool:
    return BOOLEANS[loader.construct_scalar(node)]


def _integer(loader: _Loader, node: yaml.Node) -> int:
    written: str = loader.construct_scalar(node).replace("_", "")
    digits = written.lstrip("+-")
    return int(written, 8 if digits.startswith("0") and digits.isdecimal() else 0)


def _told(construct: Callable[[Any, Any], Any], what: str) -> Callable[[_Loader, yaml.Node], Any]:
    """Return a constructor that says where a scalar is not what it claims to be."""

    def constructor(loader: _Loader, node: yaml.Node) -> Any:
        try:
            return construct(loader, node)
        except (ValueError, LookupError) as error:
            problem = f"is no {what} that can be read"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from error

    return constructor


def _of(name: str) -> Callable[[Any, Any], Any]:
    """Return PyYAML's own way to make a value of a tag."""
    constructor: Callable[[Any, Any], Any] = yaml.SafeLoader.yaml_constructors[_TAG + name]
    return constructor


_Loader.yaml_constructors = {
    None: _by_shape,
    **{_TAG + name: _of(name) for name in ("null", "str", "seq", "map")},
    _TAG + "bool": _told(_boolean, "boolean"),
    _TAG + "int": _told(_integer, "integer"),
    _TAG + "float": _told(_of("float"), "number"),
    _TAG + "binary": _told(_bytes, "base64"),
}
_Loader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in (
    ("null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("bool", re.compile(f"^(?:{'|'.join(BOOLEANS)})$"), list("yYnNtTfFoO")),
    ("merge", re.compile(r"^<<$"), ["<"]),
    ("int", INTEGER, list("-+0123456789")),
    ("float", FLOAT, list("-+0123456789.")),
):
    _Loader.add_implicit_resolver(_TAG + _name, _pattern, _first)


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
            loader.repeats = False
            value = loader.construct_document(node)
            yield Document(value, begun + offset + 1, offset, node, repeats=loader.repeats)
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
        if mark and text[mark.index : mark.index + 1] == "\t":
            problem = "is indented by a tab; YAML takes spaces only"
    return InvalidDocumentError(problem=problem, line=line + offset, column=column)


def _separates(line: str) -> bool:
    """Tell whether a line begins a document."""
    return line.startswith("---") and not line[3:4].strip()
