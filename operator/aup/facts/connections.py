"""Hosts that the kubelet, or the kernel of its node, is told to connect to.

Read here  host of httpGet and tcpSocket in probes and hooks (exec, grpc and sleep name none);
           servers of volumes that are mounted over a network

A host counts as an address only where it is written as one and nothing else is: what resolvers,
mount programs and git make of other spellings (``0x7f.1``, ``2130706433``, ``a,b``, ``user@host``)
is nobody's guess. Ports and URLs are taken apart only where the field is one.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from aup.facts.address import parse_address
from aup.facts.hostname import parse_hostname
from aup.facts.json_value import text_of
from aup.facts.model import KubeletConnection, Purpose
from aup.facts.wire.security import Handler, Probed
from aup.facts.wire.volume import CSIVolume, PersistentSource, Volume

_HOST = r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[^\s:/@?#,\[\]\\]+))(?::[0-9]{1,5})?"


class Form(Enum):
    """How a field writes a host."""

    PLAIN = None
    WITH_PORT = re.compile(_HOST)
    URL = re.compile(rf"(?:[a-z][a-z0-9+.-]*:)?//{_HOST}(?:/[!-\[\]-~]*)?")
    NAME = re.compile(r"(?!)")
    """Not a host but the name of an object that lists some."""


_VOLUMES: Mapping[str, tuple[tuple[str, str, Form], ...]] = {
    "cephfs": (("cephfs", "monitors", Form.WITH_PORT),),
    "git_repo": (("gitRepo", "repository", Form.URL),),
    "glusterfs": (("glusterfs", "endpoints", Form.NAME),),
    "iscsi": (
        ("iscsi", "targetPortal", Form.WITH_PORT),
        ("iscsi", "portals", Form.WITH_PORT),
    ),
    "nfs": (("nfs", "server", Form.PLAIN),),
    "quobyte": (("quobyte", "registry", Form.WITH_PORT),),
    "rbd": (("rbd", "monitors", Form.WITH_PORT),),
    "scale_io": (("scaleIO", "gateway", Form.URL),),
}
"""Sources of volumes with their fields that name hosts."""

_CSI: Mapping[str, tuple[str, Form]] = {
    "nfs.csi.k8s.io": ("server", Form.PLAIN),
    "smb.csi.k8s.io": ("source", Form.URL),
    "file.csi.azure.com": ("server", Form.PLAIN),
    "blob.csi.azure.com": ("server", Form.PLAIN),
}
"""CSI drivers that mount without a PersistentVolume, with their attribute that names a host; all of
them read its name in any case."""

_CSI_PERSISTENT: Mapping[str, tuple[str, Form]] = {
    **_CSI,
    "efs.csi.aws.com": ("mounttargetip", Form.PLAIN),
    "fsx.csi.aws.com": ("dnsname", Form.PLAIN),
    "filestore.csi.storage.gke.io": ("ip", Form.PLAIN),
    "azurelustre.csi.azure.com": ("mgs-ip-address", Form.PLAIN),
}
"""Those that name a host where they have a PersistentVolume."""
_CSI_OTHER: tuple[str, Form] = ("server", Form.PLAIN)
"""How drivers of a PersistentVolume say it that no table here knows: ``server`` is a host in all
that are known to have such an attribute."""

_OPTIONS = "mountOptions"
_ELSEWHERE = re.compile(r"(?:^|,)\s*(?:ip|addr|mountaddr|mounthost)\s*=\s*([^,]+)", re.IGNORECASE)
"""Of mount.cifs and mount.nfs: where they connect to, whatever the share is called."""

MOUNT_OPTIONS_ANNOTATION = "volume.beta.kubernetes.io/mount-options"
"""On a PersistentVolume; the kubelet's own drivers read it before ``mountOptions``."""
ATTRIBUTES = frozenset(
    {_OPTIONS.lower(), *(name for name, _ in (*_CSI_PERSISTENT.values(), _CSI_OTHER))}
)
"""Attributes of a CSI driver, in lower case, that may say where the node connects to."""

_FLEX: Mapping[str, Form] = {"networkPath": Form.URL, "server": Form.PLAIN, "source": Form.URL}
"""Options by which FlexVolume drivers name hosts."""


def probe_connections(container: Probed, path: str) -> Iterator[KubeletConnection]:
    """Yield the hosts that the probes and hooks of the container at ``path`` name."""
    for handler, name in handlers(container):
        http, tcp = handler.http_get, handler.tcp_socket
        if http is not None and http.host:
            yield _handled(http.host, f"{path}.{name}.httpGet.host", name)
        if tcp is not None and tcp.host:
            yield _handled(tcp.host, f"{path}.{name}.tcpSocket.host", name)


