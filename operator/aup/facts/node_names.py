"""Capabilities, kernel settings and paths of a node, each in the one spelling that compares."""

import posixpath
import re

_SLASHES = re.compile(r"/+")
_SWAPPED = str.maketrans("./", "/.")


def capability(text: str) -> str:
    """Return a capability in upper case, without ``CAP_``: runtimes differ in what they take."""
    return text.upper().removeprefix("CAP_")


def sysctl(text: str) -> str:
    """Return the name of a kernel setting with dots between its parts.

    The first separator decides: ``net/ipv4/conf/eno2.100/rp_filter`` is
    ``net.ipv4.conf.eno2/100.rp_filter`` (sysctl.d(5), and pkg/util/sysctl of Kubernetes).
    """
    first = next((c for c in text if c in "./"), ".")
    return text if first == "." else text.translate(_SWAPPED)


def file_path(text: str) -> str:
    """Return a path as the kernel walks it: absolute, without ``.``, ``..`` or doubled slashes."""
    # POSIX gives two leading slashes a meaning of their own, which Linux does not.
    return posixpath.normpath(_SLASHES.sub("/", f"/{text}"))
