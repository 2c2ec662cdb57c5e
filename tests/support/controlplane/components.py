"""What the test bed is made of: programs, their versions and where each can come from."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass

from support.repository import ROOT

GO_MODULES = ROOT / "tools" / "go"
"""One Go module for each component; its go.sum is what makes a build from source verifiable."""

DEFAULT_KUBERNETES = "1.36.3"
OLDEST_KUBERNETES = "1.33.13"
"""The oldest that is supported."""
ETCD = "3.6.8"
HELM = "4.3.1"
GATEWAY_API = "1.6.3"
PROMETHEUS = "3.13.5"

ARCHITECTURES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
SYSTEM = platform.system().lower()
ARCHITECTURE = ARCHITECTURES.get(platform.machine(), platform.machine())
PLATFORM = f"{SYSTEM}-{ARCHITECTURE}"


@dataclass(frozen=True, slots=True)
class Program:
    """One executable."""

    name: str
    package: str
    """The Go package that it is built from."""
    version_args: tuple[str, ...]
    """Arguments with which it prints its version, for example ``("--version",)``."""
    minutes: float
    """How long a build took on two cores with nothing cached before it, to say what to expect."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An official release file."""

    url: str
    checksums: str
    """The file beside it that holds its SHA-256, alone or among others."""
    member: str = ""
    """The path of the program inside the tar archive; empty when the file is the program."""


@dataclass(frozen=True, slots=True)
class Component:
    """Programs that are released together under one version."""

    name: str
    version: str
    """Without the leading ``v``."""
    module: str
    """The folder below ``tools/go`` that pins it."""
    programs: tuple[Program, ...]
    archives: Mapping[str, Archive]
    """The official download of each program, by its name."""
    ldflags: str = "-s -w"
    tags: str = ""
    """Build tags."""

    @property
    def key(self) -> str:
        """Name and version: the folder in the cache."""
        return f"{self.name}-{self.version}"

    @property
    def minor(self) -> str:
        """Major and minor version, for example ``1.36``."""
        return ".".join(self.version.split(".")[:2])


def kubernetes(version: str = DEFAULT_KUBERNETES) -> Component:
    """Return the servers of Kubernetes and kubectl at a version for which tools/go has a module."""
    major, minor, _ = version.split(".")
    module = f"kubernetes-{major}.{minor}"
    if not (GO_MODULES / module).is_dir():
        known = sorted(p.name.removeprefix("kubernetes-") for p in GO_MODULES.glob("kubernetes-*"))
        raise ValueError(f"no Kubernetes {version}: tools/go has modules for {', '.join(known)}")
    names = {"kube-apiserver": 4.0, "kube-controller-manager": 1.0, "kubectl": 0.5}
    stamp = "k8s.io/component-base/version"
    return Component(
        name="kubernetes",
        version=version,
        module=module,
        programs=tuple(
            Program(
                name=name,
                package=f"k8s.io/kubernetes/cmd/{name}",
                version_args=("version", "--client") if name == "kubectl" else ("--version",),
                minutes=minutes,
            )
            for name, minutes in names.items()
        ),
        archives={
            name: Archive(url=(url := f"{base}/{name}"), checksums=f"{url}.sha256")
            for base in [f"https://dl.k8s.io/v{version}/bin/{SYSTEM}/{ARCHITECTURE}"]
            for name in names
        },
        # Without these the server calls itself v0.0.0 and clients misjudge what it can do.
        ldflags=(
            f"-s -w -X {stamp}.gitVersion=v{version} -X {stamp}.gitMajor={major}"
            f" -X {stamp}.gitMinor={minor} -X {stamp}.gitTreeState=clean"
        ),
    )


def etcd() -> Component:
    """Return the store of the API server."""
    folder = f"etcd-v{ETCD}-{PLATFORM}"
    base = f"https://github.com/etcd-io/etcd/releases/download/v{ETCD}"
    return Component(
        name="etcd",
        version=ETCD,
        module="etcd",
        programs=(Program("etcd", "go.etcd.io/etcd/server/v3", ("--version",), 0.6),),
        archives={
            "etcd": Archive(f"{base}/{folder}.tar.gz", f"{base}/SHA256SUMS", f"{folder}/etcd")
        },
    )


def helm() -> Component:
    """Return the installer of the chart."""
    url = f"https://get.helm.sh/helm-v{HELM}-{PLATFORM}.tar.gz"
    return Component(
        name="helm",
        version=HELM,
        module="helm",
        programs=(Program("helm", "helm.sh/helm/v4/cmd/helm", ("version", "--short"), 3.5),),
        archives={"helm": Archive(url, f"{url}.sha256sum", f"{PLATFORM}/helm")},
        ldflags=f"-s -w -X helm.sh/helm/v4/internal/version.version=v{HELM}",
    )


def prometheus() -> Component:
    """Return Prometheus and its promtool; built, it has no web pages and finds no clouds' hosts."""
    folder = f"prometheus-{PROMETHEUS}.{SYSTEM}-{ARCHITECTURE}"
    base = f"https://github.com/prometheus/prometheus/releases/download/v{PROMETHEUS}"
    package = "github.com/prometheus/prometheus/cmd"
    minutes = {"prometheus": 2.5, "promtool": 1.0}
    return Component(
        name="prometheus",
        version=PROMETHEUS,
        module="prometheus",
        programs=tuple(
            Program(name, f"{package}/{name}", ("--version",), needed)
            for name, needed in minutes.items()
        ),
        archives={
            name: Archive(f"{base}/{folder}.tar.gz", f"{base}/sha256sums.txt", f"{folder}/{name}")
            for name in minutes
        },
        ldflags=f"-s -w -X github.com/prometheus/common/version.Version={PROMETHEUS}",
        # Without them half of the code to compile is gone, and most modules to download.
        tags="remove_all_sd",
    )
