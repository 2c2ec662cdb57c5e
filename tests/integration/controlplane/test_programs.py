"""Where the test bed's programs come from: right versions only, and whole, verified files."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench.peers.programs import GATEKEEPER, KYVERNO
from support.controlplane import binaries, cache
from support.controlplane.components import (
    GATEWAY_API,
    GO_MODULES,
    PROMETHEUS,
    Archive,
    Component,
    Program,
    etcd,
    helm,
    kubernetes,
)
from support.controlplane.errors import TestbedError
from support.repository import ROOT

PROGRAM = Program("aup-tool", "aup.example/tool", ("version",), 0)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Serve a folder by HTTP, as a project's release site does; give both."""
    folder = tmp_path / "site"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    return tmp_path / "cache" / "aup-operator"


def component(archive: Archive) -> Component:
    return Component("aup-tool", "1.36.3", "none", (PROGRAM,), {"aup-tool": archive})


def script(folder: Path, version: str) -> Path:
    """Write a program that calls itself this version."""
    folder.mkdir(exist_ok=True)
    path = folder / PROGRAM.name
    path.write_text(f"#!/bin/sh\necho Client Version: {version}\n")
    path.chmod(0o755)
    return path


def release(site: tuple[Path, str], content: bytes, checksum: str | None = None) -> Component:
    """Publish a program and its SHA-256, which may be a wrong one."""
    folder, url = site
    (folder / "aup-tool").write_bytes(content)
    (folder / "aup-tool.sha256").write_text(checksum or hashlib.sha256(content).hexdigest())
    return component(Archive(f"{url}/aup-tool", f"{url}/aup-tool.sha256"))


def test_a_program_that_is_given_is_taken(
    tmp_path: Path, site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = script(tmp_path / "assets", "v1.36.0")
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(given.parent))
    assert binaries.provide([release(site, b"official")]) == {"aup-tool": given}


@pytest.mark.parametrize("version", ["v1.32.4", "v1.36.3-dispatcher", "v11.36.3", "none"])
def test_a_program_on_path_that_is_another_version_is_not_taken(
    version: str,
    tmp_path: Path,
    site: tuple[Path, str],
    empty_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A dispatcher picks the version by the server it talks to: it is no version at all."""
    other = script(tmp_path / "bin", version)
    monkeypatch.setenv("PATH", str(other.parent), prepend=os.pathsep)
    taken = binaries.provide([release(site, b"official")])["aup-tool"]
    assert taken.is_relative_to(empty_cache)


def test_a_program_on_path_of_the_right_minor_version_is_taken(
    tmp_path: Path, site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = script(tmp_path / "bin", "v1.36.9")
    monkeypatch.setenv("PATH", str(right.parent), prepend=os.pathsep)
    assert binaries.provide([release(site, b"official")]) == {"aup-tool": right}


def test_a_downloaded_program_is_executable_and_stays_in_the_cache(
    site: tuple[Path, str], empty_cache: Path
) -> None:
    published = release(site, b"#!/bin/sh\necho official\n")
    path = binaries.provide([published])["aup-tool"]
    (site[0] / "aup-tool").unlink()
    assert binaries.provide([published]) == {"aup-tool": path}
    assert path.is_relative_to(empty_cache)
    assert subprocess.run([path], capture_output=True, check=True).stdout == b"official\n"


def test_a_program_is_unpacked_from_its_releases_archive(site: tuple[Path, str]) -> None:
    folder, url = site
    with tarfile.open(folder / "tool.tar.gz", "w:gz") as tar:
        for name, content in {"tool/README": b"no", "tool/aup-tool": b"yes"}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    digest = hashlib.sha256((folder / "tool.tar.gz").read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  other.tar.gz\n{digest}  tool.tar.gz\n")
    archive = Archive(f"{url}/tool.tar.gz", f"{url}/SHA256SUMS", "tool/aup-tool")
    assert binaries.provide([component(archive)])["aup-tool"].read_bytes() == b"yes"


def test_a_program_that_is_not_what_its_publisher_says_is_refused(
    site: tuple[Path, str], empty_cache: Path
) -> None:
    """It is not replaced by a build either: somebody has changed it, and that must be seen."""
    tampered = release(site, b"tampered", checksum="0" * 64)
    with pytest.raises(TestbedError, match="its publisher says 0000"):
        binaries.provide([tampered])
    assert not cache.path_of(tampered, "aup-tool").exists()
    assert list(empty_cache.glob(".work-*")) == []


def test_a_program_that_exists_nowhere_is_built_and_a_failure_shows_the_compilers_words(
    site: tuple[Path, str],
) -> None:
    """The module pins no package of that name, so the build cannot succeed."""
    url = site[1]
    absent = Component(
        "aup-tool", "1.0.0", "etcd", (PROGRAM,), {"aup-tool": Archive(f"{url}/a", f"{url}/a.sum")}
    )
    with pytest.raises(TestbedError, match=r"building aup-tool failed:\n.*aup\.example/tool"):
        binaries.provide([absent])


def test_runs_in_parallel_do_the_work_once(site: tuple[Path, str], empty_cache: Path) -> None:
    """Each takes the lock, and all but one find the program in the cache."""
    folder, url = site
    release(site, b"official")
    code = (
        "import sys\n"
        "from support.controlplane import binaries\n"
        "from support.controlplane.components import Archive, Component, Program\n"
        "program = Program('aup-tool', 'x', ('version',), 0)\n"
        f"archive = Archive('{url}/aup-tool', '{url}/aup-tool.sha256')\n"
        "tool = Component('aup-tool', '1.36.3', 'none', (program,), {'aup-tool': archive})\n"
        "binaries.provide([tool])\n"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(ROOT / "tests"), "XDG_CACHE_HOME": str(empty_cache.parent)},
        )
        for _ in range(4)
    ]
    said = [run.communicate(timeout=60)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0, 0]
    assert sum("downloading" in text for text in said) == 1
    assert folder.exists()


def _as_module(release: str) -> str:
    """Return the version of the Go module that a release of Prometheus is."""
    major, minor, patch = map(int, release.split("."))
    return f"v0.{major}{minor:02}.{patch}"


def test_the_versions_are_those_that_the_go_modules_pin() -> None:
    """One fact in two places: the names of downloads, and what a build from source takes."""
    pinned = {
        "kubernetes-1.36": f"k8s.io/kubernetes v{kubernetes().version}",
        "kubernetes-1.33": f"k8s.io/kubernetes v{kubernetes('1.33.13').version}",
        "etcd": f"go.etcd.io/etcd/server/v3 v{etcd().version}",
        "helm": f"helm.sh/helm/v4 v{helm().version}",
        "gateway-api": f"sigs.k8s.io/gateway-api v{GATEWAY_API}",
        "gatekeeper": f"{GATEKEEPER.source} v{GATEKEEPER.component.version}",
        "kyverno": f"{KYVERNO.source} v{KYVERNO.component.version}",
        "prometheus": f"github.com/prometheus/prometheus {_as_module(PROMETHEUS)}",
    }
    # Two programs of the benchmark are ours and need no module; of openreports no version is named
    # elsewhere.
    others = {"load", "yes", "openreports"}
    assert set(pinned) | others == {path.name for path in GO_MODULES.iterdir()}
    for module, requirement in pinned.items():
        assert requirement in (GO_MODULES / module / "go.mod").read_text()
        assert requirement in (GO_MODULES / module / "go.sum").read_text()
