"""Files, folders and standard input, as they are named."""

from pathlib import Path

import pytest

from aup.cli.sources import Source, Unreadable, read_sources
from support.commands import write


@pytest.mark.parametrize(
    ("text", "line", "template"),
    [
        pytest.param("---\n# Source: a/t/x.yaml\nkind: A\n", 3, "a/t/x.yaml", id="helm"),
        pytest.param("# Source: x.yaml\n# more\n\nkind: A\n", 4, "x.yaml", id="comments-between"),
        pytest.param("# Source: x.yaml\nkind: A\n---\nkind: B\n", 4, "", id="another-document"),
        pytest.param("# Source: x.yaml\n---\nkind: A\n", 3, "", id="before-the-separator"),
        pytest.param("kind: A\n", 1, "", id="none"),
    ],
)
def test_the_template_of_a_document(text: str, line: int, template: str) -> None:
    assert Source("all.yaml", text).template_of(line) == template


def test_a_folder_is_read_in_order_and_links_are_not_followed(tmp_path: Path) -> None:
    """A link that leads back up would never end."""
    for name in ("b.yml", "a/c.json", "a/d.yaml", "a/e.txt", ".git/f.yaml"):
        write(tmp_path, name, "{}")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    found = [source.name for source in read_sources([str(tmp_path)])]
    assert found == [str(tmp_path / name) for name in ("a/c.json", "a/d.yaml", "b.yml")]


def test_a_link_to_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("nowhere.yaml")
    assert list(read_sources([str(tmp_path)])) == [
        Unreadable(str(tmp_path / "a.yaml"), "No such file or directory")
    ]


def test_a_folder_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "closed").mkdir()
    monkeypatch.setattr(Path, "iterdir", refuse)
    (found,) = read_sources([str(tmp_path / "closed")])
    assert found == Unreadable(str(tmp_path / "closed"), "Permission denied")


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    """A shell hands over ``<(helm template …)`` as one."""
    import os
    import threading

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("kind: A",))
    writer.start()
    (found,) = read_sources([str(pipe)])
    writer.join()
    assert isinstance(found, Source)
    assert found.text == "kind: A"