def _handled(host: str, path: str, handler: str) -> KubeletConnection:
    """Return the connection that a probe or a hook makes."""
    purpose = Purpose.HOOK if handler.startswith("lifecycle.") else Purpose.PROBE
    return _connection(host, path, purpose, Form.PLAIN)


def handlers(container: Probed) -> list[tuple[Handler, str]]:
    """Return the probes and hooks of a container, each with the name of its field."""
    found = []
    if probe := container.liveness_probe:
        found.append((probe, "livenessProbe"))
    if probe := container.readiness_probe:
        found.append((probe, "readinessProbe"))
    if probe := container.startup_probe:
        found.append((probe, "startupProbe"))
    if lifecycle := container.lifecycle:
        if hook := lifecycle.post_start:
            found.append((hook, "lifecycle.postStart"))
        if hook := lifecycle.pre_stop:
            found.append((hook, "lifecycle.preStop"))
    return found


def volume_connections(volume: Volume, path: str) -> Iterator[KubeletConnection]:
    """Yield the hosts that the volume of a pod at ``path`` is mounted from."""
    yield from _mounted(volume, path)
    if volume.csi is not None and (known := _CSI.get(volume.csi.driver or "")):
        yield from _attributes(volume.csi, path, *known)


def persistent_connections(
    volume: PersistentSource, path: str, annotated: Any
) -> Iterator[KubeletConnection]:
    """Yield the hosts that the PersistentVolume with its spec at ``path`` is mounted from.

    Args:
        volume: its spec.
        path: of the spec.
        annotated: what the annotation of mount options says.

    """
    yield from _mounted(volume, path)
    if volume.csi is not None:
        known = _CSI_PERSISTENT.get(volume.csi.driver or "", _CSI_OTHER)
        yield from _attributes(volume.csi, path, *known)
    for i, option in enumerate(volume.mount_options or ()):
        yield from _elsewhere(option, f"{path}.mountOptions[{i}]")
    yield from _elsewhere(annotated, f'metadata.annotations["{MOUNT_OPTIONS_ANNOTATION}"]')


def _mounted(volume: Volume, path: str) -> Iterator[KubeletConnection]:
    """Yield the hosts that sources of Kubernetes' own, and FlexVolumes, name."""
    for attribute, fields in _VOLUMES.items():
        source = getattr(volume, attribute)
        if source is not None:
            for name, key, form in fields:
                yield from _hosts(source.get(key), f"{path}.{name}.{key}", form)
    if volume.flex_volume is not None:
        options = volume.flex_volume.options or {}
        for key, form in _FLEX.items():
            yield from _hosts(options.get(key), f'{path}.flexVolume.options["{key}"]', form)
        yield from _elsewhere(options.get(_OPTIONS), f'{path}.flexVolume.options["{_OPTIONS}"]')


def _attributes(source: CSIVolume, path: str, name: str, form: Form) -> Iterator[KubeletConnection]:
    """Yield the hosts that the attributes of a CSI driver name."""
    for key, value in (source.volume_attributes or {}).items():
        at = f'{path}.csi.volumeAttributes["{key}"]'
        if key.lower() == name:
            yield from _hosts(value, at, form)
        elif key.lower() == _OPTIONS.lower():
            yield from _elsewhere(value, at)


def _elsewhere(value: Any, path: str) -> Iterator[KubeletConnection]:
    """Yield the hosts that options of mounting name in place of the server's."""
    for host in _ELSEWHERE.findall(text_of(value)) if value else ():
        yield _connection(host, path, Purpose.VOLUME, Form.PLAIN)


def _hosts(value: Any, path: str, form: Form) -> Iterator[KubeletConnection]:
    """Yield the host, or each of a list of hosts, at ``path``."""
    if isinstance(value, list):
        for i, host in enumerate(value):
            yield _connection(host, f"{path}[{i}]", Purpose.VOLUME, form)
    elif value is not None and value != "":
        yield _connection(value, path, Purpose.VOLUME, form)


def _connection(value: object, path: str, purpose: Purpose, form: Form) -> KubeletConnection:
    """Return the connection to a host as it is written; what is no host has neither form."""
    host = _host(value, form) if isinstance(value, str) else None
    if host is None:
        return KubeletConnection(text_of(value), path, purpose)
    address = parse_address(host).address
    if address is not None:
        return KubeletConnection(text_of(value), path, purpose, address=address)
    name = parse_hostname(host)
    hostname = "" if name.problem or name.wildcard else name.name
    return KubeletConnection(text_of(value), path, purpose, hostname=hostname)


def _host(text: str, form: Form) -> str | None:
    """Return the host in a text of a form; ``None`` when it does not have that form."""
    if form is Form.PLAIN or parse_address(text).address is not None:
        return text
    match = form.value.fullmatch(text)
    return (match["v6"] or match["host"]) if match else None
